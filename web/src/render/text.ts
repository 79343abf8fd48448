// Articles as plain text: a line a paragraph, blank lines between blocks, links and footnotes numbered and at the end.

import type { Article, Block, Blocks, Image, Inline, Inlines } from "../format/article.ts";
import { clean, isLink } from "./clean.ts";
import { noteOrder } from "./notes.ts";

const RULE = "* * *";
/** White space between words; a no-break space belongs to its word. */
const SPACE = /[ \t\u1680\u2000-\u200a\u2028\u2029\u205f\u3000]+/g;

/** The article as plain text. `corrected`: how a correction begins, such as "Corrected 2026-11-22:". */
export function toText(article: Article, corrected: (day: string) => string = (day) => `Corrected ${day}:`): string {
  return new Page(article).render(corrected);
}

type Lines = readonly string[];

/** One article on its way to lines; numbers links in the order in which they are met. */
class Page {
  private readonly article: Article;
  private readonly order: readonly string[];
  private readonly links: string[] = [];

  constructor(article: Article) {
    this.article = article;
    this.order = noteOrder(article);
  }

  render(corrected: (day: string) => string): string {
    const { title, byline, place, published, section, summary, image, body } = this.article;
    const about = [byline, place, published.slice(0, 10), section].filter(Boolean).join(" · ");
    const corrections = this.article.corrections.flatMap(({ at, note }) =>
      lines(clean(`${corrected(at.slice(0, 10))} ${note}`)),
    );
    const blocks: Lines[] = [
      [...paragraph(clean(title)), ...paragraph(clean(about))],
      paragraph(clean(summary)),
      corrections,
      image ? this.picture(image, "") : [],
      ...body.map((block) => this.block(block, "")),
      ...this.endnotes(),
    ];
    const told = blocks.filter((block) => block.some(Boolean)).map((block) => block.join("\n"));
    return `${told.join("\n\n")}\n`;
  }

  private endnotes(): Lines[] {
    const { footnotes } = this.article;
    const notes = this.order.flatMap((id, place) => this.item(footnotes.get(id) ?? [], `[^${place + 1}] `, ""));
    const links = this.links.map((href, place) => `[${place + 1}] ${href}`);
    return [notes.length > 0 || links.length > 0 ? [RULE] : [], notes, links];
  }

  private block(block: Block, lead: string): Lines {
    switch (block.type) {
      case "paragraph":
      case "heading":
        return paragraph(this.inlines(block.text), lead);
      case "quote":
        return this.quote(block.blocks, `${lead}│ `);
      case "list":
        return block.items.flatMap((item, place) => this.item(item, block.ordered ? `${place + 1}. ` : "• ", lead));
      case "pre":
        return clean(block.text)
          .split("\n")
          .map((line) => `${lead}    ${line}`.trimEnd());
      case "rule":
        return [lead + RULE];
      case "figure": {
        const credit = block.credit && ` (${clean(block.credit)})`;
        return this.picture(block.image, this.inlines(block.caption) + credit, lead);
      }
      case "table":
        return [block.header, ...block.rows]
          .filter((row) => row.length > 0)
          .flatMap((row) =>
            lines(row.map((cell) => oneLine(this.inlines(cell))).join(" | "), `${lead}- `, `${lead}  `),
          );
      case "embed": {
        const label = [block.service, block.title].filter(Boolean).join(": ") || block.url;
        return paragraph(this.link(block.url, clean(label)), lead);
      }
    }
  }

  private quote(blocks: Blocks, lead: string): Lines {
    const told: string[] = [];
    for (const block of blocks) {
      told.push(...(told.length > 0 ? [lead.trimEnd()] : []), ...this.block(block, lead));
    }
    return told;
  }

  private item(blocks: Blocks, mark: string, lead: string): Lines {
    const inner = lead + " ".repeat(mark.length);
    const [first = inner, ...rest] = blocks.flatMap((block) => this.block(block, inner));
    return [(lead + mark + first.slice(inner.length)).trimEnd(), ...rest];
  }

  private picture(image: Image, caption: string, lead = ""): Lines {
    return lines(`[${clean(image.alt || "picture")}] ${caption}`, lead);
  }

  private inlines(inlines: Inlines): string {
    return inlines.map((inline) => this.inline(inline)).join("");
  }

  private inline(inline: Inline): string {
    if (typeof inline === "string") {
      return clean(inline.replace(/\n/g, " "));
    }
    switch (inline.type) {
      case "strong":
      case "emphasis":
        return this.inlines(inline.text);
      case "code":
        return clean(inline.text);
      case "link":
        return this.link(inline.href, this.inlines(inline.text));
      case "break":
        return "\n";
      case "note": {
        const number = this.order.indexOf(inline.id) + 1;
        return number > 0 ? `[^${number}]` : "";
      }
    }
  }

  private link(address: string, label: string): string {
    const href = clean(address);
    if (!isLink(href) || label.trim() === href) {
      return label;
    }
    if (!this.links.includes(href)) {
      this.links.push(href);
    }
    return `${label}[${this.links.indexOf(href) + 1}]`;
  }
}

function paragraph(text: string, lead = ""): Lines {
  return text ? lines(text, lead) : [];
}

/** The lines of a text, `first` ahead of the first, `rest` of the others. */
function lines(text: string, first = "", rest = first): Lines {
  return text.split("\n").map((line, place) => ((place ? rest : first) + oneLine(line)).trimEnd());
}

function oneLine(text: string): string {
  return text.replace(/\n/g, " ").replace(SPACE, " ").replace(/^ | $/g, "");
}
