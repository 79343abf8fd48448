// The shell as it is kept: one cache per publication, in which app/shell.json says which of its files are in force.
//
// All other files have their content's hash in their name. So the one entry of app/shell.json is the switch from one
// shell to the next: whatever ends a taking halfway, the shell in force is whole.

/** Where the list of the shell's files lies, relative to the publication. */
export const LIST = "app/shell.json";

/** What its other files are called. */
export const PATH = /^app\/[a-z0-9-]+-[0-9a-f]{16}\.[a-z]+$/;

const PREFIX = "tamizdat ";
const FORMAT = "tamizdat.shell.1";
const DIGEST = /^[0-9a-f]{64}$/;

/** A file of the shell. `role`: what it is for, such as `page`, `engine`, `start`. */
export interface ShellFile {
  readonly role: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Shell {
  readonly version: string;
  readonly files: readonly ShellFile[];
}

/** The name of the cache for the publication at `scope`, an absolute URL up to its last slash. */
export function cacheName(scope: string): string {
  return PREFIX + scope;
}

/** The scope of a cache by its name, or null for a cache that isn't the app's. */
export function scopeOf(name: string): string | null {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null;
}

/** Read the text of app/shell.json; null where it is none. */
export function readShell(text: string): Shell | null {
  const { format, version, files } = parse(text);
  if (format !== FORMAT || typeof version !== "string" || !Array.isArray(files)) {
    return null;
  }
  const listed: unknown[] = files;
  const checked = listed.filter(isFile);
  return checked.length === listed.length && checked.some((file) => file.role === "start")
    ? { version, files: checked }
    : null;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isFile(value: unknown): value is ShellFile {
  if (!isObject(value)) {
    return false;
  }
  const { role, path, sha256, bytes } = value;
  return (
    typeof role === "string" &&
    typeof path === "string" &&
    PATH.test(path) &&
    typeof sha256 === "string" &&
    DIGEST.test(sha256) &&
    Number.isInteger(bytes)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
