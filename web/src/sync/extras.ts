// Superseded revisions and pictures: fetched by choice, step 8 of a sync. docs/format.md, section 10.

import { HashMismatch } from "../errors.ts";
import type { Role } from "../format/article.ts";
import { decodeBundle, unpack } from "../format/bundle.ts";
import type { Catalog, Edition, ListRef, Lists, MediaRef, RevisionsRef } from "../format/catalog.ts";
import { sha256 } from "../format/digest.ts";
import { LIMITS } from "../format/limits.ts";
import { decodeList } from "../format/lists.ts";
import { bundlePath, isPackPath, listPath, mediaBundlePath } from "../format/names.ts";
import { decodeTar } from "../format/pack.ts";
import type { Library, MediaChoice, Standing } from "../library/index.ts";
import type { Fetcher } from "./fetch.ts";
import type { Available } from "./plan.ts";
import { type EditionPlan, isSettling, type Wanted, wantedList } from "./tasks.ts";

const ROLES: Readonly<Record<MediaChoice, readonly Role[]>> = {
  none: [],
  previews: ["preview"],
  standard: ["preview", "standard"],
};

/** Single pictures that are committed together. */
const AT_ONCE = 32;

type Extra = "revisions" | "media";

/** What of it the reader chose. */
export interface ExtrasWish {
  readonly revisions: boolean;
  readonly media: MediaChoice;
}

/** What one edition may have beside its articles. `missing`: paths that can't be had here. */
export class Extras {
  readonly code: string;
  readonly missing: string[] = [];
  private readonly library: Library;
  private readonly publication: string;
  private readonly edition: Edition;
  private readonly fetcher: Fetcher;
  private readonly available: Available;
  private readonly single: ReadonlyMap<string, string>;
  private readonly read: { readonly [K in Extra]: Map<string, Lists[K]> } = { revisions: new Map(), media: new Map() };

  constructor(
    library: Library,
    catalog: Catalog,
    [code, edition]: readonly [string, Edition],
    fetcher: Fetcher,
    available: Available,
    carried: ReadonlySet<string>,
  ) {
    this.library = library;
    this.publication = catalog.publication;
    this.code = code;
    this.edition = edition;
    this.fetcher = fetcher;
    this.available = available;
    const pictures = [...carried].filter((path) => path.startsWith("media/") && !path.endsWith(".tar"));
    this.single = new Map(pictures.map((path) => [stem(path), path]));
  }

  /**
   * Fetch what the reader chose, once the articles are in. `coming` hears first of how many bytes. Throws as a sync.
   */
  async fetch(plan: EditionPlan, wish: ExtrasWish, coming: (bytes: number) => void): Promise<void> {
    const missing = this.missing.length;
    const planned = await this.planned(plan, wish);
    this.missing.splice(missing); // it will be told when it is asked for
    coming(planned.reduce((sum, wanted) => sum + wanted.bytes, 0));
    if (wish.revisions) {
      await this.fetchRevisions();
    }
    await this.fetchMedia(wish.media);
  }

  /** Bring the superseded records up to the edition's version. */
  private async fetchRevisions(): Promise<void> {
    const refs = await this.revisions(await this.standing());
    if (!refs) {
      return;
    }
    const jobs = refs
      .filter((ref) => this.isAvailable(bundlePath(ref.sha256)))
      .map((ref) => [wantedBundle(ref), ref] as const);
    for await (const [ref, data] of this.fetcher.each(jobs)) {
      const path = bundlePath(ref.sha256);
      const raw = await unpack(data, ref, { path });
      const bundle = await decodeBundle(raw, { publication: this.publication, edition: this.code, path });
      const { revisions } = await this.standing();
      await this.library.applyRevisions(bundle, { to: revisions, taken: ref.sha256 });
      await this.fetcher.applied(ref.sha256);
    }
    if (this.missing.length === 0) {
      await this.library.finishRevisions(this.publication, this.code, { version: this.edition.version });
    }
  }

  /**
   * Fetch the pictures that held articles show and the library lacks.
   *
   * Whole bundles only, so that nobody can see which article's picture is looked at.
   */
  private async fetchMedia(media: MediaChoice): Promise<void> {
    for (const role of ROLES[media]) {
      const standing = await this.standing();
      if (markOf(standing, role) < this.edition.version) {
        const before = this.missing.length;
        await this.fetchRole(role, standing);
        if (this.missing.length === before) {
          await this.library.finishMedia(this.publication, this.code, { role, version: this.edition.version });
        }
      }
    }
  }

  private async fetchRole(role: Role, standing: Standing): Promise<void> {
    await this.takeSingle(role);
    for (const ref of (await this.lacks(role)) ? await this.media(role, standing) : []) {
      if (!(await this.lacks(role))) {
        return;
      }
      if (this.isAvailable(mediaBundlePath(ref.sha256))) {
        await this.addPictures(ref);
      }
    }
  }

  /**
   * What would be fetched after `plan`, lists included; the pictures of articles to come aren't known yet, and of single
   * ones nothing is listed.
   */
  async planned(plan: EditionPlan, wish: ExtrasWish): Promise<Wanted[]> {
    const held = await this.standing();
    // As it will be once more is held: everything is asked for again.
    const standing = isSettling(plan)
      ? { ...held, revisions: 0, previews: 0, standards: 0, taken: new Set<string>() }
      : held;
    const found: Wanted[] = [];
    const refs = wish.revisions ? await this.revisions(standing) : null;
    if (refs && this.edition.revisions) {
      found.push(wantedList(this.edition.revisions), ...refs.map(wantedBundle));
    }
    if (this.edition.media && this.single.size === 0) {
      const changing = plan.tasks.length + plan.later.length > 0;
      const bundles: Wanted[] = [];
      for (const role of ROLES[wish.media]) {
        if (markOf(standing, role) < this.edition.version && (changing || (await this.lacks(role)))) {
          bundles.push(...(await this.media(role, standing)).map(wantedMedia));
        }
      }
      found.push(...(bundles.length > 0 ? [wantedList(this.edition.media), ...bundles] : []));
    }
    return found;
  }

  /** Pictures that another reader put into a pack one by one, since whole bundles weren't held. */
  private async takeSingle(role: Role): Promise<void> {
    const lacking = this.single.size > 0 ? await this.lacking(role) : new Set<string>();
    const paths = [...lacking].sort().flatMap((digest) => this.single.get(digest) ?? []);
    const to = markOf(await this.standing(), role);
    for (let start = 0; start < paths.length; start += AT_ONCE) {
      const files: (readonly [string, Uint8Array])[] = [];
      for (const path of paths.slice(start, start + AT_ONCE)) {
        files.push([path, await this.fetchSingle(path)]);
      }
      await this.library.addMedia(this.publication, this.code, files, { role, to });
    }
  }

  private fetchSingle(path: string): Promise<Uint8Array> {
    return this.fetcher.source.fetch(path, { maxBytes: LIMITS.media_bytes }, async (data) => {
      if ((await sha256(data)) !== stem(path)) {
        throw new HashMismatch({ path });
      }
      return data;
    });
  }

  // -- what is still to come -------------------------------------------------------------------------------------------

  private standing(): Promise<Standing> {
    return this.library.standing(this.publication, this.code);
  }

  private async lacks(role: Role): Promise<boolean> {
    return (await this.lacking(role)).size > 0;
  }

  private lacking(role: Role): Promise<ReadonlySet<string>> {
    return this.library.wantedMedia(this.publication, this.code, { role });
  }

  /** The bundles that were not taken yet; null where there is nothing to do. */
  private async revisions(standing: Standing): Promise<readonly RevisionsRef[] | null> {
    const listed = this.edition.revisions;
    if (!listed || standing.revisions >= this.edition.version) {
      return null;
    }
    const found = await this.list(listed, "revisions");
    return left(found?.bundles ?? [], standing.revisions, standing);
  }

  /** The bundles of this role that were not taken yet, oldest first, or newest first for who holds only those. */
  private async media(role: Role, standing: Standing): Promise<MediaRef[]> {
    const found = this.edition.media && (await this.list(this.edition.media, "media"));
    const bundles = (found?.bundles ?? []).filter((ref) => ref.role === role);
    const still = left(bundles, markOf(standing, role), standing);
    return standing.completeSince ? still.reverse() : still;
  }

  private async list<K extends Extra>(ref: ListRef, name: K): Promise<Lists[K] | null> {
    const known = this.read[name].get(ref.sha256);
    const path = listPath(ref.sha256);
    if (known || !this.isAvailable(path)) {
      return known ?? null;
    }
    const data = await this.fetcher.one(wantedList(ref));
    const found = await decodeList(data, ref, name, { edition: this.code, path });
    this.read[name].set(ref.sha256, found);
    return found;
  }

  private isAvailable(path: string): boolean {
    if (this.available(path)) {
      return true;
    }
    this.missing.push(path);
    return false;
  }

  private async addPictures(ref: MediaRef): Promise<void> {
    const wanted = wantedMedia(ref);
    const data = await this.fetcher.one(wanted);
    const files = decodeTar(data, { allowed: isPackPath, path: wanted.path });
    const to = markOf(await this.standing(), ref.role);
    await this.library.addMedia(this.publication, this.code, files, { role: ref.role, to, taken: ref.sha256 });
    await this.fetcher.applied(ref.sha256);
  }
}

function stem(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf("."));
}

/** Up to which version pictures of this role are held. */
function markOf(standing: Standing, role: Role): number {
  return role === "preview" ? standing.previews : standing.standards;
}

function wantedBundle(ref: RevisionsRef): Wanted {
  return { path: bundlePath(ref.sha256), bytes: ref.bytes, sha256: ref.sha256 };
}

function wantedMedia(ref: MediaRef): Wanted {
  return { path: mediaBundlePath(ref.sha256), bytes: ref.bytes, sha256: ref.sha256 };
}

/** Several bundles may lead to one version, so those after the mark are told apart by their digests. */
function left<R extends { readonly to: number; readonly sha256: string }>(
  bundles: readonly R[],
  mark: number,
  standing: Standing,
): R[] {
  return bundles.filter((ref) => ref.to > mark && !standing.taken.has(ref.sha256));
}
