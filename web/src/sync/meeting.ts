// Whom to ask, and what may be accepted of it: steps 1 to 3 of a sync. docs/format.md, section 10.

import {
  ExpiredError,
  FileMissing,
  NothingReachable,
  RollbackError,
  type TamizdatError,
  TooSlow,
  UsageError,
  WrongRoot,
} from "../errors.ts";
import { same } from "../format/bytes.ts";
import type { Catalog } from "../format/catalog.ts";
import { sha256 } from "../format/digest.ts";
import { type Fingerprint, fingerprintText, IMMUTABLE_PATH, parseFingerprint } from "../format/names.ts";
import type { Accepted, Held } from "../format/state.ts";
import type { Library, MirrorNote, Publication } from "../library/index.ts";
import type { HeldHead, Meter, Transport } from "../transport/base.ts";
import type { Failure } from "../transport/mirrors.ts";
import { Race } from "../transport/race.ts";
import { chosenEditions, headOf, inOrder, utc } from "./choices.ts";
import { Contact, type Offer } from "./contact.ts";
import type { Means, Offered, Watch } from "./options.ts";

/** What doesn't keep a mirror from having files of the catalog that somebody else showed. */
const STILL_OF_USE = [FileMissing, ExpiredError, RollbackError, TooSlow];

/** A source that was named: a pack, or an address at first contact. Nobody else is asked. */
export interface Named {
  readonly source: Transport;
  readonly carried: boolean;
  readonly fingerprint: Fingerprint | null;
  /** Whatever root is offered may be looked at. */
  readonly firstUse: boolean;
}

/**
 * One sync's dealings with those who have the publication.
 *
 * `known`: what the library knows of it; `problems`: who was passed over, and why.
 */
export class Meeting {
  known: Publication | null = null;
  versionBefore = 0;
  readonly problems: Failure[] = [];
  readonly named: Named | null;
  readonly meter: Meter;
  private readonly means: Means;
  private readonly watch: Watch;
  private readonly opened = new Map<string, Transport>();
  private readonly sentHeld = new Set<string>();
  private notes: ReadonlyMap<string, MirrorNote> = new Map();
  private fingerprint: Fingerprint | null;
  private held: Held | null = null;

  constructor(means: Means, watch: Watch, meter: Meter, named: Named | null = null) {
    this.means = means;
    this.watch = watch;
    this.meter = meter;
    this.named = named;
    this.fingerprint = named?.fingerprint ?? null;
  }

  // -- 1. what is known ------------------------------------------------------------------------------------------------

  /** Go on from what the library knows of a publication. Throws LibraryError. */
  async recognise(known: Publication | null): Promise<void> {
    this.known = known;
    if (known) {
      this.fingerprint = this.fingerprint ?? parseFingerprint(known.fingerprint);
      this.held = await this.library.held(known.publication);
      this.versionBefore = Math.max(0, ...(this.held?.catalogs.keys() ?? []));
      this.notes = await this.library.mirrorNotes(known.publication);
    }
  }

  /** Whether nobody but the source may be asked: a pack opens no connection. */
  get offline(): boolean {
    return this.named !== null;
  }

  /** The last good one first; then every other that is known, those that failed last time last. */
  mirrors(first: Transport | null, catalog: Catalog | null): Transport[] {
    const found = new Map<string, Transport>(first ? [[first.where, first]] : []);
    if (!this.offline && this.known) {
      const { place, lastGood, mirrors } = this.known;
      const signed = [...(catalog?.mirrors ?? []), ...mirrors];
      // An address that is no longer signed for is asked only where the reader named it himself.
      const last = lastGood === place || signed.includes(lastGood) ? lastGood : "";
      for (const where of inOrder([last, place, ...signed], this.notes)) {
        const mirror = this.open(where);
        found.set(mirror.where, found.get(mirror.where) ?? mirror);
      }
    }
    return [...found.values()];
  }

  private open(where: string): Transport {
    const opened =
      this.opened.get(where) ?? this.means.open(where, { typed: where === this.known?.place, meter: this.meter });
    this.opened.set(where, opened);
    return opened;
  }

  /** Whom to ask for files beside who made the offer: nobody who failed, and last who was only passed over. */
  helpers(offer: Offer, catalog: Catalog): Transport[] {
    const errors = new Map(this.problems.map(({ where, error }) => [where, error]));
    const others = this.mirrors(offer.mirror, catalog).filter((mirror) => mirror.where !== offer.mirror.where);
    const good = others.filter((mirror) => !errors.has(mirror.where));
    const behind = others.filter((mirror) => STILL_OF_USE.some((kind) => errors.get(mirror.where) instanceof kind));
    return [...good, ...behind];
  }

  /** Keep what is to be told of mirrors at the end: what each one did first. */
  noteProblems(problems: readonly Failure[]): void {
    for (const problem of problems) {
      if (!this.problems.some((told) => told.where === problem.where)) {
        this.problems.push(problem);
      }
    }
  }

  /** Remember how each mirror answered that was asked, and which one was `good`. Throws LibraryError. */
  async noteMirrors(good = ""): Promise<void> {
    if (!this.known || this.named?.carried) {
      return;
    }
    const { publication } = this.known;
    const errors = new Map(this.problems.map(({ where, error }) => [where, error]));
    const answered = new Map(
      [...errors].filter(([, error]) => !isHole(error)).map(([where, { code }]) => [where, code]),
    );
    const failed = errors.get(good);
    if (good && (!failed || failed instanceof FileMissing)) {
      answered.set(good, "");
      await this.library.rememberMirror(publication, good);
    }
    const asked = utc(this.means.now());
    const notes = [...answered].map(([where, problem]) => [where, this.note(where, asked, problem)] as const);
    await this.library.noteMirrors(publication, new Map(notes));
  }

  private note(where: string, asked: string, problem: string): MirrorNote {
    const sendsHeld = this.sentHeld.has(where) || (this.notes.get(where)?.sendsHeld ?? false);
    return { asked, problem, sendsHeld };
  }

  // -- 2. head, 3. trust -----------------------------------------------------------------------------------------------

  /** The first acceptable offer. Nothing is kept of it. Throws as `Contact.firstGood`, and LibraryError. */
  async agree(): Promise<Offered> {
    if (this.known) {
      this.held = await this.library.held(this.known.publication);
    }
    let offer = await this.ask();
    if (offer.accepted && !this.known) {
      // A source that hides its first root can't make a library forget what it knows of the publication.
      await this.recognise(await this.library.publication(offer.accepted.publication));
      offer = this.known ? await this.ask() : offer;
    }
    await this.checkFingerprint(offer.accepted?.roots ?? new Map());
    return { offer, catalog: await this.catalogOf(offer), meter: this.meter };
  }

  /** Keep what was offered, whole. Throws LibraryError. */
  async take({ offer }: Offered): Promise<void> {
    const { accepted, head } = offer;
    if (!accepted || (this.held && same(this.held.timestamp, accepted.timestamp))) {
      return;
    }
    const fingerprint = this.fingerprint ?? { version: 1, sha256: accepted.publication };
    await this.library.accept(accepted, {
      fingerprint: fingerprintText(fingerprint),
      place: this.known || this.named?.carried ? "" : offer.mirror.where,
      head,
    });
    this.fingerprint = fingerprint;
    this.known = await this.library.publication(accepted.publication);
    this.held = await this.library.held(accepted.publication);
  }

  /** Whether the library still stands where it stood when this was offered, or has taken it. */
  isOfUse({ offer }: Offered): boolean {
    const { held } = this;
    if (!held) {
      return offer.basis === null;
    }
    return [offer.basis, offer.accepted?.timestamp].some((timestamp) => timestamp && same(held.timestamp, timestamp));
  }

  private get library(): Library {
    return this.means.library;
  }

  private async ask(): Promise<Offer> {
    const contact = new Contact({
      held: this.held,
      fingerprint: this.fingerprint,
      firstUse: this.named?.firstUse ?? false,
      carried: this.named?.carried ?? false,
      now: this.means.now,
      smallFirst: new Set([...this.notes].filter(([, note]) => note.sendsHeld).map(([where]) => where)),
      stop: this.watch.stop,
    });
    const catalog = this.known && (await this.library.catalog(this.known.publication));
    const mirrors = this.mirrors(this.named?.source ?? null, catalog);
    this.watch.told?.({ step: "asking", done: 0, total: 0, mirror: mirrors[0]?.where ?? "" });
    if (mirrors.length === 0) {
      throw new NothingReachable(["it came by a pack only, and no mirror of it is known"]);
    }
    const path = headOf(this.known?.choice, catalog);
    try {
      return await contact.firstGood(mirrors, path, await this.heldHead(catalog), new Race<Offer>(path, this.meter));
    } finally {
      this.noteProblems(contact.problems);
      for (const where of contact.sentHeld) {
        this.sentHeld.add(where);
      }
    }
  }

  private async catalogOf({ accepted }: Offer): Promise<Catalog> {
    const catalog = accepted?.catalog ?? (this.known && (await this.library.catalog(this.known.publication)));
    if (!catalog) {
      throw new UsageError("nothing was accepted of this publication yet");
    }
    return catalog;
  }

  private async checkFingerprint(roots: Accepted["roots"]): Promise<void> {
    const expected = this.fingerprint;
    const root = expected && roots.get(expected.version);
    if (expected && root) {
      const offered = { version: expected.version, sha256: await sha256(root) };
      if (offered.sha256 !== expected.sha256) {
        throw new WrongRoot({ expected: fingerprintText(expected), offered: fingerprintText(offered) });
      }
    }
  }

  /** The head for a conditional request: only where every chosen edition was complete with it. */
  private async heldHead(catalog: Catalog | null): Promise<HeldHead | null> {
    const { known } = this;
    if (!(known?.head && catalog) || this.named) {
      return null;
    }
    for (const code of chosenEditions(known.choice, catalog)) {
      const { version } = await this.library.standing(known.publication, code);
      if (version !== catalog.editions.get(code)?.version) {
        return null;
      }
    }
    return { ...known.head, signed: known.signed };
  }
}

/** Whether a mirror lacks a file that others may have: one that holds only the newest is a good one all the same. */
function isHole(error: TamizdatError): boolean {
  const { path = "" } = error.fields;
  return error instanceof FileMissing && IMMUTABLE_PATH.test(String(path));
}
