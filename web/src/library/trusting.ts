// Trust's own state, in the same store as the articles.

import { type Catalog, decodeCatalog } from "../format/catalog.ts";
import type { Accepted, Held } from "../format/state.ts";
import { Base, everywhere } from "./base.ts";
import type { EditionRow, PublicationRow, TrustRow } from "./rows.ts";
import type { Key, Put, Removal } from "./store.ts";
import type { Choice, HeadNote, Publication, Role, Standing } from "./values.ts";

export const NO_CHOICE: Choice = { editions: [], media: "none", keep: {}, revisions: false, maxBytes: 0 };

export const NO_EDITION: EditionRow = {
  version: 0,
  completeSince: "",
  segments: new Set(),
  revisions: 0,
  previews: 0,
  standards: 0,
  taken: new Map(),
  wantsOlder: false,
  settled: 0,
  articles: 0,
  retractions: 0,
  bytes: 0,
  sections: new Map(),
  tags: new Map(),
};

/** Superseded records and pictures are asked for from the beginning again. */
export const NO_EXTRAS = { revisions: 0, previews: 0, standards: 0, taken: new Map() } as const;

/** What was accepted, and how far it was applied. */
export class Trusting extends Base {
  /** Every publication that the library knows, in the order they were added. */
  async publications(): Promise<readonly Publication[]> {
    const rows = await this.store.scan("publications", { under: [] });
    const sorted = [...rows].sort((a, b) => a.row.added - b.row.added);
    return sorted.map(({ key, row }) => publicationOf(String(key[0]), row));
  }

  /** The publication of this identity, if the library knows it. */
  async publication(publication: string): Promise<Publication | null> {
    const row = await this.store.get("publications", [publication]);
    return row ? publicationOf(publication, row) : null;
  }

  /** Everything accepted before, for trust to decide what may come next. */
  async held(publication: string): Promise<Held | null> {
    const { store } = this;
    const under = [publication];
    const [trust, roots, catalogs] = await Promise.all([
      store.get("trust", under),
      store.scan("roots", { under }),
      store.scan("catalogs", { under }),
    ]);
    if (!trust) {
      return null;
    }
    const { timestamp, snapshot, targets, catalog } = trust;
    const [rootsByVersion, catalogsByVersion] = [
      new Map(roots.map(({ key, row }) => [Number(key[1]), row])),
      new Map(catalogs.map(({ key, row }) => [Number(key[1]), row])),
    ];
    return { publication, roots: rootsByVersion, timestamp, snapshot, targets, catalog, catalogs: catalogsByVersion };
  }

  /** The newest verified catalog. */
  async catalog(publication: string): Promise<Catalog | null> {
    const trust = await this.store.get("trust", [publication]);
    return trust ? decodeCatalog(trust.catalog) : null;
  }

  /** SHA-256 and size of the newest accepted site.json. */
  async site(publication: string): Promise<TrustRow["site"] | null> {
    return (await this.store.get("trust", [publication]))?.site ?? null;
  }

  /**
   * Commit a newer state whole.
   *
   * `place`: where the publication was found; it replaces the one before unless empty. `head`: the one that brought it,
   * null where it came by plain files. Raises: LibraryError.
   */
  accept(
    accepted: Accepted,
    options: { readonly fingerprint: string; readonly place?: string; readonly head?: HeadNote | null },
  ): Promise<void> {
    const { publication, catalog } = accepted;
    return this.change(async (number) => {
      const { store } = this;
      const known = await store.get("publications", [publication]);
      const stocks = await store.scan("stocks", { under: [publication] });
      const named = new Set([...catalog.editions.values()].map((edition) => edition.stock?.sha256));
      const stale = stocks.filter(({ row }) => !named.has(row.sha256));
      const roots = [...accepted.roots].map(
        ([version, data]): Put => ({ table: "roots", key: [publication, version], row: data.slice() }),
      );
      const restarted = accepted.restart ? await this.restarted(publication) : [];
      return {
        answer: undefined,
        removals: [
          ...(accepted.restart ? everywhere(["catalogs", "news"], [publication]) : []),
          ...stale.map(({ key }): Removal => ({ table: "stocks", gone: key })),
        ],
        puts: [
          ...roots,
          ...restarted,
          {
            table: "publications",
            key: [publication],
            row: {
              added: number,
              moreMirrors: [],
              moreMirrorsSha256: "",
              lastGood: "",
              choice: NO_CHOICE,
              syncs: [],
              ...known,
              title: catalog.title,
              place: options.place || known?.place || "",
              fingerprint: options.fingerprint,
              version: catalog.version,
              published: catalog.published,
              signed: accepted.signed,
              mirrors: catalog.mirrors,
              head: options.head ?? null,
            },
          },
          { table: "trust", key: [publication], row: trustOf(accepted) },
          { table: "catalogs", key: [publication, catalog.version], row: accepted.catalogSha256 },
        ],
      };
    });
  }

  /** A new history: every edition settles anew from segments, as far back as anything is held. */
  private async restarted(publication: string): Promise<Put[]> {
    const rows = await this.store.scan("editions", { under: [publication] });
    const puts = rows.map(async ({ key, row }): Promise<Put> => {
      const completeSince = row.completeSince || (await this.oldest(key));
      return { table: "editions", key, row: { ...row, version: 0, completeSince, segments: new Set() } };
    });
    return Promise.all(puts);
  }

  /** When the oldest article of an edition was published; "" where none is held. */
  private async oldest(edition: Key): Promise<string> {
    const places = await this.store.scan("places", { under: edition });
    const times = places.map(({ row }) => row.published).filter((published) => published !== "");
    return times.reduce((oldest, published) => (published < oldest ? published : oldest), times[0] ?? "");
  }

  /** Keep verified roots, those that are held already left as they are. Raises: LibraryError. */
  learnRoots(publication: string, roots: ReadonlyMap<number, Uint8Array>): Promise<void> {
    return this.change(async () => {
      const held = new Set((await this.store.keys("roots", { under: [publication] })).map((key) => key[1]));
      const puts = [...roots]
        .filter(([version]) => !held.has(version))
        .map(([version, data]): Put => ({ table: "roots", key: [publication, version], row: data.slice() }));
      return { answer: undefined, puts };
    });
  }

  // -- standing -------------------------------------------------------------------------------------------------------

  /** How far this edition was applied. */
  async standing(publication: string, edition: string): Promise<Standing> {
    const row = await this.edition(publication, edition);
    const { version, completeSince, segments, revisions, previews, standards, taken, wantsOlder } = row;
    const bundles = new Set(taken.keys());
    return { edition, version, completeSince, segments, revisions, previews, standards, taken: bundles, wantsOlder };
  }

  /**
   * Say that every segment needed was applied: the edition stands at `version`.
   *
   * `newest`: the version up to which some of them had news already, where that isn't `version`. `wantsOlder`: the reader
   * wants to keep more than was read. Where more is held than before, superseded records and media are asked for from the
   * beginning again. Raises: LibraryError.
   */
  finishSnapshot(
    publication: string,
    edition: string,
    options: {
      readonly version: number;
      readonly completeSince: string;
      readonly newest?: number;
      readonly wantsOlder?: boolean;
    },
  ): Promise<void> {
    const { version, completeSince, newest = 0, wantsOlder = false } = options;
    return this.change(async () => {
      const row = await this.edition(publication, edition);
      const more = row.version === 0 || row.completeSince > completeSince;
      const settled = Math.max(version, newest);
      const finished = { version, completeSince, wantsOlder, settled, segments: new Set<string>() };
      const changed = { ...row, ...(more ? NO_EXTRAS : {}), ...finished, taken: new Map() };
      return {
        answer: undefined,
        puts: [{ table: "editions", key: [publication, edition], row: changed }],
      };
    });
  }

  /** Say that everything is held that the reader chose to keep. Raises: LibraryError. */
  finishWidening(publication: string, edition: string): Promise<void> {
    return this.noteEdition(publication, edition, () => ({ wantsOlder: false }));
  }

  /** Say that the superseded records up to `version` are held. Raises: LibraryError. */
  finishRevisions(publication: string, edition: string, options: { readonly version: number }): Promise<void> {
    return this.noteEdition(publication, edition, (row) => ({
      revisions: options.version,
      taken: without(row.taken, "revisions"),
    }));
  }

  /** Say that the pictures of this role up to `version` are held. Raises: LibraryError. */
  finishMedia(
    publication: string,
    edition: string,
    options: { readonly role: Role; readonly version: number },
  ): Promise<void> {
    return this.noteEdition(publication, edition, (row) => ({
      ...mediaMark(options.role, options.version),
      taken: without(row.taken, options.role),
    }));
  }

  /** The editions of which anything is, or was, held. */
  async editions(publication: string): Promise<readonly string[]> {
    return (await this.store.keys("editions", { under: [publication] })).map((key) => String(key[1]));
  }

  protected async edition(publication: string, edition: string): Promise<EditionRow> {
    return (await this.store.get("editions", [publication, edition])) ?? NO_EDITION;
  }

  private noteEdition(
    publication: string,
    edition: string,
    changed: (row: EditionRow) => Partial<EditionRow>,
  ): Promise<void> {
    return this.change(async () => {
      const row = await this.edition(publication, edition);
      const put: Put = { table: "editions", key: [publication, edition], row: { ...row, ...changed(row) } };
      return { answer: undefined, puts: [put] };
    });
  }
}

/** The mark of an edition that says up to which version pictures of a role are held. */
export function mediaMark(role: Role, version: number): Partial<EditionRow> {
  return role === "preview" ? { previews: version } : { standards: version };
}

function without(taken: EditionRow["taken"], kind: "revisions" | Role): EditionRow["taken"] {
  return new Map([...taken].filter(([, each]) => each !== kind));
}

function trustOf({ timestamp, snapshot, targets, catalogBytes, site }: Accepted): TrustRow {
  // Copies: what comes from a pack is a view of all of it, which would be kept along.
  return {
    timestamp: timestamp.slice(),
    snapshot: snapshot.slice(),
    targets: targets.slice(),
    catalog: catalogBytes.slice(),
    site,
  };
}

function publicationOf(publication: string, row: PublicationRow): Publication {
  const { title, place, fingerprint, version, published, signed, lastGood, head, choice } = row;
  const mirrors = [...row.mirrors, ...row.moreMirrors];
  return { publication, title, place, fingerprint, version, published, signed, mirrors, lastGood, head, choice };
}
