// Records: decoded strictly from one line each. docs/format.md, section 5. The types are those of article.ts.

import { FormatError } from "../errors.ts";
import type {
  Article,
  Block,
  Blocks,
  Correction,
  Entry,
  Image,
  ImageType,
  Inline,
  Inlines,
  Retraction,
  TextRecord,
  Variant,
} from "./article.ts";
import { textOf } from "./bytes.ts";
import {
  type Check,
  integer,
  isObject,
  items,
  list,
  object,
  oneOf,
  or,
  orNone,
  refuse,
  table,
  text,
  truth,
} from "./check.ts";
import { parseJson } from "./json.ts";
import { knownBlocks, knownInlines } from "./later.ts";
import { LIMITS } from "./limits.ts";
import { DIGEST, EDITION } from "./names.ts";
import { plainText } from "./plain.ts";

// -- bounded scalars --------------------------------------------------------------------------------------------------

const DATE = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])";
// What U+0000-0020, U+007F-00A0, / and \ leave: characters that are seen.
const PART = "[!-.0-[\\]-~\\u{a1}-\\u{10ffff}]+";

export const key = text(200, new RegExp(`^${PART}(?:/${PART})*$`, "u"));
export const edition = text(32, EDITION);
export const digest = text(64, DIGEST);
export const time = text(20, new RegExp(`^${DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$`));
export const line = text(1_000);
export const role = oneOf("preview", "standard");
const words = text(200_000);
const href = text(4_000, /^(?:[Hh][Tt][Tt][Pp][Ss]?:\/\/|[Mm][Aa][Ii][Ll][Tt][Oo]:)[!-\u{10ffff}]+$/u);
const noteId = text(64, /^[!-~\u{80}-\u{10ffff}]+$/u);
const revision = integer(1, 2 ** 31 - 1);
const pixels = integer(1, 100_000);

// -- nodes ------------------------------------------------------------------------------------------------------------

const MOST_NODES = 20_000;
const NO_NODES: readonly never[] = [];

const INLINES = new Map<string, Check<Inline>>(
  Object.entries({
    strong: object({ type: oneOf("strong"), text: inlines }),
    emphasis: object({ type: oneOf("emphasis"), text: inlines }),
    code: object({ type: oneOf("code"), text: words }),
    link: object({ type: oneOf("link"), href, text: inlines }),
    break: object({ type: oneOf("break") }),
    note: object({ type: oneOf("note"), id: noteId }),
  }),
);

const variant = object<Variant>({
  role,
  sha256: digest,
  type: oneOf<ImageType>("image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"),
  width: pixels,
  height: pixels,
  bytes: integer(1, LIMITS.media_bytes),
});

const image = object<Image>({
  width: pixels,
  height: pixels,
  variants: list(variant, 8, 1),
  alt: or(words, ""),
});

const row = list(inlines, 100);

const BLOCKS = new Map<string, Check<Block>>(
  Object.entries({
    paragraph: object({ type: oneOf("paragraph"), text: inlines }),
    heading: object({ type: oneOf("heading"), level: integer(2, 4), text: inlines }),
    quote: object({ type: oneOf("quote"), blocks }),
    list: object({ type: oneOf("list"), items: list(blocks, 10_000), ordered: or(truth, false) }),
    figure: object({ type: oneOf("figure"), image, caption: or(inlines, NO_NODES), credit: or(line, "") }),
    table: object({ type: oneOf("table"), header: row, rows: list(row, 10_000) }),
    pre: object({ type: oneOf("pre"), text: words, language: or(line, "") }),
    rule: object({ type: oneOf("rule") }),
    embed: object({ type: oneOf("embed"), service: line, url: href, title: or(line, "") }),
  }),
);

function inlines(value: unknown, name: string): Inlines {
  const known = knownInlines(items(value, name, Number.POSITIVE_INFINITY));
  return items(known, name, MOST_NODES).map((item) =>
    typeof item === "string" ? words(item, name) : node(item, INLINES),
  );
}

function blocks(value: unknown, name: string): Blocks {
  const known = knownBlocks(items(value, name, Number.POSITIVE_INFINITY));
  return items(known, name, MOST_NODES).map((item) => node(item, BLOCKS));
}

function node<T>(item: unknown, kinds: ReadonlyMap<string, Check<T>>): T {
  const type = isObject(item) && typeof item.type === "string" ? item.type : "";
  const check = kinds.get(type);
  return check ? check(item, type) : refuse("a node", "of a type that doesn't belong there");
}

// -- records ----------------------------------------------------------------------------------------------------------

const correction = object<Correction>({ revision, at: time, note: words });

const article = object<Article>({
  type: oneOf("article"),
  key,
  edition,
  revision,
  title: line,
  published: time,
  updated: time,
  byline: or(line, ""),
  place: or(line, ""),
  section: or(line, ""),
  tags: or(list(line, 100), NO_NODES),
  summary: or(words, ""),
  corrections: or(list(correction, 1_000), NO_NODES),
  source_url: or(text(4_000, /^(?:|https?:\/\/[!-\u{10ffff}]+)$/u), ""),
  translation_group: or(text(200), ""),
  cleared: or(integer(0, 2 ** 31 - 1), 0),
  image: orNone(image),
  body: or(blocks, NO_NODES),
  footnotes: or(table(noteId, blocks, 5_000), new Map()),
});

const retraction = object<Retraction>({
  type: oneOf("retraction"),
  key,
  edition,
  revision,
  at: time,
  notice: or(words, ""),
});

/** Check and decode one line of a bundle. Unknown members are left out of the value. Throws: FormatError. */
export function decodeRecord(data: Uint8Array): Entry {
  if (data.length > LIMITS.record_bytes) {
    throw new FormatError(`a record of ${data.length} bytes`);
  }
  const all = textOf(data);
  checkCharacters(all);
  const record = textRecord(parseJson(data, "", all));
  return { line: data, record, text: plainText(record) };
}

function textRecord(value: unknown): TextRecord {
  return isObject(value) && value.type === "retraction" ? retraction(value, "a record") : article(value, "a record");
}

const NEEDED = /\\(?:[^u]|u00[01][0-9a-f])/g;
const BIDIRECTIONAL = /[\u202a-\u202e\u2066-\u2069]/;

// format.md 5.2: escapes only for controls, so that a search of the bytes finds what it looks for.
function checkCharacters(all: string): void {
  if (all.includes("\\u") && all.replace(NEEDED, "").includes("\\")) {
    throw new FormatError("a record with a \\u escape that isn't needed");
  }
  if (BIDIRECTIONAL.test(all)) {
    throw new FormatError("a record with bidirectional override characters");
  }
}
