// A reader goes on when whoever was asked is gone, lies or lags, by the addresses that the newsroom signed for.

import { describe, expect, test } from "vitest";
import { meet, sync, trust } from "../src/sync/index.ts";
import { begun, EN, holds, PLACE, type Reader, type Step, story, TREES } from "./trees.ts";

describe.skipIf(!TREES)("a reader whose first address is gone", () => {
  const { publication, fingerprint, step, last } = story();

  async function abandoned(at: number): Promise<Reader> {
    const reader = await begun(step(at), EN);
    await sync(reader.means, { publication });
    reader.web.delete(PLACE);
    return reader;
  }

  function show(reader: Reader, at: Step, ...numbers: readonly number[]): void {
    reader.now = at.now;
    for (const number of numbers) {
      reader.show(at, { place: `https://${number}.example/` });
    }
  }

  test.each([2, 7, 10])("finds mirror %i, and asks that one first from then on", async (number) => {
    const reader = await abandoned(2);
    show(reader, step(3), number);
    const report = await sync(reader.means, { publication });
    expect(report).toMatchObject({ mirror: `https://${number}.example/`, complete: true });
    expect(report.problems).toContainEqual(expect.objectContaining({ mirror: PLACE, code: "unreachable" }));
    expect(await holds(reader, step(3), ["en"])).toEqual({ en: true });

    const before = reader.opened.length;
    const again = await sync(reader.means, { publication });
    expect(again).toMatchObject({ mirror: `https://${number}.example/`, requests: 1, problems: [] });
    const asked = reader.opened.slice(before).filter((mirror) => mirror.asked.length > 0);
    expect(asked.map((mirror) => mirror.where)).toEqual([`https://${number}.example/`]);
  });

  test("passes over who shows an older state, and takes from it what it has", async () => {
    const reader = await abandoned(2);
    show(reader, step(1), 0);
    show(reader, step(3), 1);
    reader.now = step(3).now;
    const report = await sync(reader.means, { publication });
    expect(report).toMatchObject({ mirror: "https://1.example/", to: step(3).version });
    expect(report.problems).toContainEqual(expect.objectContaining({ mirror: "https://0.example/", code: "rollback" }));
    expect(await holds(reader, step(3), ["en"])).toEqual({ en: true });
  });

  test("takes the files that one mirror lacks from another", async () => {
    const reader = await abandoned(2);
    show(reader, step(last), 0, 1);
    reader.show(step(last), {
      place: "https://0.example/",
      twist: (path, data) => (path.startsWith("bundles/") && path > "bundles/7" ? undefined : data),
    });
    const report = await sync(reader.means, { publication, acceptRetractions: true });
    expect(report.complete).toBe(true);
    expect(await holds(reader, step(last), ["en"])).toEqual({ en: true });
  });

  test("goes on at another that a friend gave him", async () => {
    const reader = await abandoned(2);
    const place = "https://friend.example/";
    reader.show(step(3), { place });
    const met = await meet(reader.means, place);
    expect(met).toMatchObject({ publication, pinned: true, address: place, fingerprint });
    await trust(reader.means, met, EN);
    expect(await sync(reader.means, { publication }, {}, met)).toMatchObject({ mirror: place, complete: true });
    expect(await holds(reader, step(3), ["en"])).toEqual({ en: true });
    reader.show(step(4), { place });
    expect(await sync(reader.means, { publication })).toMatchObject({
      mirror: place,
      to: step(4).version,
      requests: 1,
    });
  });

  test("asks nobody but whom he named and whom the newsroom signed for, and no address twice for one file", async () => {
    const reader = await abandoned(2);
    const error = await sync(reader.means, { publication }).catch((each) => each);
    expect(error).toMatchObject({ code: "nothing-reachable" });
    const signed = Array.from({ length: 11 }, (_, number) => `https://${number}.example/`);
    const asked = reader.opened.filter((mirror) => mirror.asked.length > 0).map((mirror) => mirror.where);
    expect(new Set(asked)).toEqual(new Set([PLACE, ...signed]));
    expect(await holds(reader, step(2), ["en"])).toEqual({ en: true });
  });
});

describe.skipIf(!TREES)("a library", () => {
  const { publication, step } = story();

  test("whose newsroom lost its keys settles as far back as anything was held, and keeps it all", async () => {
    const reader = await begun(step(4), EN, { firstRawBytes: 12_000 });
    await sync(reader.means, { publication, older: true });
    expect(await holds(reader, step(4), ["en"])).toEqual({ en: true });
    const { library } = reader;
    const restarted = { ...reader.means, library };
    reader.show(step(5));
    const accept = library.accept.bind(library);
    library.accept = (accepted, options) => accept({ ...accepted, restart: true }, options);
    const report = await sync(restarted, { publication });
    expect(report.complete).toBe(true);
    expect((await library.standing(publication, "en")).completeSince).toBe("");
    expect(await holds(reader, step(5), ["en"])).toEqual({ en: true });
  });

  test("that is to hold so many megabytes reads some of them first, and the others when it is told to", async () => {
    const reader = await begun(step(4), { ...EN, keep: { megabytes: 1 } }, { firstRawBytes: 12_000 });
    const first = await sync(reader.means, { publication });
    expect(first.older).toBeGreaterThan(1000);
    const quiet = await sync(reader.means, { publication });
    expect(quiet.articles).toBe(0);
    const rest = await sync(reader.means, { publication, older: true });
    expect(rest).toMatchObject({ complete: true, older: 0 });
    expect(await holds(reader, step(4), ["en"])).toEqual({ en: true });
  });
});
