// What is let go of by choice: step 9 of a sync, and editions that are no longer chosen. docs/format.md, section 10.

import type { Catalog } from "../format/catalog.ts";
import type { Library } from "../library/index.ts";
import type { Reach } from "./plan.ts";

/** Let go of all editions but the chosen ones: what is never synced again would never be retracted either. */
export async function forgetOthers(
  library: Library,
  { publication, editions }: Catalog,
  chosen: readonly string[],
): Promise<void> {
  for (const code of [...editions.keys()].filter((each) => !chosen.includes(each))) {
    const { version, segments } = await library.standing(publication, code);
    const { articles, retractions } = await library.holding(publication, code);
    if (version + segments.size + articles + retractions > 0) {
      await library.forget(publication, code);
    }
  }
}

/** Let go of what is beyond reach in these editions. */
export async function keepWithin(
  library: Library,
  publication: string,
  codes: readonly string[],
  { since, maxRawBytes: maxBytes }: Reach,
): Promise<void> {
  if (since || maxBytes !== undefined) {
    for (const code of codes) {
      await library.trim(publication, code, { since, ...(maxBytes !== undefined && { maxBytes }) });
    }
  }
}
