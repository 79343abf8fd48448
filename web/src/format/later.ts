// Plains of a later format: each is replaced by what it holds. docs/format.md, section 5.5.

import { isObject, type Plain } from "./check.ts";

const KNOWN = new Set(
  "strong emphasis code link break note paragraph heading quote list figure table pre rule embed".split(" "),
);

type Held = (node: Plain) => readonly unknown[];

/** The inlines of a list, each node of an unknown type replaced. */
export function knownInlines(items: readonly unknown[]): readonly unknown[] {
  return without(items, (node) => listed(node, "text") ?? []);
}

/** The blocks of a list, each node of an unknown type replaced. */
export function knownBlocks(items: readonly unknown[]): readonly unknown[] {
  return without(items, (node) => {
    const text = listed(node, "text");
    return text ? [{ type: "paragraph", text }] : (listed(node, "blocks") ?? []);
  });
}

function without(items: readonly unknown[], held: Held): readonly unknown[] {
  return items.some(isLater) ? items.flatMap((item) => (isLater(item) ? without(held(item), held) : [item])) : items;
}

function listed(node: Plain, name: string): readonly unknown[] | undefined {
  const value = node[name];
  return Array.isArray(value) ? value : undefined;
}

function isLater(item: unknown): item is Plain {
  return isObject(item) && typeof item.type === "string" && !KNOWN.has(item.type);
}
