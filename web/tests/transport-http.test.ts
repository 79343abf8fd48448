// A page's requests against a real server: what is asked, what is refused, and how soon a bad mirror is given up.

import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import {
  BadRedirect,
  FileMissing,
  FormatError,
  Stopped,
  TooLarge,
  TooSlow,
  Unreachable,
  UsageError,
} from "../src/errors.ts";
import { textOf, utf8 } from "../src/format/bytes.ts";
import { type HeldHead, Meter } from "../src/transport/base.ts";
import { HttpTransport } from "../src/transport/http.ts";
import { Inbox } from "../src/transport/inbox.ts";
import { openMirror, openSource } from "../src/transport/index.ts";
import { DEADLINES, type Deadlines } from "../src/transport/watch.ts";
import { type Handler, pause, serve } from "./server.ts";

const PATH = "metadata/timestamp.json";
const HEAD = "head.tar.zst";
const HELD: HeldHead = { path: HEAD, sha256: "ab".repeat(32), bytes: 4711, signed: 1_795_327_200 };
const CONTENT = utf8("0123456789");

interface Opened {
  readonly mirror: HttpTransport;
  readonly asked: IncomingMessage[];
  readonly meter: Meter;
  readonly url: string;
}

async function open(handler: Handler, deadlines: Partial<Deadlines> = {}, home?: string): Promise<Opened> {
  const { url, asked } = await serve(handler);
  const meter = new Meter();
  const options = { meter, home: new URL(home ?? url), typed: true, deadlines: { ...DEADLINES, ...deadlines } };
  return { mirror: new HttpTransport(url, options), asked, meter, url };
}

/** Serves ranges as a common server does. */
const ranges: Handler = (request, response) => {
  const start = Number(/^bytes=([0-9]+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (start >= CONTENT.length) {
    return response.writeHead(416, { "Content-Range": `bytes */${CONTENT.length}` }).end();
  }
  const told = { "Content-Range": `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}` };
  return response.writeHead(start > 0 ? 206 : 200, start > 0 ? told : {}).end(CONTENT.subarray(start));
};

describe("a file", () => {
  test("comes whole, and is counted", async () => {
    const { mirror, meter } = await open((_, response) => response.end(CONTENT));
    expect(textOf(await mirror.fetch(PATH, { maxBytes: 10 }))).toBe("0123456789");
    expect(meter).toEqual({ requests: 1, bytes: 10 });
  });

  test("lies below the address, without a query", async () => {
    const { mirror, asked } = await open((_, response) => response.end());
    await mirror.fetch(PATH, { maxBytes: 10 });
    expect(asked.map((request) => [request.method, request.url])).toEqual([["GET", `/${PATH}`]]);
  });

  test("is asked for with no word about the reader", async () => {
    const { mirror, asked } = await open((_, response) => response.setHeader("Set-Cookie", "reader=1").end());
    await mirror.fetch(PATH, { maxBytes: 10 });
    await mirror.fetch(PATH, { maxBytes: 10 });
    const sent = asked.map((request) => request.headers);
    expect(sent.map((each) => [each.cookie, each.referer, each["accept-language"], each["if-none-match"]])).toEqual([
      [undefined, undefined, "*", undefined],
      [undefined, undefined, "*", undefined],
    ]);
  });

  test.each([403, 404, 410])("is missing where the answer is %i", async (status) => {
    const { mirror } = await open((_, response) => response.writeHead(status).end("no such file"));
    await expect(mirror.fetch(PATH, { maxBytes: 10 })).rejects.toThrow(FileMissing);
  });

  test.each([204, 400, 401, 429, 500, 503])("can't be had where the answer is %i", async (status) => {
    const { mirror } = await open((_, response) => response.writeHead(status).end());
    await expect(mirror.fetch(PATH, { maxBytes: 10 })).rejects.toThrow(Unreachable);
  });

  test.each([301, 302, 303, 307, 308])("isn't sought where a %i points", async (status) => {
    const { mirror, asked } = await open((_, response) => response.writeHead(status, { Location: "/other" }).end());
    await expect(mirror.fetch(PATH, { maxBytes: 10 })).rejects.toThrow(BadRedirect);
    expect(asked.length).toBe(1);
  });

  test("that is too large is given up as soon as that is seen", async () => {
    const { mirror, meter } = await open(async (_, response) => {
      while (response.writable && !response.destroyed) {
        response.write(new Uint8Array(1000));
        await pause(1);
      }
    });
    await expect(mirror.fetch(PATH, { maxBytes: 5000 })).rejects.toThrow(TooLarge);
    expect(meter.bytes).toBeLessThan(1_000_000);
  });

  test("of exactly the size that it may have is taken", async () => {
    const { mirror } = await open((_, response) => response.end(CONTENT));
    expect(await mirror.fetch(PATH, { maxBytes: 10 })).toEqual(CONTENT);
    await expect(mirror.fetch(PATH, { maxBytes: 9 })).rejects.toThrow(TooLarge);
  });

  test("of no publication is not asked for", async () => {
    const { mirror, asked } = await open((_, response) => response.end());
    for (const path of ["../secret", "a/../b", "/etc/passwd", "metadata/1.root.json?x=1", "http://other/", ""]) {
      await expect(mirror.fetch(path, { maxBytes: 10 })).rejects.toThrow(FormatError);
    }
    expect(asked).toEqual([]);
  });

  test("can't be had where nobody listens", async () => {
    const mirror = new HttpTransport("http://127.0.0.1:1/", {
      meter: new Meter(),
      home: new URL("http://127.0.0.1:1/"),
      typed: true,
    });
    await expect(mirror.fetch(PATH, { maxBytes: 10 })).rejects.toThrow(Unreachable);
  });

  test("of another origin is asked for without a header that a browser would ask about first", async () => {
    const { mirror, asked } = await open((_, response) => response.end(CONTENT), {}, "https://elsewhere.example/");
    await mirror.fetch(PATH, { maxBytes: 10, partial: new Inbox(10, CONTENT.slice(0, 4)) });
    await mirror.fetchHead(HEAD, { maxBytes: 10, held: HELD });
    const sent = asked.map((request) => request.headers);
    expect(sent.map((each) => [each.range, each["if-none-match"], each["if-modified-since"]])).toEqual([
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });
});

describe("a file that was cut", () => {
  test("leaves what arrived, and is gone on with", async () => {
    const { mirror, asked } = await open((request, response) => {
      if (request.headers.range) {
        return ranges(request, response);
      }
      response.writeHead(200, { "Content-Length": CONTENT.length });
      response.write(CONTENT.subarray(0, 4));
      return setTimeout(() => response.destroy(), 20);
    });
    const partial = new Inbox(10);
    await expect(mirror.fetch(PATH, { maxBytes: 10, partial })).rejects.toThrow(Unreachable);
    expect(partial.length).toBe(4);
    expect(await mirror.fetch(PATH, { maxBytes: 10, partial })).toEqual(CONTENT);
    expect(asked.map((request) => request.headers.range)).toEqual([undefined, "bytes=4-"]);
  });

  test("comes anew from a server that knows no ranges", async () => {
    const { mirror } = await open((_, response) => response.end(CONTENT));
    const partial = new Inbox(10, utf8("other"));
    expect(await mirror.fetch(PATH, { maxBytes: 10, partial })).toEqual(CONTENT);
  });

  test("is asked for no more once it is all here", async () => {
    const { mirror, asked } = await open(ranges);
    expect(await mirror.fetch(PATH, { maxBytes: 10, partial: new Inbox(10, CONTENT) })).toEqual(CONTENT);
    expect(asked).toEqual([]);
  });

  test("is all here where the server says that nothing follows", async () => {
    const { mirror } = await open(ranges);
    expect(await mirror.fetch(PATH, { maxBytes: 99, partial: new Inbox(99, CONTENT) })).toEqual(CONTENT);
  });

  test("comes anew where what arrived is longer than it", async () => {
    const { mirror } = await open(ranges);
    const partial = new Inbox(99, utf8("0123456789 and more"));
    expect(await mirror.fetch(PATH, { maxBytes: 99, partial })).toEqual(CONTENT);
  });

  test.each(["bytes 5-9/10", "bytes 4-8/10", "bytes 4-3/10", "bytes */10", "4-9", ""])(
    "comes anew where the server answers with another part: %s",
    async (told) => {
      const { mirror } = await open((request, response) =>
        request.headers.range
          ? response.writeHead(206, { "Content-Range": told }).end("456789")
          : response.end(CONTENT),
      );
      const partial = new Inbox(10, CONTENT.slice(0, 4));
      expect(await mirror.fetch(PATH, { maxBytes: 10, partial })).toEqual(CONTENT);
    },
  );

  test("is not taken where the part is shorter than the server says", async () => {
    const { mirror } = await open((_, response) => {
      response.writeHead(206, { "Content-Range": "bytes 4-9/10" });
      response.end("45");
    });
    const partial = new Inbox(10, CONTENT.slice(0, 4));
    await expect(mirror.fetch(PATH, { maxBytes: 10, partial })).rejects.toThrow(Unreachable);
  });

  test("tells how much of it is here", async () => {
    const { mirror } = await open(ranges);
    const told: number[] = [];
    await mirror.fetch(PATH, {
      maxBytes: 10,
      partial: new Inbox(10, CONTENT.slice(0, 4), (bytes) => told.push(bytes)),
    });
    expect(told[told.length - 1]).toBe(10);
  });
});

describe("a mirror that takes its time", () => {
  test("is given up when it doesn't answer", async () => {
    const { mirror } = await open(() => {}, { silenceSeconds: 0.05 });
    await expect(mirror.fetch(PATH, { maxBytes: 10 })).rejects.toThrow(TooSlow);
  });

  test("is given up when it falls silent, and what arrived stays", async () => {
    const { mirror } = await open((_, response) => response.write(CONTENT.subarray(0, 4)), { silenceSeconds: 3 });
    const partial = new Inbox(10);
    await expect(mirror.fetch(PATH, { maxBytes: 10, partial })).rejects.toThrow(TooSlow);
    expect(partial.length).toBe(4);
  });

  test("is given up when it drips", async () => {
    const { mirror } = await open(drip, { dripSeconds: 0.1, dripBytesPerSecond: 1_000_000 });
    await expect(mirror.fetch(PATH, { maxBytes: 10_000 })).rejects.toThrow(/only [0-9]+ bytes/);
  });

  test("is given up when it never ends", async () => {
    const { mirror } = await open(drip, { overallSeconds: 0.2 });
    await expect(mirror.fetch(PATH, { maxBytes: 10_000 })).rejects.toThrow(/not done after/);
  });

  test("is let go of when nobody wants the file any more", async () => {
    const { mirror } = await open(drip);
    const wish = new AbortController();
    setTimeout(() => wish.abort(), 20);
    await expect(mirror.fetch(PATH, { maxBytes: 10_000, signal: wish.signal })).rejects.toThrow(Stopped);
    await expect(mirror.fetch(PATH, { maxBytes: 10_000, signal: wish.signal })).rejects.toThrow(Stopped);
  });

  test("has its connection closed", async () => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { mirror } = await open(
      (request, response) => {
        request.socket.once("close", () => closed());
        response.write(CONTENT);
      },
      { silenceSeconds: 0.05 },
    );
    await expect(mirror.fetch(PATH, { maxBytes: 100 })).rejects.toThrow(TooSlow);
    await expect(gone).resolves.toBeUndefined();
  });
});

/** A byte now and then, for ever. */
const drip: Handler = (_, response) => {
  const timer = setInterval(() => response.write("."), 5);
  response.on("close", () => clearInterval(timer));
};

describe("a head", () => {
  test("is asked for by what is held of it, and by nothing that a server said", async () => {
    const { mirror, asked } = await open((_, response) => response.writeHead(304, { ETag: '"reader-1"' }).end());
    expect(await mirror.fetchHead(HEAD, { maxBytes: 10, held: HELD })).toBeNull();
    expect(await mirror.fetchHead(HEAD, { maxBytes: 10, held: HELD })).toBeNull();
    const [first, second] = asked.map((request) => request.headers);
    expect(second).toEqual(first);
    expect(first?.["if-none-match"]?.split(", ")[0]).toBe(`"${HELD.sha256}"`);
    expect(first?.["if-modified-since"]).toBe("Sun, 22 Nov 2026 06:00:00 GMT");
  });

  test("comes where it is another one", async () => {
    const { mirror } = await open((_, response) => response.end(CONTENT));
    expect(await mirror.fetchHead(HEAD, { maxBytes: 10, held: HELD })).toEqual(CONTENT);
  });

  test("is not held by whoever asked for it without", async () => {
    const { mirror } = await open((_, response) => response.writeHead(304).end());
    await expect(mirror.fetchHead(HEAD, { maxBytes: 10, held: null })).rejects.toThrow(/304|redirects/);
  });
});

describe("an address", () => {
  const options = { meter: new Meter(), home: new URL("https://news.example/") };

  test("that the reader typed wrongly is said to be none", () => {
    expect(() => openSource("https://a@b/", options)).toThrow(UsageError);
  });

  test("that a catalog lists and that must not be contacted says so when it is asked", async () => {
    const mirror = openMirror("https://192.168.1.1/", options);
    await expect(mirror.fetch(PATH, { maxBytes: 1 })).rejects.toMatchObject({ code: "forbidden-address" });
    await expect(mirror.fetchHead(HEAD, { maxBytes: 1, held: null })).rejects.toMatchObject({
      code: "forbidden-address",
    });
  });
});
