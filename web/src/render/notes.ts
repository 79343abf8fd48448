// Footnotes by number: the order in which a reader meets them.

import type { Article, Block, Blocks, Inlines } from "../format/article.ts";

/**
 * The ids of an article's footnotes in the order in which its text, and then they themselves, refer to them; behind
 * them those that nothing refers to. A footnote's number is its place here, from 1.
 */
export function noteOrder({ body, footnotes }: Article): string[] {
  const order = new Set<string>();
  const seen = new Set<string>();
  const meet = (blocks: Blocks) => {
    for (const id of inBlocks(blocks)) {
      if (footnotes.has(id)) {
        order.add(id);
      }
    }
  };
  const follow = () => {
    for (const id of order) {
      if (!seen.has(id)) {
        seen.add(id);
        meet(footnotes.get(id) ?? []);
      }
    }
  };
  meet(body);
  follow();
  for (const id of footnotes.keys()) {
    if (!order.has(id)) {
      order.add(id);
      follow();
    }
  }
  return [...order];
}

function* inBlocks(blocks: Blocks): Generator<string> {
  for (const block of blocks) {
    yield* inBlock(block);
  }
}

function* inBlock(block: Block): Generator<string> {
  switch (block.type) {
    case "paragraph":
    case "heading":
      yield* inInlines(block.text);
      break;
    case "quote":
      yield* inBlocks(block.blocks);
      break;
    case "list":
      yield* inBlocks(block.items.flat());
      break;
    case "figure":
      yield* inInlines(block.caption);
      break;
    case "table":
      yield* inInlines([block.header, ...block.rows].flat(2));
      break;
    default:
  }
}

function* inInlines(inlines: Inlines): Generator<string> {
  for (const inline of inlines) {
    if (typeof inline === "string") {
      continue;
    }
    if (inline.type === "note") {
      yield inline.id;
    } else if (inline.type !== "break" && inline.type !== "code") {
      yield* inInlines(inline.text);
    }
  }
}
