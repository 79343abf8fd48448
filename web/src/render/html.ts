// Articles as HTML: plain elements, every text escaped, no scripts, no frames. For files: pages are made of nodes.

import type { Article, Block, Blocks, Figure, Image, Inline, Inlines, Table, Variant } from "../format/article.ts";
import { clean, isLink } from "./clean.ts";
import { noteOrder } from "./notes.ts";

/** Where a picture's file can be had, or null where it can't. */
export type AddressOf = (variant: Variant) => string | null;

/** What a page of its own says about the article it holds, below it: lines of text, and its writing's direction. */
export interface Colophon {
  readonly direction: "ltr" | "rtl";
  readonly lines: readonly string[];
}

// A file of one article is read anywhere, for years: it asks for nothing, and nothing in it can run.
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const STYLE = `:root{color-scheme:light dark}body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 serif;\
overflow-wrap:anywhere}h1{line-height:1.2}.summary{font-size:1.15em}.about,figcaption,footer,.notes,.corrections{\
font-size:.9em}img{max-width:100%;height:auto}figure{margin:1.5em 0}.wide,pre{overflow-x:auto}table{border-collapse:\
collapse}th,td{border:1px solid;padding:.3em .6em;text-align:start}blockquote{margin-inline:0;padding-inline-start:1em;\
border-inline-start:3px solid}footer{margin-top:3em;border-top:1px solid;padding-top:1em}`;

/** The article as one `<article>` element. A picture that can't be had gives way to the words that describe it. */
export function toHtml(article: Article, addressOf: AddressOf): string {
  const page = new Page(article, addressOf);
  const parts = [
    `<header><h1>${text(article.title)}</h1>${about(article)}</header>`,
    article.summary && `<p class="summary">${text(article.summary)}</p>`,
    article.image && `<figure>${page.image(article.image)}</figure>`,
    page.blocks(article.body),
    corrections(article),
    page.notes(),
  ];
  return `<article lang="${text(article.edition)}" dir="auto">${parts.filter(Boolean).join("\n")}</article>\n`;
}

/** The article as a page of its own, to hand on as a file. */
export function toPage(article: Article, addressOf: AddressOf, colophon: Colophon): string {
  return `<!doctype html>
<html lang="${text(article.edition)}" dir="${colophon.direction}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${text(article.title)}</title>
<style>${STYLE}</style>
${toHtml(article, addressOf)}<footer>${colophon.lines.map((line) => `<p dir="auto">${text(line)}</p>`).join("\n")}</footer>
</html>
`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};

function text(value: string): string {
  return clean(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

function about(article: Article): string {
  const told = (["byline", "place", "section"] as const)
    .filter((name) => article[name])
    .map((name) => `<span class="${name}">${text(article[name])}</span>`);
  return `<p class="about">${[...told, time(article.published)].join(" · ")}</p>`;
}

function time(at: string): string {
  return `<time datetime="${text(at)}">${text(at.slice(0, 10))}</time>`;
}

function corrections(article: Article): string {
  const items = article.corrections.map(({ at, note }) => `<li>${time(at)}: ${text(note)}</li>`).join("");
  return items && `<aside class="corrections"><ul>${items}</ul></aside>`;
}

function link(href: string, label: string): string {
  return isLink(href) ? `<a href="${text(href)}" rel="noopener noreferrer">${label}</a>` : label;
}

/** One article on its way to HTML. */
class Page {
  private readonly article: Article;
  private readonly addressOf: AddressOf;
  private readonly order: readonly string[];

  constructor(article: Article, addressOf: AddressOf) {
    this.article = article;
    this.addressOf = addressOf;
    this.order = noteOrder(article);
  }

  notes(): string {
    const items = this.order.map(
      (id, place) => `<li id="note-${place + 1}">${this.blocks(this.article.footnotes.get(id) ?? [])}</li>`,
    );
    return items.length > 0 ? `<section class="notes"><ol>${items.join("")}</ol></section>` : "";
  }

  blocks(blocks: Blocks): string {
    return blocks.map((block) => this.block(block)).join("\n");
  }

  image(image: Image): string {
    const there = [...image.variants].sort((a, b) => b.width - a.width).map(this.addressOf);
    const address = there.find((each) => each !== null);
    if (!address) {
      return image.alt && `<p class="absent">${text(image.alt)}</p>`;
    }
    return `<img src="${text(address)}" width="${image.width}" height="${image.height}" alt="${text(image.alt)}">`;
  }

  private block(block: Block): string {
    switch (block.type) {
      case "paragraph":
        return `<p>${this.inlines(block.text)}</p>`;
      case "heading":
        return `<h${block.level}>${this.inlines(block.text)}</h${block.level}>`;
      case "quote":
        return `<blockquote>${this.blocks(block.blocks)}</blockquote>`;
      case "list": {
        const tag = block.ordered ? "ol" : "ul";
        return `<${tag}>${block.items.map((item) => `<li>${this.blocks(item)}</li>`).join("")}</${tag}>`;
      }
      case "pre":
        return `<pre><code>${text(block.text)}</code></pre>`;
      case "rule":
        return "<hr>";
      case "figure":
        return this.figure(block);
      case "table":
        return this.table(block);
      case "embed":
        return `<p class="embed">${link(block.url, text([block.service, block.title || block.url].filter(Boolean).join(": ")))}</p>`;
    }
  }

  private figure(figure: Figure): string {
    const credit = figure.credit && `<span class="credit">${text(figure.credit)}</span>`;
    const caption = [this.inlines(figure.caption), credit].filter(Boolean).join(" ");
    const all = this.image(figure.image) + (caption && `<figcaption>${caption}</figcaption>`);
    return all && `<figure>${all}</figure>`;
  }

  private table(table: Table): string {
    const row = (cells: readonly Inlines[], tag: string) =>
      cells.map((cell) => `<${tag}>${this.inlines(cell)}</${tag}>`).join("");
    const head = table.header.length > 0 ? `<thead><tr>${row(table.header, "th")}</tr></thead>` : "";
    const rows = table.rows.map((cells) => `<tr>${row(cells, "td")}</tr>`).join("");
    // A wide one scrolls by itself, also by keys.
    return `<div class="wide" tabindex="0"><table>${head}<tbody>${rows}</tbody></table></div>`;
  }

  private inlines(inlines: Inlines): string {
    return inlines.map((inline) => this.inline(inline)).join("");
  }

  private inline(inline: Inline): string {
    if (typeof inline === "string") {
      return text(inline);
    }
    switch (inline.type) {
      case "strong":
        return `<strong>${this.inlines(inline.text)}</strong>`;
      case "emphasis":
        return `<em>${this.inlines(inline.text)}</em>`;
      case "code":
        return `<code>${text(inline.text)}</code>`;
      case "link":
        return link(inline.href, this.inlines(inline.text));
      case "break":
        return "<br>";
      case "note": {
        const number = this.order.indexOf(inline.id) + 1;
        return number > 0 ? `<sup><a href="#note-${number}">${number}</a></sup>` : "";
      }
    }
  }
}
