// Addresses within the app: what is written is read back, and whatever else stands in a hash leads somewhere.

import { describe, expect, test } from "vitest";
import { type Location, readHash, SCREENS, writeHash } from "../src/ui/routes.ts";

const FINGERPRINT = `1.${"abcd".repeat(13)}`;

const LOCATIONS: readonly Location[] = [
  { fingerprint: "", route: { name: "front", edition: "" } },
  { fingerprint: "", route: { name: "front", edition: "zh-Hant" } },
  { fingerprint: FINGERPRINT, route: { name: "front", edition: "" } },
  { fingerprint: FINGERPRINT, route: { name: "front", edition: "kk" } },
  { fingerprint: "", route: { name: "section", edition: "ru", section: "Город / Область #1?" } },
  { fingerprint: FINGERPRINT, route: { name: "tag", edition: "en", tag: "100 % <b>" } },
  { fingerprint: "", route: { name: "article", edition: "en", key: "2026/11/a-b_c%2F" } },
  { fingerprint: FINGERPRINT, route: { name: "article", edition: "en", key: "мост", revision: 3 } },
  { fingerprint: "", route: { name: "search", words: 'мост "по реке" -паром/баржа' } },
  ...SCREENS.map((name): Location => ({ fingerprint: FINGERPRINT, route: { name } })),
];

describe("an address of the app", () => {
  for (const location of LOCATIONS) {
    const hash = writeHash(location);
    test(`${hash.slice(0, 40)} is read as what was written`, () => {
      expect(readHash(hash)).toEqual(location);
    });
  }

  test("is an address of the format while only the fingerprint stands in it", () => {
    expect(writeHash({ fingerprint: FINGERPRINT, route: { name: "front", edition: "" } })).toBe(`#${FINGERPRINT}`);
  });

  test.each([
    "",
    "#",
    "#/",
    "#nothing",
    "#note-1",
    "#/en/x/y",
    "#/en/a/",
    "#/en/a/%",
    "#/en/a/k/revision",
    "#/../..",
    "#/settings/",
    "#1.abc/en",
    `#${FINGERPRINT}x`,
    "#javascript:alert(1)",
    "#/<script>",
  ])("that is none of them (%s) leads to a screen all the same", (hash) => {
    const { route, fingerprint } = readHash(hash);
    expect(fingerprint).toBe("");
    expect(["front", "article", "settings"]).toContain(route.name);
  });
});
