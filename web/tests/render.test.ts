// Articles as files to hand on: text for a message, and a page that asks for nothing and runs nothing.
// (That both read as Python's do is for tests/test_app_render.py.)

import { describe, expect, test } from "vitest";
import type { Article, Block, Inlines } from "../src/format/article.ts";
import { clean, isLink } from "../src/render/clean.ts";
import { toHtml, toPage } from "../src/render/html.ts";
import { noteOrder } from "../src/render/notes.ts";
import { toText } from "../src/render/text.ts";

const HOSTILE = "</style></script><script>alert(1)</script>\"'&\u001b\u202e";

function article(body: readonly Block[], more: Partial<Article> = {}): Article {
  return {
    ...{ type: "article", key: "k", edition: "en", revision: 1, title: "Title", published: "2026-11-22T06:00:00Z" },
    ...{ updated: "2026-11-22T06:00:00Z", byline: "", place: "", section: "", tags: [], summary: "", corrections: [] },
    ...{ source_url: "", translation_group: "", cleared: 0, image: null, body, footnotes: new Map() },
    ...more,
  };
}

const paragraph = (...text: Inlines): Block => ({ type: "paragraph", text });
const note = (id: string) => ({ type: "note", id }) as const;

describe("a page to hand on", () => {
  const variant = { sha256: "ab".repeat(32), type: "image/png", width: 9, height: 9, bytes: 9 } as const;
  const image = { width: 9, height: 9, variants: [{ ...variant, role: "preview" as const }], alt: HOSTILE };
  const everything = article(
    [
      paragraph(HOSTILE, { type: "link", href: "javascript:alert(1)", text: [HOSTILE] }),
      { type: "embed", service: HOSTILE, url: "data:text/html,x", title: HOSTILE },
      { type: "pre", text: HOSTILE, language: HOSTILE },
      { type: "figure", image, caption: [HOSTILE], credit: HOSTILE },
    ],
    { title: HOSTILE, byline: HOSTILE, summary: HOSTILE, image },
  );
  const page = toPage(everything, () => `data:image/png;base64,AA"=='`, { direction: "rtl", lines: [HOSTILE] });

  test("holds no script, no frame, and no address but its pictures'", () => {
    expect(page).not.toMatch(/<script|<iframe|<object|javascript:|href=/);
    expect(clean(page)).toBe(page);
    expect(page.match(/<img /g)).toHaveLength(2);
    expect([...page.matchAll(/ src="([^"]*)"/g)].every(([, src]) => src?.startsWith("data:image/png"))).toBe(true);
  });

  test("forbids itself everything but its style and those pictures, before anything else is read", () => {
    const policy = page.indexOf("default-src 'none'; img-src data:; style-src 'unsafe-inline'");
    expect(policy).toBeGreaterThan(0);
    expect(policy).toBeLessThan(page.indexOf("<title>"));
    expect(page).toContain('<html lang="en" dir="rtl">');
  });

  test("gives the words of a picture where the picture isn't to be had", () => {
    const html = toHtml(article([], { image: { ...image, alt: "A <bridge>" } }), () => null);
    expect(html).toContain('<p class="absent">A &lt;bridge&gt;</p>');
    expect(html).not.toContain("<img");
  });

  test("takes the widest picture that is there", () => {
    const wide = { ...variant, role: "standard" as const, sha256: "cd".repeat(32), width: 900 };
    const both = article([], { image: { ...image, variants: [...image.variants, wide] } });
    expect(toHtml(both, (each) => each.sha256)).toContain(`src="${wide.sha256}"`);
    expect(toHtml(both, (each) => (each === wide ? null : each.sha256))).toContain(`src="${variant.sha256}"`);
  });
});

describe("an article as text", () => {
  test("has a line a row of its tables, and its links at the end", () => {
    const table: Block = {
      type: "table",
      header: [["Well"], ["mg/l"]],
      rows: [
        [["Mill Lane"], [{ type: "strong", text: ["71"] }]],
        [["one\nline"], []],
      ],
    };
    const link = { type: "link", href: "https://example.org/", text: ["source"] } as const;
    expect(toText(article([table, paragraph("See the ", link, ".")]))).toBe(
      "Title\n2026-11-22\n\n- Well | mg/l\n- Mill Lane | 71\n- one line |\n\nSee the source[1].\n\n* * *\n\n[1] https://example.org/\n",
    );
  });

  test("says what was corrected in the reader's language", () => {
    const corrections = [{ revision: 2, at: "2026-11-23T06:00:00Z", note: "Not five." }];
    expect(toText(article([], { corrections }), (day) => `Исправлено ${day}:`)).toContain(
      "Исправлено 2026-11-23: Not five.",
    );
  });
});

describe("footnotes", () => {
  test("are numbered as the text, then they themselves, refer to them; the rest behind", () => {
    const footnotes = new Map<string, readonly Block[]>([
      ["left", []],
      ["c", [paragraph(note("a"))]],
      ["a", []],
      ["b", [paragraph(note("c"), note("b"), note("nowhere"))]],
    ]);
    const quote: Block = { type: "quote", blocks: [paragraph({ type: "strong", text: [note("b")] })] };
    expect(noteOrder(article([quote, paragraph(note("missing"))], { footnotes }))).toEqual(["b", "c", "a", "left"]);
  });

  test("by the thousand, none of them referred to, are numbered at once", () => {
    const footnotes = new Map(Array.from({ length: 5000 }, (_, place) => [`n${place}`, []]));
    expect(noteOrder(article([], { footnotes }))).toHaveLength(5000);
  });
});

test("only http, https and mailto may be followed, whatever stands around them", () => {
  expect(["https://a", "HTTP://a", "mailto:a@b", "https://мост.example/?q=1"].every(isLink)).toBe(true);
  for (const href of [
    "javascript:alert(1)",
    "https://",
    "https://a b",
    " https://a",
    "https://a\n",
    "data:,x",
    "//a",
  ]) {
    expect(isLink(href), href).toBe(false);
  }
  expect(clean("a\u0000\u0007\u202eb\u2069\tc\n\u009f")).toBe("ab\tc\n");
});
