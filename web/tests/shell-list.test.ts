// What counts as the list of a shell: nothing else may name what the page fetches and keeps.

import { describe, expect, test } from "vitest";
import { cacheName, readShell, scopeOf } from "../src/shell/kept.ts";

const FILE = { role: "start", path: "app/start-0123456789abcdef.html", sha256: "0".repeat(64), bytes: 10 };
const LIST = { format: "tamizdat.shell.1", version: "1.0", files: [FILE] };

function read(value: unknown) {
  return readShell(JSON.stringify(value));
}

test("a list is read as it was written", () => {
  expect(read(LIST)).toEqual({ version: "1.0", files: [FILE] });
  expect(read({ ...LIST, later: 1, files: [{ ...FILE, later: 2 }] })?.version).toBe("1.0");
});

const WRONG: Readonly<Record<string, unknown>> = {
  "another format": { ...LIST, format: "tamizdat.shell.2" },
  "no version": { ...LIST, version: 1 },
  "no files": { ...LIST, files: {} },
  "nothing to start with": { ...LIST, files: [{ ...FILE, role: "page" }] },
  "one bad file among good ones": { ...LIST, files: [FILE, { ...FILE, sha256: "0" }] },
  "a path that leaves the app": { ...LIST, files: [FILE, { ...FILE, path: "app/../sw-0123456789abcdef.js" }] },
  "a path on another host": { ...LIST, files: [FILE, { ...FILE, path: "//host/app/a-0123456789abcdef.js" }] },
  "a path that isn't named after its content": { ...LIST, files: [FILE, { ...FILE, path: "app/page.js" }] },
  "bytes that are no number": { ...LIST, files: [FILE, { ...FILE, bytes: "10" }] },
  "a list of lists": [LIST],
  nothing: null,
};

describe("no list is", () => {
  for (const [what, value] of Object.entries(WRONG)) {
    test(what, () => {
      expect(read(value)).toBeNull();
    });
  }
  test("a captive portal's page", () => {
    expect(readShell("<!doctype html><title>Welcome</title>")).toBeNull();
  });
});

test("a cache is known by the publication that it is for, and others' are left alone", () => {
  expect(scopeOf(cacheName("https://news.example/paper/"))).toBe("https://news.example/paper/");
  expect(scopeOf("somebody-else-v1")).toBeNull();
});
