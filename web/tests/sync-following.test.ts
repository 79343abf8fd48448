// A reader in the browser follows a newsroom, and holds what it says that a reader holds, to the byte.

import { describe, expect, test } from "vitest";
import type { Choice } from "../src/library/index.ts";
import { meet, plan, sync, trust } from "../src/sync/index.ts";
import { begun, EN, holds, PLACE, Reader, story, TREES } from "./trees.ts";

const BOTH: Choice = { ...EN, editions: ["en", "ru"], revisions: true, media: "standard" };

describe.skipIf(!TREES)("a reader who follows a newsroom", () => {
  const { publication, fingerprint, step, last } = story();

  test("meets it, sees what it offers before anything is kept, and reads it all without asking twice", async () => {
    const reader = new Reader(step(0));
    const met = await meet(reader.means, `${PLACE}#${fingerprint}`);
    expect(met).toMatchObject({ publication, fingerprint, pinned: true, address: PLACE, freshness: "fresh" });
    expect([...met.catalog.editions.keys()]).toEqual(["en", "ru"]);
    expect(await reader.library.publications()).toEqual([]);

    await trust(reader.means, met, EN);
    const report = await sync(reader.means, { publication }, {}, met);
    expect(report).toMatchObject({ from: 0, to: 1, articles: 60, complete: true, missing: [], problems: [], older: 0 });
    expect(await holds(reader, step(0), ["en"])).toEqual({ en: true });
    expect(reader.asked.filter((path) => path.startsWith("head"))).toHaveLength(1);
    expect(new Set(reader.asked).size).toBe(reader.asked.length);
  });

  test("holds at every step what a reader holds, by whatever leads there", async () => {
    const reader = await begun(step(0), BOTH);
    for (let at = 0; at <= last; at += 1) {
      reader.show(step(at));
      await sync(reader.means, { publication, acceptRetractions: true });
      expect(await holds(reader, step(at), ["en", "ru"]), `after step ${at}`).toEqual({ en: true, ru: true });
    }
    const pictures = await reader.library.pictures(publication, "en", { role: "standard" });
    expect(pictures.size).toBeGreaterThan(5);
    expect(await reader.library.wantedMedia(publication, "en", { role: "standard" })).toEqual(new Set());
  });

  test.each([0, 1, 3, 5])("comes from step %i to the newest in one go", async (at) => {
    const reader = await begun(step(at), BOTH);
    await sync(reader.means, { publication });
    reader.show(step(last));
    const report = await sync(reader.means, { publication, acceptRetractions: true });
    expect(report.complete).toBe(true);
    expect(await holds(reader, step(last), ["en", "ru"])).toEqual({ en: true, ru: true });
  });

  test("needs one request for a day's news, and one that brings nothing where there are none", async () => {
    const reader = await begun(step(1), EN);
    await sync(reader.means, { publication });
    reader.show(step(2));
    const day = await sync(reader.means, { publication });
    expect(day).toMatchObject({ from: 2, to: 3, requests: 1, retracted: 1 });
    const again = await sync(reader.means, { publication });
    expect(again).toMatchObject({ from: 3, to: 3, requests: 1, bytes: 0, articles: 0 });
  });

  test("is told what it would cost before anything is fetched, and pays that", async () => {
    const reader = await begun(step(0), BOTH);
    const planned = await plan(reader.means, { publication });
    expect((await reader.library.holding(publication, "en")).articles).toBe(0);
    const before = reader.bytes;
    const report = await sync(reader.means, { publication }, {}, planned);
    const { text, pictures, requests } = planned.price;
    expect(report).toMatchObject({ complete: true, bytes: planned.meter.bytes });
    expect(reader.bytes - before).toBe(text + pictures);
    expect(report.requests).toBeGreaterThanOrEqual(requests);
  });

  test("sees every step of a sync in bytes that never go back", async () => {
    const reader = await begun(step(0), BOTH);
    const steps = new Set<string>();
    let done = 0;
    let total = 0;
    const told = (progress: { step: string; done: number; total: number }) => {
      steps.add(progress.step);
      expect(progress.done).toBeGreaterThanOrEqual(done);
      expect(progress.total).toBeGreaterThanOrEqual(progress.done);
      ({ done, total } = progress);
    };
    await sync(reader.means, { publication }, { told });
    expect(done).toBeGreaterThan(0.9 * total);
    expect([...steps]).toEqual(expect.arrayContaining(["asking", "verifying", "fetching", "applying", "pictures"]));
  });
});

describe.skipIf(!TREES)("a beginner", () => {
  const { publication, step, last } = story();
  const LITTLE = 12_000;

  test("reads the newest some megabytes by itself, and is told what the rest would cost", async () => {
    const reader = await begun(step(last), EN, { firstRawBytes: LITTLE });
    const { price, ...offered } = await plan(reader.means, { publication });
    const first = await sync(reader.means, { publication }, {}, offered);
    const { completeSince } = await reader.library.standing(publication, "en");
    const held = await reader.library.holding(publication, "en");
    expect(first).toMatchObject({ complete: true, articles: held.articles });
    // The deltas that lead on from the segments are fetched once more then.
    expect(first.older).toBeGreaterThanOrEqual(price.older);
    expect(first.older).toBeLessThan(1.2 * price.older);
    expect(first.older).toBeGreaterThan(1000);
    expect(completeSince > "2026").toBe(true);
    expect(held.bytes).toBeLessThanOrEqual(2 * LITTLE);

    expect((await plan(reader.means, { publication })).price).toMatchObject({ text: 0, older: first.older });
    const again = await sync(reader.means, { publication });
    expect(again).toMatchObject({ articles: 0, requests: 1 });

    const dearer = await plan(reader.means, { publication, older: true });
    expect(dearer.price.older).toBe(0);
    expect(dearer.price.text - first.older).toBeLessThan(1000); // but for the list of it
    const rest = await sync(reader.means, { publication, older: true }, {}, dearer);
    expect(rest).toMatchObject({ complete: true, older: 0 });
    expect(await holds(reader, step(last), ["en"])).toEqual({ en: true });
    expect((await plan(reader.means, { publication })).price).toMatchObject({ text: 0, older: 0 });
  });

  test("goes on by deltas with what is held, and widens it later", async () => {
    const reader = await begun(step(1), EN, { firstRawBytes: LITTLE });
    await sync(reader.means, { publication });
    for (const at of [2, 3, 4, 5]) {
      reader.show(step(at));
      await sync(reader.means, { publication });
    }
    const before = await reader.library.holding(publication, "en");
    expect(before.articles).toBeLessThan(step(5).editions.get("en")?.articles ?? 0);
    const rest = await sync(reader.means, { publication, older: true });
    expect(rest.complete).toBe(true);
    expect(await holds(reader, step(5), ["en"])).toEqual({ en: true });
  });

  test("sees the newest articles first, before anything else is on its way", async () => {
    const reader = await begun(step(last), EN);
    let newest = "";
    let bundles = 0;
    const told = async (progress: { step: string }) => {
      if (progress.step === "applying" && !newest) {
        bundles = bundles || reader.asked.filter((path) => path.startsWith("bundles/")).length;
        const { cards } = await reader.library.articles({ publication, edition: "en", limit: 1 });
        newest = cards[0]?.title ?? "";
      }
    };
    await sync(reader.means, { publication }, { told });
    expect([newest, bundles]).toEqual(["On en/139, 1", 1]);
  });
});

describe.skipIf(!TREES)("what a reader keeps", () => {
  const { publication, step, last } = story();

  test("is so many days of it, and no more is fetched for that", async () => {
    const reader = await begun(step(last), { ...EN, keep: { days: 45 } });
    await sync(reader.means, { publication });
    const { cards } = await reader.library.articles({ publication, edition: "en", limit: 200 });
    const since = new Date((step(last).now - 45 * 86_400) * 1000).toISOString();
    expect(cards.length).toBeGreaterThan(5);
    expect(cards.every(({ published }) => published >= since.slice(0, 19))).toBe(true);
  });

  test("is an edition no longer chosen only until the next sync", async () => {
    const reader = await begun(step(0), { ...EN, editions: ["en", "ru"] });
    await sync(reader.means, { publication });
    await reader.library.choose(publication, { ...EN, editions: ["ru"] });
    await sync(reader.means, { publication });
    expect(await reader.library.holding(publication, "en")).toMatchObject({ articles: 0, retractions: 0 });
    expect(await holds(reader, step(0), ["ru"])).toEqual({ ru: true });
  });

  test("is not wiped by many retractions at once, unless the reader agrees", async () => {
    const reader = await begun(step(5), EN);
    await sync(reader.means, { publication });
    reader.show(step(6));
    await expect(sync(reader.means, { publication })).rejects.toMatchObject({
      code: "mass-retraction",
      fields: { edition: "en", retractions: 25 },
    });
    expect(await holds(reader, step(5), ["en"])).toEqual({ en: true });
    const agreed = await sync(reader.means, { publication, acceptRetractions: true });
    expect(agreed.retracted).toBe(25);
    expect(await holds(reader, step(6), ["en"])).toEqual({ en: true });
  });
});

describe.skipIf(!TREES)("a sync", () => {
  const { publication, step, last } = story();

  test("stops at a cap, keeps what was fetched, and goes on from there", async () => {
    const reader = await begun(step(last), EN);
    const codes: unknown[] = [];
    for (let number = 0; number < 60; number += 1) {
      const before = reader.bytes;
      const outcome = await sync(reader.means, { publication, maxBytes: 9000 }).catch((error) => error.code);
      expect(reader.bytes - before).toBeLessThanOrEqual(9000);
      codes.push(outcome);
      if (outcome !== "incomplete") {
        break;
      }
    }
    expect(codes.length).toBeGreaterThan(3);
    expect(await holds(reader, step(last), ["en"])).toEqual({ en: true });
  });

  test("says what it would cost also where the cap is below what it takes to know that", async () => {
    const reader = await begun(step(last), { ...EN, maxBytes: 1 });
    const { price } = await plan(reader.means, { publication });
    expect(price.text).toBeGreaterThan(9000);
    await expect(sync(reader.means, { publication })).rejects.toMatchObject({ code: "incomplete" });
  });

  test("stops when it is paused, keeps what has arrived, and goes on from there", async () => {
    const reader = await begun(step(last), EN);
    let rounds = 0;
    for (let done = false; !done; rounds += 1) {
      const pause = new AbortController();
      let applied = 0;
      const told = (progress: { step: string }) => {
        applied += progress.step === "applying" ? 1 : 0;
        if (applied === 3) {
          pause.abort();
        }
      };
      const outcome = await sync(reader.means, { publication }, { told, stop: pause.signal }).catch(({ code }) => code);
      expect([outcome === "stopped", outcome.complete]).toContain(true);
      done = outcome !== "stopped";
    }
    expect(rounds).toBeGreaterThan(3);
    expect(await holds(reader, step(last), ["en"])).toEqual({ en: true });
    const bundles = reader.asked.filter((path) => path.startsWith("bundles/"));
    expect(bundles.length).toBeLessThan(2 * new Set(bundles).size);
  });

  test("beside another one is refused, or both end well", async () => {
    const reader = await begun(step(0), EN);
    const both = [sync(reader.means, { publication }), sync(reader.means, { publication })];
    const outcomes = await Promise.all(
      both.map((each) =>
        each.then(
          () => "done",
          ({ code }) => code,
        ),
      ),
    );
    expect(["done", "locked"]).toEqual(expect.arrayContaining(outcomes));
    await sync(reader.means, { publication });
    expect(await holds(reader, step(0), ["en"])).toEqual({ en: true });
  });

  test("of what is not known is refused", async () => {
    const reader = new Reader(step(0));
    await expect(sync(reader.means, { publication })).rejects.toMatchObject({ code: "usage" });
  });
});
