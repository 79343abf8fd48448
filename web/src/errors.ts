// Everything that can go wrong for a reader, as types with fields. The same tree and codes as in docs/format.md 12.
//
//   TamizdatError              failed
//     UsageError               an address that is none
//     Stopped                  the reader paused it; what was fetched is kept
//     Incomplete               a cap on bytes was reached; what was fetched is kept
//     TransportError           bytes did not arrive
//       Unreachable            no connection, or no answer in time
//       FileMissing            the mirror doesn't have this file
//       TooLarge               more bytes than may be
//       TooSlow                dripping or over the deadline
//       BadRedirect            sent to another place
//       ForbiddenAddress       an address that must not be contacted
//       NothingReachable       every mirror failed
//     TrustError               the offered state can't be accepted
//       ExpiredError           signed too long ago
//       FirstContact           nobody said whom to trust
//       RollbackError          older than what was accepted before
//       ThresholdError         too few valid signatures
//       HashMismatch           not the bytes that were signed for
//       WrongRoot              another root of trust than the address names
//       WrongPublication       another publication than expected
//       ClockError             signed in the future: a clock is wrong
//       HistoryError           another history than was shown before
//       MassRetraction         would retract suspiciously much at once
//     FormatError              bytes that are not format 1
//       DamagedPack            a pack that was cut short or changed
//     LibraryError             what this browser keeps
//       LibraryLocked          another sync is running
//       DiskFull               no space left
//       NewerSchema            written by a newer app
//       NoSuchArticle          no article of that key
//       DamagedLibrary         the browser finds its own storage damaged
//     PackError                what is held can't be handed on
//
// A message is one line for those who look closer; readers are told in their language, by the code and the fields.

/** An error's own values. They can be posted between threads. */
export type Fields = Readonly<Record<string, string | number>>;

/** Base of every error that tamizdat raises on purpose. */
export class TamizdatError extends Error {
  readonly code: string;
  readonly fields: Fields;

  constructor(message: string, code = "error", fields: Fields = {}) {
    super(message);
    this.code = code;
    this.fields = fields;
  }
}

/** What was typed, pasted or scanned is no address. */
export class UsageError extends TamizdatError {
  constructor(message: string) {
    super(message, "usage");
  }
}

/** The reader paused a sync; what was fetched is kept, and the next one goes on from there. */
export class Stopped extends TamizdatError {
  constructor() {
    super("stopped; what was fetched is kept", "stopped");
  }
}

/** Stopped early on purpose; what was fetched is kept and the next run goes on from there. */
export class Incomplete extends TamizdatError {
  constructor(fields: { readonly reason: string; readonly missing_bytes: number }) {
    super(
      `stopped early: ${fields.reason}. About ${fields.missing_bytes} bytes are still to come`,
      "incomplete",
      fields,
    );
  }
}

// -- transport --------------------------------------------------------------------------------------------------------

/** Bytes did not arrive. `where` names the mirror, `path` the file, if one was asked for. */
export class TransportError extends TamizdatError {
  constructor(message: string, code = "transport", fields: Fields = {}) {
    super(message, code, fields);
  }
}

/** No connection, a connection lost, or no answer in time. */
export class Unreachable extends TransportError {
  constructor(fields: { readonly where: string; readonly path?: string; readonly reason: string }) {
    super(`${fields.where} can't be reached: ${fields.reason}`, "unreachable", { path: "", ...fields });
  }
}

/** The mirror answered that it doesn't have this file. */
export class FileMissing extends TransportError {
  constructor(fields: { readonly where: string; readonly path: string }) {
    super(`${fields.where} doesn't have ${fields.path}`, "missing", fields);
  }
}

/** The mirror sent more bytes than this file may have. */
export class TooLarge extends TransportError {
  constructor(fields: { readonly where: string; readonly path: string; readonly limit: number }) {
    super(`${fields.where} sent more than ${fields.limit} bytes for ${fields.path}`, "too-large", fields);
  }
}

/** The mirror dripped, fell silent, or passed the deadline. */
export class TooSlow extends TransportError {
  constructor(fields: { readonly where: string; readonly path: string; readonly reason: string }) {
    super(`${fields.where} was too slow with ${fields.path}: ${fields.reason}`, "too-slow", fields);
  }
}

/** The mirror redirects to another place. */
export class BadRedirect extends TransportError {
  constructor(fields: { readonly where: string; readonly path: string; readonly target: string }) {
    super(`${fields.where} redirects ${fields.path} to another place; not followed`, "redirect", fields);
  }
}

/** A mirror's address that must not be contacted: not https, or inside a private network. */
export class ForbiddenAddress extends TransportError {
  constructor(fields: { readonly where: string; readonly reason: string }) {
    super(`${fields.where} is not contacted: ${fields.reason}`, "forbidden-address", fields);
  }
}

/** Every mirror failed. `attempts` says how each did. */
export class NothingReachable extends TransportError {
  constructor(attempts: readonly string[]) {
    const told = attempts.join("; ") || "no mirror is known";
    super(`nothing reachable (${told})`, "nothing-reachable", { attempts: told });
  }
}

// -- trust ------------------------------------------------------------------------------------------------------------

/** The offered state of a publication can't be accepted. What was accepted before is untouched. */
export class TrustError extends TamizdatError {
  constructor(message: string, code = "trust", fields: Fields = {}) {
    super(message, code, fields);
  }
}

/** The metadata was signed too long ago: stale, or held back by the mirror. `expired`: RFC 3339. */
export class ExpiredError extends TrustError {
  constructor(fields: { readonly role: string; readonly expired: string }) {
    super(`stale: ${fields.role} expired ${fields.expired}`, "expired", fields);
  }
}

/** Nobody said whom to trust. `fingerprint` is what the mirror offers. */
export class FirstContact extends TrustError {
  constructor(fields: { readonly fingerprint: string }) {
    super(`first contact: the publication offers the fingerprint ${fields.fingerprint}`, "first-contact", fields);
  }
}

/** The mirror offers an older state than one already accepted. */
export class RollbackError extends TrustError {
  constructor(fields: { readonly role: string; readonly accepted: number; readonly offered: number }) {
    const { role, accepted, offered } = fields;
    super(`${role} version ${offered} is older than version ${accepted}, accepted before`, "rollback", fields);
  }
}

/** Too few valid signatures by the keys that the root names for this role. */
export class ThresholdError extends TrustError {
  constructor(fields: { readonly role: string }) {
    super(`${fields.role} metadata isn't signed by enough of the keys that the root names`, "threshold", fields);
  }
}

/** A file's bytes are not the ones that the signed metadata names. */
export class HashMismatch extends TrustError {
  constructor(fields: { readonly path: string }) {
    super(`${fields.path} is not what was signed for; it was thrown away`, "hash", fields);
  }
}

/** The root of trust isn't the one whose fingerprint the reader was given. */
export class WrongRoot extends TrustError {
  constructor(fields: { readonly expected: string; readonly offered: string }) {
    super(`the publication's fingerprint is ${fields.offered}, not ${fields.expected}`, "wrong-root", fields);
  }
}

/** A catalog or bundle of another publication, signed by keys that both share. */
export class WrongPublication extends TrustError {
  constructor(fields: { readonly expected: string; readonly offered: string }) {
    super(`this belongs to publication ${fields.offered}, not to ${fields.expected}`, "wrong-publication", fields);
  }
}

/** Metadata signed more than a day ahead of this machine's clock. Times: RFC 3339. */
export class ClockError extends TrustError {
  constructor(fields: { readonly signed: string; readonly now: string }) {
    super(`signed at ${fields.signed}, but this machine's clock says ${fields.now}`, "clock", fields);
  }
}

/** The chain of catalogs doesn't lead through what this reader was shown before. */
export class HistoryError extends TrustError {
  constructor(fields: { readonly version: number }) {
    super(`version ${fields.version} of the publication was shown to you differently before`, "history", fields);
  }
}

/** A sync that would retract suspiciously much stops and asks. */
export class MassRetraction extends TrustError {
  constructor(fields: { readonly edition: string; readonly retractions: number; readonly held: number }) {
    const { edition, retractions, held } = fields;
    super(`this update would retract ${retractions} of ${held} articles of ${edition}`, "mass-retraction", fields);
  }
}

// -- format -----------------------------------------------------------------------------------------------------------

/** Bytes that are not what docs/format.md allows. */
export class FormatError extends TamizdatError {
  constructor(what: string, path = "", code = "format") {
    super(path ? `${path}: ${what}` : what, code, { what, path });
  }
}

/** A pack whose seal doesn't match: cut short or changed. */
export class DamagedPack extends FormatError {
  constructor(path = "pack") {
    super("cut short or damaged; copy it again", path, "damaged-pack");
  }
}

// -- library ----------------------------------------------------------------------------------------------------------

/** Something about what this browser keeps. `library`: the database's name. */
export class LibraryError extends TamizdatError {
  constructor(message: string, code = "library", fields: Fields = {}) {
    super(message, code, fields);
  }
}

/** Something else writes to this library. */
export class LibraryLocked extends LibraryError {
  constructor(fields: { readonly library: string }) {
    super("another sync is at work", "locked", fields);
  }
}

/** No space left; what was committed is kept. */
export class DiskFull extends LibraryError {
  constructor(fields: { readonly library: string }) {
    super("no space left. What was finished is kept", "disk-full", fields);
  }
}

/** The library was written by a newer app. */
export class NewerSchema extends LibraryError {
  constructor(fields: { readonly library: string; readonly schema: number; readonly known: number }) {
    super(`written by a newer app (schema ${fields.schema}; this one knows ${fields.known})`, "newer-schema", fields);
  }
}

/** No article of that key is held. */
export class NoSuchArticle extends LibraryError {
  constructor(fields: { readonly key: string }) {
    super(`no article ${fields.key} is held`, "no-such-article", fields);
  }
}

/** The browser finds its own storage damaged. */
export class DamagedLibrary extends LibraryError {
  constructor(fields: { readonly library: string; readonly reason: string }) {
    super(`the library is damaged (${fields.reason})`, "damaged-library", fields);
  }
}

// -- pack -------------------------------------------------------------------------------------------------------------

/** What is held of these editions can't be proven to others: only their newest part is, or it isn't the newest version. */
export class PackError extends TamizdatError {
  constructor(fields: { readonly editions: string }) {
    super(`what is held of ${fields.editions} can't be proven to others`, "pack", fields);
  }
}
