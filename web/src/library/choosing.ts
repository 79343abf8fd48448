// What the reader chose of a publication, and how its syncs went.

import type { Put } from "./store.ts";
import { Trusting } from "./trusting.ts";
import type { Choice, Sync } from "./values.ts";

/** So many syncs are remembered. */
const SYNCS = 20;

export class Choosing extends Trusting {
  /** Remember what the reader wants of a publication. Raises: LibraryError. */
  choose(publication: string, choice: Choice): Promise<void> {
    return this.change(async () => {
      const row = await this.row(publication);
      const editions = await this.store.scan("editions", { under: [publication] });
      const wider = keepsMoreMegabytes(row.choice, choice)
        ? editions.filter((edition) => edition.row.completeSince !== "")
        : [];
      const puts = wider.map(
        (edition): Put => ({ table: "editions", key: edition.key, row: { ...edition.row, wantsOlder: true } }),
      );
      return {
        answer: undefined,
        puts: [...puts, { table: "publications", key: [publication], row: { ...row, choice } }],
      };
    });
  }

  /** Remember which mirror answered last, to ask it first next time. Raises: LibraryError. */
  rememberMirror(publication: string, mirror: string): Promise<void> {
    return this.note(publication, () => ({ lastGood: mirror }));
  }

  /** Keep the figures of a sync. Raises: LibraryError. */
  noteSync(publication: string, sync: Sync): Promise<void> {
    return this.note(publication, ({ syncs }) => ({ syncs: [sync, ...syncs].slice(0, SYNCS) }));
  }

  /** The figures of the newest syncs, newest first. */
  async syncs(publication: string, limit = 10): Promise<readonly Sync[]> {
    return (await this.store.get("publications", [publication]))?.syncs.slice(0, limit) ?? [];
  }
}

/** Whether `now` may keep older articles than `before` did. (Of days, the date itself tells.) */
function keepsMoreMegabytes(before: Choice, now: Choice): boolean {
  const { megabytes } = now.keep;
  const same = megabytes === before.keep.megabytes && now.keep.days === before.keep.days;
  if (megabytes === undefined || same) {
    return false;
  }
  return before.keep.days !== undefined || megabytes > (before.keep.megabytes ?? megabytes);
}
