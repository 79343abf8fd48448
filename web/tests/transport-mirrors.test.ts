// Failover: who is asked, in which order, and which error tells best that all have failed.

import { describe, expect, test } from "vitest";
import {
  FileMissing,
  FirstContact,
  FormatError,
  HashMismatch,
  NothingReachable,
  RollbackError,
  Stopped,
  TooLarge,
  Unreachable,
} from "../src/errors.ts";
import { textOf, utf8 } from "../src/format/bytes.ts";
import { encodePack } from "../src/format/pack.ts";
import { type Asking, Meter, type Transport } from "../src/transport/base.ts";
import { HttpTransport } from "../src/transport/http.ts";
import { Inbox } from "../src/transport/inbox.ts";
import { Mirrors } from "../src/transport/mirrors.ts";
import { Overlay } from "../src/transport/overlay.ts";
import { PackTransport } from "../src/transport/pack.ts";
import { Race } from "../src/transport/race.ts";
import { type Handler, serve } from "./server.ts";

const PATH = "metadata/1.root.json";
const OTHER = "metadata/timestamp.json";
const ASKING: Asking = { maxBytes: 100 };

const all: Handler = (_, response) => response.end("right");
const wrong: Handler = (_, response) => response.end("wrong");
const broken: Handler = (_, response) => response.destroy();
const lacking: Handler = (_, response) => response.writeHead(404).end();
const silent: Handler = () => {};

async function mirror(handler: Handler, meter = new Meter()): Promise<Transport & { readonly asked: unknown[] }> {
  const { url, asked } = await serve(handler);
  return Object.assign(new HttpTransport(url, { meter, home: new URL(url), typed: true }), { asked });
}

/** A check that takes one text alone. */
function right(data: Uint8Array): string {
  if (textOf(data) !== "right") {
    throw new HashMismatch({ path: PATH });
  }
  return "right";
}

describe("several mirrors", () => {
  test("are asked in turn until one has what is right, which is asked first from then on", async () => {
    const [dead, lying, good, spare] = [
      await mirror(broken),
      await mirror(wrong),
      await mirror(all),
      await mirror(all),
    ];
    const mirrors = new Mirrors([dead, lying, good, spare]);
    expect(await mirrors.fetch(PATH, ASKING, right)).toBe("right");
    expect(mirrors.transports[0]).toBe(good);
    expect(await mirrors.fetch(PATH, ASKING, right)).toBe("right");
    expect([dead, lying, good, spare].map((each) => each.asked.length)).toEqual([1, 1, 2, 0]);
    expect(mirrors.problems.map(({ where, error }) => [where, error.code])).toEqual([
      [dead.where, "unreachable"],
      [lying.where, "hash"],
    ]);
  });

  test("are asked no more once they failed before they delivered, or lied, while there is somebody else", async () => {
    const [dead, lying, good] = [await mirror(broken), await mirror(wrong), await mirror(all)];
    const mirrors = new Mirrors([dead, lying, good]);
    await mirrors.fetch(PATH, ASKING, right);
    expect(mirrors.transports).toEqual([good]);
  });

  test("that fail once after they delivered wait at the end of the line, and go after the second time", async () => {
    let up = true;
    const fickle = await mirror((request, response) => (up ? all : broken)(request, response));
    const good = await mirror(all);
    const mirrors = new Mirrors([fickle, good]);
    await mirrors.fetch(PATH, ASKING, right);
    up = false;
    await mirrors.fetch(PATH, ASKING, right);
    expect(mirrors.transports).toEqual([good, fickle]);
    mirrors.prefer(good);
    await expect(mirrors.attempt((each) => (each === good ? refuse() : each.fetch(PATH, ASKING)))).rejects.toThrow();
    expect(mirrors.transports).not.toContain(fickle);
  });

  test("that lack a file are as good as any for what they have", async () => {
    const [partial, good] = [await mirror(lacking), await mirror(all)];
    const mirrors = new Mirrors([partial, good]);
    await mirrors.fetch(PATH, ASKING, right);
    expect(mirrors.transports).toEqual([good, partial]);
  });

  test("go on with what the first left", async () => {
    const cut = await mirror((_, response) => {
      response.writeHead(200, { "Content-Length": 5 });
      response.write("ri");
      setTimeout(() => response.destroy(), 20);
    });
    const good = await mirror((request, response) =>
      response
        .writeHead(request.headers.range === "bytes=2-" ? 206 : 500, { "Content-Range": "bytes 2-4/5" })
        .end("ght"),
    );
    expect(await new Mirrors([cut, good]).fetch(PATH, { maxBytes: 5, partial: new Inbox(5) }, right)).toBe("right");
  });

  test("are asked afresh, once, where what had arrived led to wrong bytes", async () => {
    const good = await mirror((request, response) =>
      request.headers.range
        ? response.writeHead(206, { "Content-Range": "bytes 2-4/5" }).end("ght")
        : response.end("right"),
    );
    const partial = new Inbox(5, utf8("wr"));
    expect(await new Mirrors([good]).fetch(PATH, { maxBytes: 5, partial }, right)).toBe("right");
    expect(good.asked.length).toBe(2);
  });

  test("leave nothing of wrong bytes", async () => {
    const partial = new Inbox(5);
    const mirrors = new Mirrors([await mirror(wrong)]);
    await expect(mirrors.fetch(PATH, { maxBytes: 5, partial }, right)).rejects.toThrow(HashMismatch);
    expect(partial.length).toBe(0);
  });
});

function refuse(): never {
  throw new Unreachable({ where: "", reason: "" });
}

describe("when all have failed", () => {
  test.each([
    ["the one's own failure", [broken], Unreachable],
    ["that nothing is reachable", [broken, broken], NothingReachable],
    ["that it is missing, where somebody answered", [broken, lacking, broken], FileMissing],
    ["what was wrong, where somebody sent something", [wrong, lacking, broken], HashMismatch],
    ["that there is nobody to ask", [], NothingReachable],
  ] as const)("it is said: %s", async (_name, handlers, expected) => {
    const transports = await Promise.all(handlers.map((handler) => mirror(handler)));
    await expect(new Mirrors(transports).fetch(PATH, ASKING, right)).rejects.toThrow(expected);
  });

  test("first contact is said at once: no other mirror can settle whom the reader trusts", async () => {
    const [first, second] = [await mirror(all), await mirror(all)];
    const check = () => {
      throw new FirstContact({ fingerprint: "1.abc" });
    };
    await expect(new Mirrors([first, second]).fetch(PATH, ASKING, check)).rejects.toThrow(FirstContact);
    expect(second.asked).toEqual([]);
  });

  test("a mistake of our own is not taken for a mirror's", async () => {
    const mirrors = new Mirrors([await mirror(all), await mirror(all)]);
    const check = () => {
      throw new TypeError("ours");
    };
    await expect(mirrors.fetch(PATH, ASKING, check)).rejects.toThrow(TypeError);
  });
});

describe("a race", () => {
  const ask = (each: Transport, signal: AbortSignal) => each.fetch(PATH, { ...ASKING, signal });
  const race = (meter = new Meter()) => new Race<Uint8Array>(PATH, meter, 0.1);

  test("asks nobody in vain where the first one answers", async () => {
    const [first, second] = [await mirror(all), await mirror(all)];
    expect(textOf(await race().run([first, second], ask))).toBe("right");
    expect(second.asked).toEqual([]);
  });

  test("doesn't wait for who stays silent, and tells of them", async () => {
    const [first, second, good] = [await mirror(silent), await mirror(silent), await mirror(all)];
    const running = race();
    expect(textOf(await running.run([first, second, good], ask))).toBe("right");
    expect(running.problems.map(({ where, error }) => [where, error.code])).toEqual([
      [first.where, "too-slow"],
      [second.where, "too-slow"],
    ]);
  });

  test("goes to the next one at once where one fails", async () => {
    const [dead, good] = [await mirror(broken), await mirror(all)];
    const running = new Race<Uint8Array>(PATH, new Meter(), 60);
    expect(textOf(await running.run([dead, good], ask))).toBe("right");
    expect(running.problems.map(({ where }) => where)).toEqual([dead.where]);
  });

  test("lets the silent ones go once somebody has answered", async () => {
    const [first, good] = [await mirror(silent), await mirror(all)];
    const stopped: boolean[] = [];
    await race().run([first, good], (each, signal) => {
      signal.addEventListener("abort", () => stopped.push(each === first));
      return ask(each, signal);
    });
    expect(stopped).toEqual([true]);
  });

  test("waits for one that is slow but delivers", async () => {
    const meter = new Meter();
    const slow = await mirror((_, response) => {
      let left = 8;
      const timer = setInterval(() => {
        left -= 1;
        response.write(".".repeat(1000));
        if (left === 0) {
          clearInterval(timer);
          response.end();
        }
      }, 400);
    }, meter);
    const other = await mirror(all);
    // Longer in all than may pass between two of its pieces.
    const whole = (each: Transport, signal: AbortSignal) => each.fetch(PATH, { maxBytes: 8000, signal });
    expect((await new Race<Uint8Array>(PATH, meter, 2).run([slow, other], whole)).length).toBe(8000);
    expect(other.asked).toEqual([]);
  });

  test("waits for what isn't far, however long it takes", async () => {
    const good = await mirror(all);
    const stick: Transport = {
      where: "stick",
      far: false,
      tellsHeld: true,
      fetch: () => new Promise((resolve) => setTimeout(() => resolve(utf8("stick")), 250)),
      fetchHead: () => Promise.resolve(null),
    };
    expect(textOf(await race().run([stick, good], ask))).toBe("stick");
    expect(good.asked).toEqual([]);
  });

  test("that nobody wins says so", async () => {
    await expect(race().run([await mirror(broken), await mirror(broken)], ask)).rejects.toThrow(NothingReachable);
    await expect(race().run([], ask)).rejects.toThrow(NothingReachable);
  });

  test("ends when the reader stops it", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const asked = (each: Transport) => each.fetch(PATH, { ...ASKING, signal: stop.signal });
    await expect(race().run([await mirror(silent), await mirror(silent)], asked)).rejects.toThrow(Stopped);
  });

  test("ends where an old state is all there is", async () => {
    const old = () => Promise.reject(new RollbackError({ role: "catalog", accepted: 2, offered: 1 }));
    await expect(race().run([await mirror(all), await mirror(broken)], old)).rejects.toThrow(RollbackError);
  });
});

describe("a head over its mirror", () => {
  const files = new Map([["metadata/3.root.json", utf8("root")]]);

  test("answers for what it holds, and the mirror for the rest", async () => {
    const below = await mirror(all);
    const overlay = new Overlay(files, below);
    expect(textOf(await overlay.fetch("metadata/3.root.json", ASKING))).toBe("root");
    expect(textOf(await overlay.fetch(OTHER, ASKING))).toBe("right");
    expect(textOf(await overlay.fetch("metadata/2.root.json", ASKING))).toBe("right");
    expect(below.asked.length).toBe(2);
  });

  test("knows that there is no newer root than its own", async () => {
    const below = await mirror(all);
    await expect(new Overlay(files, below).fetch("metadata/4.root.json", ASKING)).rejects.toThrow(FileMissing);
    expect(below.asked).toEqual([]);
  });

  test("holds a file to its limit", async () => {
    const overlay = new Overlay(files, await mirror(all));
    await expect(overlay.fetch("metadata/3.root.json", { maxBytes: 3 })).rejects.toThrow(TooLarge);
  });
});

describe("a pack", () => {
  const pack = () => new Blob([...encodePack([[PATH, utf8("root")]])]);
  const open = async (file: Blob) => PackTransport.open(file, { where: "news.tar.zst", meter: new Meter() });

  test("answers for its paths, and lacks all others", async () => {
    const source = await open(pack());
    expect(source.paths).toEqual([PATH]);
    expect(textOf(await source.fetch(PATH, ASKING))).toBe("root");
    await expect(source.fetch(OTHER, ASKING)).rejects.toThrow(FileMissing);
    await expect(source.fetch(PATH, { maxBytes: 3 })).rejects.toThrow(TooLarge);
    await expect(source.fetchHead("head.tar.zst", { maxBytes: 9, held: null })).rejects.toThrow(FileMissing);
  });

  test("that was cut short is said to be damaged; something else, to be none", async () => {
    const whole = pack();
    await expect(open(whole.slice(0, whole.size - 1))).rejects.toMatchObject({ code: "damaged-pack" });
    await expect(open(new Blob(["<html>a web page</html>"]))).rejects.toThrow(FormatError);
    await expect(open(new Blob([]))).rejects.toThrow(FormatError);
  });
});
