// A reader is told of what the browser lacks before it surprises them, and of nothing where all is well.

import { expect, test } from "vitest";
import { type Circumstances, noticeFor } from "../src/ui/notices.tsx";

const WELL: Circumstances = {
  storage: "kept",
  secure: true,
  worker: true,
  now: Date.parse("2026-11-22T12:00:00Z"),
  signed: "2026-11-22T06:00:00Z",
};

test.each([
  ["where all is well", {}, null],
  ["before anything is held", { signed: "" }, null],
  ["a few hours behind", { signed: "2026-11-22T20:00:00Z" }, null],
  ["a clock that is years behind", { now: Date.parse("2001-01-01T00:00:00Z") }, "clock"],
  ["plain http", { secure: false, worker: false }, "insecure"],
  ["a browser without service workers", { worker: false }, "noWorker"],
  ["a private window", { storage: "memory" as const, secure: false, worker: false }, "memory"],
])("%s", (_, circumstances, notice) => {
  expect(noticeFor({ ...WELL, ...circumstances })).toBe(notice);
});
