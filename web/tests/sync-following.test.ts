// A reader in the browser follows a newsroom, and holds what it says that a reader holds, to the byte.

import { describe, expect, test } from "vitest";
import { meet, sync, trust } from "../src/sync/index.ts";
import { digestOf, EN, PLACE, Reader, readStory, type Step, TREES } from "./trees.ts";

describe.skipIf(!TREES)("a reader who follows a newsroom", () => {
  const story = TREES ? readStory() : null;
  const { publication = "", fingerprint = "", steps = [] } = story ?? {};
  const step = (at: number): Step => steps[at] ?? never(at);

  function never(at: number): never {
    throw new RangeError(`no step ${at}`);
  }

  test("meets it, sees what it offers before anything is kept, and reads it all", async () => {
    const reader = new Reader(step(0));
    const met = await meet(reader.means, `${PLACE}#${fingerprint}`);
    expect(met).toMatchObject({ publication, fingerprint, pinned: true, address: PLACE, freshness: "fresh" });
    expect([...met.catalog.editions.keys()]).toEqual(["en", "ru"]);
    expect(await reader.library.publications()).toEqual([]);

    await trust(reader.means, met, EN);
    const report = await sync(reader.means, { publication }, {}, met);
    expect(report).toMatchObject({ from: 0, to: 1, articles: 60, complete: true, missing: [], problems: [], older: 0 });
    const lines = await digestOf(reader.library.records(publication, "en"));
    expect(lines).toBe(step(0).editions.get("en")?.lines);
  });
});
