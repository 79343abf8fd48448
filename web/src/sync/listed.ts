// What the newsroom signed for the files of its tree that no other list names: pages, feeds, the app itself.

import { HashMismatch, UsageError } from "../errors.ts";
import { decodeSite } from "../format/catalog.ts";
import { sha256 } from "../format/digest.ts";
import { sitePath } from "../format/names.ts";
import { Meter } from "../transport/base.ts";
import { Mirrors } from "../transport/mirrors.ts";
import { siteIn } from "../trust/index.ts";
import { Meeting } from "./meeting.ts";
import type { Means, Watch } from "./options.ts";

/**
 * The SHA-256 that the newest signed site.json has for `path`; "" where it doesn't name it. Changes nothing that is held.
 * Throws TrustError, TransportError, FormatError, LibraryError; Stopped.
 */
export async function listed(means: Means, publication: string, path: string, watch: Watch = {}): Promise<string> {
  const known = await means.library.publication(publication);
  const held = await means.library.held(publication);
  if (!(known && held)) {
    throw new UsageError(`no publication ${publication.slice(0, 16)}… is known here`);
  }
  const meeting = new Meeting(means, watch, new Meter());
  await meeting.recognise(known);
  const { offer, catalog } = await meeting.agree();
  const site = offer.accepted?.site ?? siteIn(held.targets);
  const place = sitePath(site.sha256);
  const mirrors = new Mirrors([offer.source, ...meeting.helpers(offer, catalog)]);
  const asking = { maxBytes: site.bytes, ...(watch.stop && { signal: watch.stop }) };
  const { files } = await mirrors.fetch(place, asking, async (data) => {
    if ((await sha256(data)) !== site.sha256) {
      throw new HashMismatch({ path: place });
    }
    return decodeSite(data);
  });
  return files.find((file) => file.path === path)?.sha256 ?? "";
}
