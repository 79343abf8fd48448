// How a publication that is held is shown to pages.

import type { Catalog } from "../format/catalog.ts";
import { addressText, parseFingerprint } from "../format/names.ts";
import type { Library, Publication } from "../library/index.ts";
import { freshness } from "../trust/index.ts";
import type { EditionView, PublicationView } from "./api.ts";

/** A publication as of its newest verified catalog, at `now` (Unix seconds). */
export async function viewOf(library: Library, known: Publication, now: number): Promise<PublicationView> {
  const { publication, title, place, fingerprint, version, published, mirrors, lastGood, choice } = known;
  const catalog = await library.catalog(publication);
  const [lastSync = null] = await library.syncs(publication, 1);
  return {
    publication,
    title,
    address: addressText({ place, fingerprint: parseFingerprint(fingerprint) }),
    fingerprint,
    version,
    published,
    signed: utc(known.signed),
    freshness: freshness(known.signed, now),
    mirrors,
    lastGood,
    choice,
    editions: catalog ? await editionsOf(library, catalog) : [],
    lastSync,
  };
}

function editionsOf(library: Library, { publication, editions }: Catalog): Promise<EditionView[]> {
  const views = [...editions].map(async ([edition, { title, direction, articles }]) => {
    const { version, completeSince } = await library.standing(publication, edition);
    const { bytes: held } = await library.holding(publication, edition);
    return { edition, title, direction, articles, held, version, completeSince };
  });
  return Promise.all(views);
}

/** The editions of a catalog of which nothing is held yet. */
export function offeredBy({ editions }: Catalog): EditionView[] {
  return [...editions].map(([edition, { title, direction, version, articles }]) => {
    return { edition, title, direction, articles, held: 0, version, completeSince: "" };
  });
}

export function utc(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.[0-9]{3}Z$/, "Z");
}
