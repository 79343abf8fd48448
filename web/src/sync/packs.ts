// Reading a pack carried by hand: a sync whose only mirror is that file. No connection is opened. docs/format.md, 9.3.

import { sha256 } from "../format/digest.ts";
import { LIMITS } from "../format/limits.ts";
import { listPath, parseFingerprint, stockPath } from "../format/names.ts";
import type { Choice, MediaChoice } from "../library/index.ts";
import { Meter } from "../transport/base.ts";
import { PackTransport } from "../transport/pack.ts";
import { Meeting } from "./meeting.ts";
import type { Means, Offered, OpenWish, Report, Watch } from "./options.ts";
import { Session } from "./session.ts";

/**
 * Read a pack into the library.
 *
 * What it lacks is told in `missing`, not fetched. Of a publication that wasn't known, the editions in the pack are
 * chosen, and the pictures in it are kept. Throws FirstContact until `wish.trusted` names the fingerprint of a
 * publication that isn't known; DamagedPack, FormatError, TrustError, LibraryError; MassRetraction; Stopped.
 */
export async function open(means: Means, pack: Blob, wish: OpenWish, watch: Watch = {}): Promise<Report> {
  const meter = new Meter();
  const source = await PackTransport.open(pack, { where: "pack", meter });
  const carried = new Set(source.paths);
  const fingerprint = wish.trusted === undefined ? null : parseFingerprint(wish.trusted);
  return means.library.lock(async () => {
    const meeting = new Meeting(means, watch, meter, { source, carried: true, fingerprint, firstUse: false });
    await meeting.recognise(await knownBy(means, source));
    const first = meeting.known === null;
    const offered = await meeting.agree();
    await meeting.take(offered);
    const choice = first ? await chosen(means, offered, carried) : undefined;
    const session = new Session(means, meeting, { ...wish, carried, ...(choice && { choice }) }, watch);
    return session.run(offered);
  });
}

/** The publication whose first root the pack shows, if it is known. */
async function knownBy({ library }: Means, source: PackTransport) {
  const path = "metadata/1.root.json";
  if (!source.paths.includes(path)) {
    return null;
  }
  return library.publication(await sha256(await source.fetch(path, { maxBytes: LIMITS.root_bytes })));
}

/** Choose for good what came; and, this once, whatever pictures came with it. */
async function chosen({ library }: Means, { catalog }: Offered, carried: ReadonlySet<string>): Promise<Choice> {
  const editions = [...catalog.editions]
    .filter(([, { snapshot, stock }]) => {
      return carried.has(listPath(snapshot.sha256)) || (stock !== null && carried.has(stockPath(stock.sha256)));
    })
    .map(([code]) => code);
  const choice: Choice = { editions, media: "none", keep: {}, revisions: false, maxBytes: 0 };
  await library.choose(catalog.publication, choice);
  const pictures = [...carried].some((path) => path.startsWith("media/"));
  const media: MediaChoice = pictures ? "standard" : "none";
  return { ...choice, media };
}
