// Renders the records of a file, one a line, and writes what they became: for tests that compare with Python.

import { readFileSync, writeFileSync } from "node:fs";
import { decodeRecord } from "../src/format/record.ts";
import { toHtml } from "../src/render/html.ts";
import { toText } from "../src/render/text.ts";

const [asked = "", answered = ""] = process.argv.slice(-2);
const lines = readFileSync(asked, "utf8").split("\n").filter(Boolean);
const rendered = lines.map((line) => {
  const { record } = decodeRecord(new TextEncoder().encode(line));
  return record.type === "article" ? [toText(record), toHtml(record, () => "picture")] : [];
});
writeFileSync(answered, JSON.stringify(rendered));
