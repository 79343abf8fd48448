// The plain text of a record: what a search index is made of. docs/format.md 5.7.

import { FormatError } from "../errors.ts";
import type { Block, Blocks, Inlines, TextRecord } from "./article.ts";
import { compare } from "./bytes.ts";
import { LIMITS } from "./limits.ts";

/** The body as plain text, a line a block, then the footnotes. Throws: FormatError where it is nested too deep. */
export function plainText(record: TextRecord): string {
  if (record.type === "retraction") {
    return record.notice;
  }
  // By id: not every language keeps the order of members.
  const notes = [...record.footnotes].sort(([one], [other]) => compare(one, other));
  return [record.body, ...notes.map(([, note]) => note)].flatMap((each) => linesOf(each, 1)).join("\n");
}

function linesOf(blocks: Blocks, depth: number): string[] {
  checkDepth(depth);
  return blocks.flatMap((block) => blockLines(block, depth));
}

function blockLines(block: Block, depth: number): string[] {
  switch (block.type) {
    case "paragraph":
    case "heading":
      return [inlineText(block.text, depth)];
    case "quote":
      return linesOf(block.blocks, depth + 1);
    case "list":
      return block.items.flatMap((item) => linesOf(item, depth + 1));
    case "figure":
      return [block.image.alt, inlineText(block.caption, depth), block.credit].filter((line) => line !== "");
    case "table":
      return [block.header, ...block.rows]
        .filter((row) => row.length > 0)
        .map((row) => row.map((cell) => inlineText(cell, depth)).join("\t"));
    case "pre":
      return [block.text];
    case "rule":
      return [];
    case "embed":
      return [block.title || block.url];
  }
}

/** The words of a run of inlines. Throws: FormatError where it is nested too deep. */
function inlineText(inlines: Inlines, depth = 1): string {
  checkDepth(depth);
  return inlines
    .map((inline) => {
      if (typeof inline === "string") {
        return inline;
      }
      switch (inline.type) {
        case "code":
          return inline.text;
        case "break":
          return "\n";
        case "note":
          return "";
        default:
          return inlineText(inline.text, depth + 1);
      }
    })
    .join("");
}

function checkDepth(depth: number): void {
  if (depth > LIMITS.depth) {
    throw new FormatError("a record nested too deep");
  }
}
