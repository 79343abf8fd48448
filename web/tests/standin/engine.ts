// An engine over a list of articles that a test wrote: the same interface, without bundles, trust or a database. It lets
// pages be shown what the format would never let through.

import type {
  ArticleView,
  Card,
  CardPage,
  Count,
  HitPage,
  ListQuery,
  Place,
  PublicationView,
  Reading,
  RetractionView,
  RevisionView,
  Surroundings,
  Syncing,
} from "../../src/engine/api.ts";
import type { Engine } from "../../src/engine/client.ts";
import type { Article, Blocks, Retraction } from "../../src/format/article.ts";

/** What a test writes: JSON. `pictures`: the bytes of those that are held, in base64, by digest. */
export interface Told {
  readonly publication: PublicationView | null;
  readonly articles: readonly (Omit<Article, "footnotes"> & { readonly footnotes: Record<string, Blocks> })[];
  readonly earlier: Told["articles"];
  readonly retractions: readonly Retraction[];
  readonly pictures: Readonly<Record<string, string>>;
  readonly marks: Readonly<Record<string, { read?: boolean; saved?: boolean; position?: number }>>;
  readonly answers?: Readonly<Partial<Record<keyof Syncing, readonly Answer[]>>>;
  readonly storage?: "kept" | "memory";
}

interface Marks {
  read?: boolean;
  saved?: boolean;
  position?: number;
}

/** The engine of what was told. */
export function standIn(told: Told): Engine {
  const marks = new Map<string, Marks>(Object.entries(told.marks));
  return {
    reading: new Shelf(told, marks),
    syncing: answering(told.answers),
    storage: told.storage ?? "kept",
    listen: () => () => undefined,
  };
}

class Shelf implements Reading {
  private readonly told: Told;
  private readonly marks: Map<string, Marks>;

  constructor(told: Told, marks: Map<string, Marks>) {
    this.told = told;
    this.marks = marks;
  }

  async surroundings(): Promise<Surroundings> {
    return { storage: "kept", persisted: false, usage: 0, quota: 0, crypto: "browser" };
  }

  async publications(): Promise<readonly PublicationView[]> {
    return this.told.publication ? [this.told.publication] : [];
  }

  async list({ edition, section, tag, saved, limit, after = "0" }: ListQuery): Promise<CardPage> {
    const all = this.articles(edition)
      .filter((each) => section === undefined || each.section === section)
      .filter((each) => tag === undefined || each.tags.includes(tag))
      .map((each) => this.card(each))
      .filter((card) => !saved || card.saved);
    const end = Number(after) + limit;
    return { cards: all.slice(Number(after), end), after: end < all.length ? String(end) : "" };
  }

  async sections(_publication: string, edition: string): Promise<readonly Count[]> {
    return counted(this.articles(edition).map((each) => each.section));
  }

  async tags(_publication: string, edition: string): Promise<readonly Count[]> {
    return counted(this.articles(edition).flatMap((each) => each.tags));
  }

  async article({ edition, key }: Place, revision?: number): Promise<ArticleView | RetractionView | null> {
    const retraction = this.told.retractions.find((each) => each.key === key && each.edition === edition);
    if (retraction) {
      return { kind: "retraction", retraction };
    }
    const current = this.told.articles.find((each) => each.key === key && each.edition === edition);
    if (!current) {
      return null;
    }
    const before = this.told.earlier.filter((each) => each.key === key && each.edition === edition);
    const article = [current, ...before].find((each) => each.revision === (revision ?? current.revision));
    return article ? this.view(article, current, before) : null;
  }

  private view(
    article: Told["articles"][number],
    current: Told["articles"][number],
    before: Told["articles"],
  ): ArticleView {
    const card = this.card(current);
    const revisions: RevisionView[] = [current, ...before].map(({ revision, updated }) => ({
      revision,
      updated,
      held: true,
    }));
    const group = article.translation_group;
    const translations = this.told.articles.filter(
      (each) => group && each.translation_group === group && each !== current,
    );
    return {
      kind: "article",
      article: { ...article, footnotes: new Map(Object.entries(article.footnotes)) },
      current: current.revision,
      revisions,
      translations: translations.map((each) => this.card(each)),
      pictures: Object.keys(this.told.pictures),
      saved: card.saved,
      read: card.read,
      position: card.position,
    };
  }

  async picture(sha256: string): Promise<Blob | null> {
    const base64 = this.told.pictures[sha256];
    return base64 === undefined
      ? null
      : new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type: "image/png" });
  }

  async mark({ edition, key }: Place, marks: Marks): Promise<void> {
    const name = `${edition}/${key}`;
    this.marks.set(name, { ...this.marks.get(name), ...marks });
  }

  async save(place: Place, saved: boolean): Promise<void> {
    await this.mark(place, { saved });
  }

  async search(): Promise<HitPage> {
    return { hits: [], found: 0, indexed: 0, held: 0 };
  }

  async pack(): Promise<Blob> {
    return new Blob([]);
  }

  private articles(edition: string): Told["articles"] {
    return this.told.articles.filter((each) => !edition || each.edition === edition);
  }

  private card(article: Told["articles"][number]): Card {
    const { read = false, saved = false, position = 0 } = this.marks.get(`${article.edition}/${article.key}`) ?? {};
    const { edition, key, revision, title, byline, section, tags, summary, published, updated } = article;
    return {
      publication: this.told.publication?.publication ?? "",
      ...{ edition, key, revision, title, byline, section, tags, summary, published, updated },
      corrected: article.corrections.length > 0,
      picture: article.image?.variants[0]?.sha256 ?? "",
      alt: article.image?.alt ?? "",
      ...{ saved, read, position },
    };
  }
}

function counted(names: readonly string[]): Count[] {
  const counts = new Map<string, number>();
  for (const name of names.filter(Boolean)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, articles]) => ({ name, articles })).sort((a, b) => b.articles - a.articles);
}

/** What a call that syncs comes to. */
export type Answer = { readonly value: unknown } | { readonly trouble: unknown };

declare global {
  interface Window {
    /** What was asked of the part that syncs: the names of calls with what was handed to them. */
    asked: unknown[][];
  }
}

/** Answers as was told, by the names of calls: one after the other, the last for good. Others find no network. */
function answering(answers: Told["answers"]): Syncing {
  window.asked = [];
  const answer = (name: keyof Syncing) => {
    const left = [...(answers?.[name] ?? [])];
    return async (...handed: unknown[]): Promise<never> => {
      window.asked.push([name, ...handed.filter((each) => typeof each !== "function")]);
      const next = left.length > 1 ? left.shift() : left[0];
      if (next && "value" in next) {
        return next.value as never;
      }
      throw next?.trouble ?? { code: "unreachable", message: "nothing is reachable from here", fields: {} };
    };
  };
  return {
    meet: answer("meet"),
    trust: answer("trust"),
    choose: answer("choose"),
    plan: answer("plan"),
    sync: answer("sync"),
    pause: answer("pause"),
    listed: answer("listed"),
    open: answer("open"),
    forget: answer("forget"),
    wipe: answer("wipe"),
  };
}
