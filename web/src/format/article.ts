// Articles and retractions: typed block trees. docs/format.md, section 5.
//
// A page can't be handed a script, because the type has no room for one. Members keep the names that they have in the
// signed bytes; one that is missing there has its default here.

// -- inlines ----------------------------------------------------------------------------------------------------------

export interface Strong {
  readonly type: "strong";
  readonly text: Inlines;
}

export interface Emphasis {
  readonly type: "emphasis";
  readonly text: Inlines;
}

export interface CodeSpan {
  readonly type: "code";
  readonly text: string;
}

/** `href`: `http:`, `https:` or `mailto:`. */
export interface Link {
  readonly type: "link";
  readonly href: string;
  readonly text: Inlines;
}

export interface Break {
  readonly type: "break";
}

/** Refers to one of the article's footnotes. */
export interface NoteRef {
  readonly type: "note";
  readonly id: string;
}

export type Inline = string | Strong | Emphasis | CodeSpan | Link | Break | NoteRef;
export type Inlines = readonly Inline[];

// -- pictures ---------------------------------------------------------------------------------------------------------

export type Role = "preview" | "standard";
export type ImageType = "image/jpeg" | "image/png" | "image/webp" | "image/avif" | "image/gif";

/** One file of a picture, at `mediaPath(variant)`; `role` is its size. */
export interface Variant {
  readonly role: Role;
  readonly sha256: string;
  readonly type: ImageType;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** A picture: what it shows in words, its full size in pixels, and the files to be had. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly variants: readonly Variant[];
  readonly alt: string;
}

export const EXTENSIONS: Readonly<Record<ImageType, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/gif": "gif",
};

/** Where the file of a variant lies. */
export function mediaPath(variant: Variant): string {
  return `media/${variant.sha256}.${EXTENSIONS[variant.type]}`;
}

// -- blocks -----------------------------------------------------------------------------------------------------------

export interface Paragraph {
  readonly type: "paragraph";
  readonly text: Inlines;
}

/** `level`: 2, 3 or 4. */
export interface Heading {
  readonly type: "heading";
  readonly level: number;
  readonly text: Inlines;
}

export interface Quote {
  readonly type: "quote";
  readonly blocks: Blocks;
}

export interface ListBlock {
  readonly type: "list";
  readonly items: readonly Blocks[];
  readonly ordered: boolean;
}

export interface Figure {
  readonly type: "figure";
  readonly image: Image;
  readonly caption: Inlines;
  readonly credit: string;
}

/** A header row, which may be empty, and rows of cells. */
export interface Table {
  readonly type: "table";
  readonly header: readonly Inlines[];
  readonly rows: readonly (readonly Inlines[])[];
}

export interface Code {
  readonly type: "pre";
  readonly text: string;
  readonly language: string;
}

/** A thematic break. */
export interface Rule {
  readonly type: "rule";
}

/** A labelled link to something that lives elsewhere; never a frame. */
export interface Embed {
  readonly type: "embed";
  readonly service: string;
  readonly url: string;
  readonly title: string;
}

export type Block = Paragraph | Heading | Quote | ListBlock | Figure | Table | Code | Rule | Embed;
export type Blocks = readonly Block[];

// -- records ----------------------------------------------------------------------------------------------------------

/** A public note of what a revision corrected. */
export interface Correction {
  readonly revision: number;
  readonly at: string;
  readonly note: string;
}

/** A text at one revision. `cleared`: revisions up to this one are withdrawn, and readers delete them. */
export interface Article {
  readonly type: "article";
  readonly key: string;
  readonly edition: string;
  readonly revision: number;
  readonly title: string;
  readonly published: string;
  readonly updated: string;
  readonly byline: string;
  readonly place: string;
  readonly section: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly corrections: readonly Correction[];
  readonly source_url: string;
  readonly translation_group: string;
  readonly cleared: number;
  readonly image: Image | null;
  readonly body: Blocks;
  /** By id. Their order means nothing: number them as the text refers to them. */
  readonly footnotes: ReadonlyMap<string, Blocks>;
}

/** The withdrawal of an article at its next revision, with a public notice or (empty) without one. */
export interface Retraction {
  readonly type: "retraction";
  readonly key: string;
  readonly edition: string;
  readonly revision: number;
  readonly at: string;
  readonly notice: string;
}

export type TextRecord = Article | Retraction;

/** A record that passed every check: its exact line (no newline), the typed value, and its plain text. */
export interface Entry {
  readonly line: Uint8Array;
  readonly record: TextRecord;
  readonly text: string;
}

/** Where an article stands in its edition: (`published`, key). A retraction stands at ("", key). */
export type Place = readonly [published: string, key: string];

/** Every picture of an article: the lead image, then those of the body and of the footnotes. */
export function imagesOf(of: Article): Image[] {
  const lead = of.image ? [of.image] : [];
  return [...lead, ...images(of.body), ...[...of.footnotes.values()].flatMap(images)];
}

function images(of: Blocks): Image[] {
  return of.flatMap((block) => {
    switch (block.type) {
      case "figure":
        return [block.image];
      case "quote":
        return images(block.blocks);
      case "list":
        return block.items.flatMap(images);
      default:
        return [];
    }
  });
}
