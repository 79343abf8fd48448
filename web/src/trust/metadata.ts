// The form of metadata files, stricter than TUF's own. docs/format.md, section 11.2.
//
// A file must be exactly what its own compact re-encoding gives (sorted keys, ASCII, lower case escapes, nothing twice),
// so that a flipped bit can't hide where no signature covers it, and a verifier in another language agrees.

import { FormatError } from "../errors.ts";
import { same } from "../format/bytes.ts";
import {
  type Check,
  integer,
  isObject,
  list,
  type Members,
  object,
  oneOf,
  refuse,
  table,
  text,
  truth,
} from "../format/check.ts";
import { parseJson } from "../format/json.ts";
import { LIMITS } from "../format/limits.ts";
import { canonical, compact } from "./canonical.ts";
import { isSound } from "./ed25519.ts";

export type Role = "root" | "timestamp" | "snapshot" | "targets";

/** The most bytes that a file of each role may have. */
export const SIZES: Readonly<Record<Role, number>> = {
  root: LIMITS.root_bytes,
  timestamp: LIMITS.timestamp_bytes,
  snapshot: LIMITS.snapshot_metadata_bytes,
  targets: LIMITS.targets_bytes,
};

/** One Ed25519 signature, in hexadecimal digits. */
export interface Signature {
  readonly keyid: string;
  readonly sig: string;
}

/** Who may sign for a role, and how many must. */
export interface RoleKeys {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/** An Ed25519 key of a role. `public`: its 32 bytes in hexadecimal digits. */
export interface Key {
  readonly keytype: "ed25519";
  readonly scheme: "ed25519";
  readonly keyval: { readonly public: string };
}

/** What the signed parts share. `expires`: RFC 3339 with Z. */
export interface Signed {
  readonly version: number;
  readonly spec_version: string;
  readonly expires: string;
}

export interface Root extends Signed {
  readonly _type: "root";
  readonly consistent_snapshot: boolean;
  readonly keys: ReadonlyMap<string, Key>;
  readonly roles: Readonly<Record<Role, RoleKeys>>;
}

/** Length and hash of a file. */
export interface FileInfo {
  readonly length: number;
  readonly hashes: { readonly sha256: string };
}

/** Names one version of another metadata file. */
export interface MetaInfo extends FileInfo {
  readonly version: number;
}

/** Which snapshot is current. Its version is the Unix time of signing. */
export interface Timestamp extends Signed {
  readonly _type: "timestamp";
  readonly meta: { readonly "snapshot.json": MetaInfo };
}

/** Which targets metadata is current. */
export interface Snapshot extends Signed {
  readonly _type: "snapshot";
  readonly meta: { readonly "targets.json": MetaInfo };
}

/** The two targets of a publication. */
export interface Targets extends Signed {
  readonly _type: "targets";
  readonly targets: { readonly "catalog.json": FileInfo; readonly "site.json": FileInfo };
}

/** A whole metadata file in the one allowed form. `payload`: the bytes that its signatures, unchecked as yet, are over. */
export interface File<S extends Signed> {
  readonly path: string;
  readonly data: Uint8Array;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly signatures: readonly Signature[];
  readonly signed: S;
}

// -- the tables -------------------------------------------------------------------------------------------------------

const hex32 = text(64, /^[0-9a-f]{64}$/);
const hex64 = text(128, /^[0-9a-f]{128}$/);
const keyId = text(64, /^[0-9a-f]{8,64}$/);
const count = integer(1, 64);

/** Something outside the signed part, or whose member names are data: nothing unknown may be in it. */
function exactly<T>(members: Members<T>): Check<T> {
  const check = object(members);
  const names = Object.keys(members);
  return (value, name) =>
    isObject(value) && Object.keys(value).every((each) => names.includes(each))
      ? check(value, name)
      : refuse(name, `not just ${names.join(" and ")}`);
}

/** A list in which nothing stands twice, by what `of` makes of it. */
function distinct<T>(check: Check<readonly T[]>, of: (each: T) => string): Check<readonly T[]> {
  return (value, name) => {
    const found = check(value, name);
    return new Set(found.map(of)).size === found.length ? found : refuse(name, "holds something twice");
  };
}

/** A public key that proves something. */
function publicKey(value: unknown, name: string): string {
  const found = hex32(value, name);
  return isSound(found) ? found : refuse(name, "not a point that proves anything");
}

function expiry(value: unknown, name: string): string {
  const time = text(20, /^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/)(value, name);
  const moment = new Date(time);
  // Some browsers take the 31st of February for the 3rd of March.
  const exists = !Number.isNaN(moment.getTime()) && moment.toISOString() === time.replace("Z", ".000Z");
  return exists ? time : refuse(name, "a time that isn't");
}

const signedMembers: Members<Signed> = {
  version: integer(1),
  spec_version: text(9, /^1\.[0-9]{1,3}(?:\.[0-9]{1,3})?$/),
  expires: expiry,
};
const hashes = exactly({ sha256: hex32 });
const roleKeys = object<RoleKeys>({
  keyids: distinct(list(keyId, 64, 1), (each) => each),
  threshold: count,
});
const key = object<Key>({
  keytype: oneOf("ed25519"),
  scheme: oneOf("ed25519"),
  keyval: exactly({ public: publicKey }),
});
const metaInfo = object<MetaInfo>({ version: integer(1), length: integer(1, LIMITS.targets_bytes), hashes });

const root = object<Root>({
  ...signedMembers,
  _type: oneOf("root"),
  consistent_snapshot: truth,
  keys: table(keyId, key, 64),
  roles: exactly({ root: roleKeys, timestamp: roleKeys, snapshot: roleKeys, targets: roleKeys }),
});
const timestamp = object<Timestamp>({
  ...signedMembers,
  _type: oneOf("timestamp"),
  meta: exactly({ "snapshot.json": metaInfo }),
});
const snapshot = object<Snapshot>({
  ...signedMembers,
  _type: oneOf("snapshot"),
  meta: exactly({ "targets.json": metaInfo }),
});
const targets = object<Targets & { readonly delegations: undefined }>({
  ...signedMembers,
  _type: oneOf("targets"),
  targets: exactly({
    "catalog.json": object<FileInfo>({ length: integer(1, LIMITS.catalog_bytes), hashes }),
    "site.json": object<FileInfo>({ length: integer(1, LIMITS.site_bytes), hashes }),
  }),
  delegations: (value, name) => (value === undefined ? value : refuse(name, "there is nobody to delegate to")),
});
const signatures = distinct(
  list(exactly<Signature>({ keyid: keyId, sig: hex64 }), 64, 1),
  (signature) => signature.keyid,
);

// -- reading ----------------------------------------------------------------------------------------------------------

/** A root file. Throws FormatError. */
export function readRoot(data: Uint8Array, path: string): File<Root> {
  const file = read(data, root, path);
  const { keys, roles, consistent_snapshot } = file.signed;
  const publics = new Set([...keys.values()].map((each) => each.keyval.public));
  const named = new Set(Object.values(roles).flatMap((each) => each.keyids));
  if (!consistent_snapshot) {
    throw new FormatError("a root without consistent snapshots", path);
  }
  // One key under two ids would count twice towards a threshold.
  if (publics.size !== keys.size || named.size !== keys.size || ![...named].every((each) => keys.has(each))) {
    throw new FormatError("a root that names a key twice, or one that it doesn't hold", path);
  }
  return file;
}

/** A timestamp. Throws FormatError. */
export function readTimestamp(data: Uint8Array, path: string): File<Timestamp> {
  return read(data, timestamp, path);
}

/** A snapshot. Throws FormatError. */
export function readSnapshot(data: Uint8Array, path: string): File<Snapshot> {
  return read(data, snapshot, path);
}

/** Targets metadata. Throws FormatError. */
export function readTargets(data: Uint8Array, path: string): File<Targets> {
  return read(data, targets, path);
}

function read<S extends Signed>(data: Uint8Array, signed: Check<S>, path: string): File<S> {
  const value = parseJson(data, path);
  try {
    if (!same(compact(value), data)) {
      return refuse("the whole", "isn't in its one compact encoding");
    }
    const file = exactly({ signatures, signed })(value, "the whole");
    const { signed: raw } = isObject(value) ? value : {};
    return { path, data, payload: canonical(raw), ...file };
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`not metadata of format 1: ${error.message}`, path) : error;
  }
}
