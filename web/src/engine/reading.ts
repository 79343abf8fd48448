// What the worker that reads answers: lists, articles, pictures, searches, packs. It keeps the index up to date, too.

import { LibraryLocked } from "../errors.ts";
import { type Article, imagesOf } from "../format/article.ts";
import { decodeRecord } from "../format/record.ts";
import type { Library } from "../library/index.ts";
import { pack } from "../pack/index.ts";
import type { Index } from "../search/index.ts";
import { isDue } from "../search/list.ts";
import type { Results } from "../search/searching.ts";
import { isNative } from "../trust/index.ts";
import type {
  ArticleView,
  Card,
  CardPage,
  Count,
  Hit,
  HitPage,
  ListQuery,
  News,
  Place,
  PublicationView,
  Reading,
  RetractionView,
  RevisionView,
  Surroundings,
} from "./api.ts";
import type { Finding } from "./finding.ts";
import { viewOf } from "./views.ts";

/**
 * What the worker lends: the library, whether it is kept, the clock (Unix seconds), search, which is loaded when it is
 * first asked for, and how pages are told.
 */
export interface Lent {
  readonly library: Library;
  readonly kept: boolean;
  readonly now: () => number;
  readonly finding: () => Finding;
  readonly tell: (news: News) => void;
}

/** How long nothing must have changed before the index is built, and how long it waits at most; milliseconds. */
const WAIT = 1_000;
const LONGEST_WAIT = 30_000;

export class Reader implements Reading {
  private readonly lent: Lent;
  private readonly library: Library;
  private readonly indexes = new Map<string, Index>();
  private searches = 0;
  private building = false;
  private more = false;

  constructor(lent: Lent) {
    this.lent = lent;
    this.library = lent.library;
  }

  async surroundings(): Promise<Surroundings> {
    const storage: StorageManager | undefined = navigator.storage;
    const [persisted, { usage = 0, quota = 0 }, native] = await Promise.all([
      storage?.persisted?.() ?? false,
      storage?.estimate?.() ?? {},
      isNative(),
    ]);
    const kept = this.lent.kept ? "kept" : "memory";
    return { storage: kept, persisted, usage, quota, crypto: native ? "browser" : "own" };
  }

  async publications(): Promise<readonly PublicationView[]> {
    const known = await this.library.publications();
    return Promise.all(known.map((each) => viewOf(this.library, each, this.lent.now())));
  }

  list(query: ListQuery): Promise<CardPage> {
    return this.library.articles(query);
  }

  sections(publication: string, edition: string): Promise<readonly Count[]> {
    return this.library.sections(publication, edition);
  }

  tags(publication: string, edition: string): Promise<readonly Count[]> {
    return this.library.tags(publication, edition);
  }

  async article(place: Place, revision?: number): Promise<ArticleView | RetractionView | null> {
    const held = await this.library.article(place);
    if (held?.kind !== "article") {
      return held;
    }
    const { article: current, revisions, saved, read, position } = held;
    const all = [current, ...revisions];
    const article = revision === undefined ? current : all.find((each) => each.revision === revision);
    if (!article) {
      return null;
    }
    const digests = imagesOf(article).flatMap(({ variants }) => variants.map(({ sha256 }) => sha256));
    const [translations, pictures] = await Promise.all([
      this.library.translations(place, current.translation_group),
      this.library.heldMedia(digests),
    ]);
    const marks = { saved, read, position };
    const known = revisionsOf(current, all);
    return { kind: "article", article, current: current.revision, revisions: known, translations, pictures, ...marks };
  }

  async picture(sha256: string): Promise<Blob | null> {
    const media = await this.library.media(sha256);
    return media ? new Blob([media.data], { type: media.type }) : null;
  }

  mark(place: Place, marks: { readonly read?: boolean; readonly position?: number }): Promise<void> {
    return this.library.mark(place, marks);
  }

  save(place: Place, saved: boolean): Promise<void> {
    return saved ? this.library.save(place) : this.library.unsave(place);
  }

  async search(publication: string, words: string, limit: number, skip: number): Promise<HitPage> {
    this.searches += 1;
    const own = this.searches;
    const index = this.index(publication);
    const results = await this.lent
      .finding()
      .search(index, words, { limit, skip, isStale: () => own !== this.searches });
    const hits = await this.hits(publication, results);
    return { hits, found: results.found, indexed: index.articles, held: await this.held(publication) };
  }

  /** What was found, with its card and snippet; what has gone since it was put into the index is left out. */
  private async hits(publication: string, { hits, snippet }: Results): Promise<Hit[]> {
    const cards = await this.library.summaries(hits.map(({ edition, key }) => ({ publication, edition, key })));
    const held = cards.filter((card): card is Card => card !== null);
    return Promise.all(held.map(async (card) => ({ card, snippet: snippet(card.edition, await this.texts(card)) })));
  }

  private async texts({ publication, edition, key }: Card): Promise<readonly string[]> {
    const [line] = await this.library.lines(publication, edition, [key]);
    const entry = line ? decodeRecord(line) : null;
    return entry?.record.type === "article" ? [entry.text, entry.record.summary] : [];
  }

  async pack(
    publication: string,
    options: { readonly edition?: string; readonly since?: number; readonly pictures: boolean },
  ): Promise<Blob> {
    const { pictures, ...which } = options;
    const { pieces } = await pack(this.library, publication, { ...which, media: pictures ? "standard" : "none" });
    return new Blob([...pieces], { type: "application/octet-stream" });
  }

  // -- the index ------------------------------------------------------------------------------------------------------

  /**
   * Put into the index whatever isn't there yet, in small steps, so that reading isn't held up.
   *
   * It begins once nothing has changed for a while: what is to be read comes first.
   */
  async keepIndex(): Promise<void> {
    this.more = true;
    if (this.building) {
      return;
    }
    this.building = true;
    try {
      while (this.more) {
        await this.quiet();
        for (const { publication } of await this.library.publications()) {
          await this.buildIndex(publication).catch((error: unknown) => this.yieldTo(error));
        }
      }
    } finally {
      this.building = false;
    }
  }

  /** Where another page builds the index, too, let it, and see later whether it came to an end. */
  private async yieldTo(error: unknown): Promise<void> {
    if (!(error instanceof LibraryLocked)) {
      throw error;
    }
    await pause(LONGEST_WAIT);
    this.more = true;
  }

  private async quiet(): Promise<void> {
    for (let waited = 0; this.more && waited < LONGEST_WAIT; waited += WAIT) {
      this.more = false;
      await pause(WAIT);
    }
    this.more = false;
  }

  private async buildIndex(publication: string): Promise<void> {
    if (!(await isDue(this.library.shelf(publication)))) {
      return;
    }
    const index = this.index(publication);
    while (await this.lent.finding().build(index, pause)) {
      const held = await this.held(publication);
      this.lent.tell({ kind: "indexed", publication, indexed: index.articles, held });
    }
  }

  private index(publication: string): Index {
    const index = this.indexes.get(publication) ?? this.lent.finding().indexOf(this.library.shelf(publication));
    this.indexes.set(publication, index);
    return index;
  }

  private async held(publication: string): Promise<number> {
    const editions = await this.library.editions(publication);
    const holdings = await Promise.all(editions.map((edition) => this.library.holding(publication, edition)));
    return holdings.reduce((sum, { articles }) => sum + articles, 0);
  }
}

/** The revisions that are known of: those that are held, and those that a correction speaks of. Newest first. */
function revisionsOf(current: Article, held: readonly Article[]): RevisionView[] {
  const known = new Map<number, RevisionView>();
  for (const { revision, at } of current.corrections) {
    if (revision > current.cleared && revision < current.revision) {
      known.set(revision, { revision, updated: at, held: false });
    }
  }
  for (const { revision, updated } of held) {
    known.set(revision, { revision, updated, held: true });
  }
  return [...known.values()].sort((a, b) => b.revision - a.revision);
}

/** Let whatever waits go first. */
function pause(milliseconds = 0): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
