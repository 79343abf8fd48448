// What the page itself keeps of a reader's taste: a few short words. What was read and saved is the engine's.

/** All that may be kept; "" is what the browser or the system says. `asked`: whether storage was asked for. */
export type Taste = "language" | "theme" | "size" | "edition" | "publication" | "asked";

const PREFIX = "tamizdat.";
const unkept = new Map<Taste, string>();

/** What was kept, or "". Where the browser keeps nothing, it lasts as long as the page. */
export function remembered(name: Taste): string {
  try {
    return localStorage.getItem(PREFIX + name) ?? unkept.get(name) ?? "";
  } catch {
    return unkept.get(name) ?? "";
  }
}

/** Keep it; "" forgets it. */
export function remember(name: Taste, value: string): void {
  unkept.set(name, value);
  try {
    if (value) {
      localStorage.setItem(PREFIX + name, value);
    } else {
      localStorage.removeItem(PREFIX + name);
    }
  } catch {
    // Storage is denied or full: the choice lasts as long as the page.
  }
}

/** Forget everything that the page kept by itself. */
export function forgetTastes(): void {
  unkept.clear();
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
      localStorage.removeItem(key);
    }
  } catch {
    // Nothing could be kept, so nothing is there.
  }
}
