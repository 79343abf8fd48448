// What the worker that syncs does: one thing at a time, and it tells when articles have come, changed or gone.

import { LibraryLocked, UsageError } from "../errors.ts";
import { Library } from "../library/index.ts";
import type { Store } from "../library/store.ts";
import {
  listed,
  type Means,
  type Met,
  meet,
  type Offered,
  open,
  plan,
  type Report,
  sync,
  trust,
} from "../sync/index.ts";
import type { Choice, Meeting, News, Syncing, SyncPlan, SyncProgress, SyncReport, SyncWish } from "./api.ts";
import { offeredBy } from "./views.ts";

/** What the worker lends. `prepare`: called before anything is verified. */
export interface Lent {
  readonly store: Store;
  readonly now: () => number;
  readonly open: Means["open"];
  readonly prepare: () => Promise<void>;
  readonly tell: (news: News) => void;
}

/** What a mirror offered, and when: a sync soon after goes on from there. */
interface Answered extends Offered {
  readonly publication: string;
  readonly at: number;
}

/** In seconds. */
const RECENT = 600;
/** Pages are told of changes at most so often while a sync runs, in milliseconds. */
const PATIENCE = 1_000;

export class Syncer implements Syncing {
  private readonly lent: Lent;
  private readonly means: Means;
  private readonly met = new Map<string, Met>();
  private offered: Answered | null = null;
  private running: AbortController | null = null;
  private told = 0;
  private untold: string | null = null;

  constructor(lent: Lent) {
    this.lent = lent;
    const library = new Library(watched(lent.store, (publication) => this.changed(publication)));
    this.means = { library, now: lent.now, open: lent.open };
  }

  meet(address: string): Promise<Meeting> {
    return this.alone(async (stop) => {
      const met = await meet(this.means, address, { stop });
      this.met.set(met.publication, met);
      this.offered = { at: this.lent.now(), ...met };
      const { publication, fingerprint, pinned, freshness, catalog } = met;
      const { title, version, published } = catalog;
      const editions = offeredBy(catalog);
      return { publication, address: met.address, fingerprint, pinned, title, version, published, freshness, editions };
    });
  }

  trust(publication: string, choice: Choice): Promise<void> {
    return this.alone(async () => {
      const met = this.met.get(publication);
      if (!met) {
        throw new UsageError("nobody was met of this publication");
      }
      await trust(this.means, met, choice);
      this.changed(publication);
    });
  }

  choose(publication: string, choice: Choice): Promise<void> {
    const { library } = this.means;
    return this.alone(async () => {
      await library.lock(() => library.choose(publication, choice));
      this.changed(publication);
    });
  }

  plan(wish: SyncWish): Promise<SyncPlan> {
    return this.alone(async (stop) => {
      const { price, ...offered } = await plan(this.means, wish, { stop });
      this.offered = { publication: wish.publication, at: this.lent.now(), ...offered };
      return price;
    });
  }

  sync(wish: SyncWish, told: (progress: SyncProgress) => void): Promise<SyncReport> {
    return this.alone((stop) => {
      const { offered } = this;
      this.offered = null;
      const isNew = offered?.publication === wish.publication && this.lent.now() - offered.at < RECENT;
      return this.reported(wish.publication, sync(this.means, wish, { stop, told }, isNew ? offered : undefined));
    });
  }

  async pause(): Promise<void> {
    this.running?.abort();
  }

  listed(publication: string, path: string): Promise<string> {
    return this.alone((stop) => listed(this.means, publication, path, { stop }));
  }

  open(pack: Blob, options: { readonly trusted?: string; readonly acceptRetractions?: boolean }): Promise<SyncReport> {
    return this.alone(async (stop) => {
      const report = await open(this.means, pack, options, { stop });
      this.changed(report.publication);
      return report;
    });
  }

  forget(publication: string): Promise<void> {
    const { library } = this.means;
    return this.alone(async () => {
      await library.lock(() => library.forgetPublication(publication));
      this.changed(publication);
    });
  }

  async wipe(): Promise<void> {
    this.running?.abort();
    await this.means.library.wipe();
    this.lent.tell({ kind: "wiped" });
  }

  // -- one thing at a time --------------------------------------------------------------------------------------------

  private async alone<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    if (this.running) {
      throw new LibraryLocked({ library: "tamizdat" });
    }
    const running = new AbortController();
    this.running = running;
    try {
      await this.lent.prepare();
      return await work(running.signal);
    } finally {
      this.running = null;
    }
  }

  /** Whatever becomes of a sync, what it brought is shown. */
  private async reported(publication: string, report: Promise<Report>): Promise<Report> {
    try {
      return await report;
    } finally {
      this.untold = null;
      this.lent.tell({ kind: "changed", publication });
    }
  }

  /** Tell of a change, at once or (the last of several) when some time has passed. */
  private changed(publication: string): void {
    const wait = this.told + PATIENCE - Date.now();
    if (wait <= 0) {
      this.told = Date.now();
      this.lent.tell({ kind: "changed", publication });
    } else if (this.untold === null) {
      this.untold = publication;
      setTimeout(() => {
        if (this.untold !== null) {
          this.told = Date.now();
          this.lent.tell({ kind: "changed", publication: this.untold });
          this.untold = null;
        }
      }, wait);
    }
  }
}

/** The same store; `changed` is called with the publication whenever articles of it have come, changed or gone. */
function watched(store: Store, changed: (publication: string) => void): Store {
  return {
    get: (table, key) => store.get(table, key),
    getMany: (table, keys) => store.getMany(table, keys),
    scan: (table, range) => store.scan(table, range),
    keys: (table, range) => store.keys(table, range),
    commit: async (writes, turns) => {
      await store.commit(writes, turns);
      const queued = writes.puts.find(({ table }) => table === "changes");
      if (queued) {
        changed(String(queued.key[0]));
      }
    },
    destroy: () => store.destroy(),
    close: () => store.close(),
  };
}
