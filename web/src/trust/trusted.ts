// What of a publication's metadata is trusted so far: decides what may be trusted next, and does nothing else.
//
// The Update Framework's client workflow (specification 1.0, sections 5.3 to 5.6), a file at a time.

import {
  ExpiredError,
  FormatError,
  HashMismatch,
  HistoryError,
  RollbackError,
  ThresholdError,
  TrustError,
} from "../errors.ts";
import { same } from "../format/bytes.ts";
import { sha256 } from "../format/digest.ts";
import { verify } from "./ed25519.ts";
import {
  type File,
  type MetaInfo,
  type Role,
  type Root,
  readRoot,
  readSnapshot,
  readTargets,
  readTimestamp,
  type Signed,
  type Snapshot,
  type Targets,
  type Timestamp,
} from "./metadata.ts";

export const TIMESTAMP_PATH = "metadata/timestamp.json";

/** What was accepted before. `version`: of its catalog. */
export interface Before {
  readonly timestamp: File<Timestamp>;
  readonly snapshot: File<Snapshot>;
  readonly targets: File<Targets>;
  readonly version: number;
}

/**
 * The roots walked from an anchor, and what the newest of them vouches for. To be given, as bytes that nobody vouches for
 * yet, roots first, then the timestamp, the snapshot, the targets.
 *
 * Versions that were accepted `before` don't go back, where the newest root still names the keys that signed them.
 * `reference`: the time, RFC 3339 with Z, against which expiry is reckoned; empty: nothing expires.
 */
export class TrustedSet {
  readonly roots = new Map<number, Uint8Array>();
  root: Root;
  private readonly before: Before | null;
  private readonly reference: string;

  private constructor(anchor: File<Root>, before: Before | null, reference: string) {
    this.root = anchor.signed;
    this.before = before;
    this.reference = reference;
    this.roots.set(anchor.signed.version, anchor.data);
  }

  /** Begin with a root that is taken as it is. Throws ThresholdError, FormatError. */
  static async begin(data: Uint8Array, path: string, before: Before | null, reference: string): Promise<TrustedSet> {
    const anchor = readRoot(data, path);
    const signed = await checkSigned(anchor, "root", anchor.signed);
    if (anchor.signed.version === 1) {
      // The others were signed with an earlier root's keys besides, which aren't known here.
      checkIdle(anchor, signed);
    }
    return new TrustedSet(anchor, before, reference);
  }

  isExpired(signed: Signed): boolean {
    return signed.expires <= this.reference;
  }

  /** Where the root after the newest one lies. */
  get nextRootPath(): string {
    return `metadata/${this.root.version + 1}.root.json`;
  }

  /** Take the root after the newest one. Throws ThresholdError, RollbackError, FormatError. */
  async updateRoot(data: Uint8Array): Promise<void> {
    const file = readRoot(data, this.nextRootPath);
    const before = await checkSigned(file, "root", this.root);
    checkForward("root", this.root, file.signed);
    checkNumber(file, this.root.version + 1);
    checkIdle(file, [...before, ...(await checkSigned(file, "root", file.signed))]);
    this.root = file.signed;
    this.roots.set(file.signed.version, data);
  }

  /** The timestamp to go by. Throws TrustError, FormatError. */
  async updateTimestamp(data: Uint8Array): Promise<File<Timestamp>> {
    this.checkUnexpired("root", this.root);
    const file = readTimestamp(data, TIMESTAMP_PATH);
    const signed = await checkSigned(file, "timestamp", this.root);
    const accepted = await this.stillVouchedFor("timestamp");
    if (accepted) {
      checkForward("timestamp", accepted.signed, file.signed);
      if (accepted.signed.version === file.signed.version && !same(accepted.data, data)) {
        throw new TrustError("two different timestamps of one version exist; wait for the next, or try another mirror");
      }
      checkForward("snapshot", accepted.signed.meta["snapshot.json"], file.signed.meta["snapshot.json"]);
    }
    this.checkUnexpired("timestamp", file.signed);
    checkIdle(file, signed);
    return file;
  }

  /** The accepted snapshot or targets metadata, where they are what is named now. Throws HistoryError. */
  async accepted(role: "snapshot" | "targets", named: MetaInfo): Promise<Uint8Array | null> {
    const file = await this.stillVouchedFor(role);
    if (file?.signed.version !== named.version) {
      return null;
    }
    if (!(await isNamed(file.data, named))) {
      // Whoever signed another one of this version has another history.
      throw new HistoryError({ version: this.before?.version ?? 0 });
    }
    return file.data;
  }

  /** The snapshot that the timestamp names. Throws TrustError, FormatError. */
  async updateSnapshot(data: Uint8Array, named: MetaInfo): Promise<File<Snapshot>> {
    const path = metadataPath("snapshot", named);
    await checkNamed(data, named, path);
    const file = readSnapshot(data, path);
    const signed = await checkSigned(file, "snapshot", this.root);
    const accepted = await this.stillVouchedFor("snapshot");
    if (accepted) {
      checkForward("targets", accepted.signed.meta["targets.json"], file.signed.meta["targets.json"]);
    }
    this.checkUnexpired("snapshot", file.signed);
    checkNumber(file, named.version);
    checkIdle(file, signed);
    return file;
  }

  /** The targets metadata that the snapshot names. Throws TrustError, FormatError. */
  async updateTargets(data: Uint8Array, named: MetaInfo): Promise<File<Targets>> {
    const path = metadataPath("targets", named);
    await checkNamed(data, named, path);
    const file = readTargets(data, path);
    const signed = await checkSigned(file, "targets", this.root);
    checkNumber(file, named.version);
    this.checkUnexpired("targets", file.signed);
    checkIdle(file, signed);
    return file;
  }

  /** What was accepted of a role, if its signatures are by keys that the newest root names. */
  async stillVouchedFor<R extends "timestamp" | "snapshot" | "targets">(role: R): Promise<Before[R] | null> {
    const file = this.before?.[role];
    const signed = file ? await signers(file, role, this.root) : [];
    return file && signed.length >= this.root.roles[role].threshold ? file : null;
  }

  /** Throws ExpiredError. */
  checkUnexpired(role: Role, signed: Signed): void {
    if (this.isExpired(signed)) {
      throw new ExpiredError({ role, expired: signed.expires });
    }
  }
}

/** Where a version of a role's metadata lies. */
export function metadataPath(role: Role, { version }: { readonly version: number }): string {
  return `metadata/${version}.${role}.json`;
}

// -- signatures -------------------------------------------------------------------------------------------------------

/** Who signed, of the keys that `root` names for the role. Throws ThresholdError where too few did. */
export async function checkSigned(file: File<Signed>, role: Role, root: Root): Promise<readonly string[]> {
  const found = await signers(file, role, root);
  if (found.length < root.roles[role].threshold) {
    throw new ThresholdError({ role });
  }
  return found;
}

/** That every signature is one of `valid`: beyond the threshold, too, no bit may be changed unseen. Throws FormatError. */
export function checkIdle(file: File<Signed>, valid: readonly string[]): void {
  if (new Set(valid).size !== file.signatures.length) {
    throw new FormatError("carries a signature that doesn't belong there or doesn't verify", file.path);
  }
}

/** The ids of those keys that `root` names for the role, and whose signature is valid. */
async function signers(file: File<Signed>, role: Role, root: Root): Promise<string[]> {
  const checked = file.signatures.map(async ({ keyid, sig }) => {
    const key = root.roles[role].keyids.includes(keyid) ? root.keys.get(keyid) : undefined;
    return key && (await verify(key.keyval.public, file.payload, sig)) ? [keyid] : [];
  });
  return (await Promise.all(checked)).flat();
}

// -- versions and digests ---------------------------------------------------------------------------------------------

interface Numbered {
  readonly version: number;
}

/** Throws RollbackError where the version of a role's metadata goes back. */
function checkForward(role: Role, accepted: Numbered, offered: Numbered): void {
  if (offered.version < accepted.version) {
    throw new RollbackError({ role, accepted: accepted.version, offered: offered.version });
  }
}

function checkNumber(file: File<Signed>, version: number): void {
  if (file.signed.version !== version) {
    throw new FormatError(`holds version ${file.signed.version}, which isn't the one that was named`, file.path);
  }
}

async function isNamed(data: Uint8Array, { length, hashes }: MetaInfo): Promise<boolean> {
  return data.length === length && (await sha256(data)) === hashes.sha256;
}

async function checkNamed(data: Uint8Array, named: MetaInfo, path: string): Promise<void> {
  if (!(await isNamed(data, named))) {
    throw new HashMismatch({ path });
  }
}
