// One article as a file, with all that is needed to find it again and to check it.

import type { ArticleView, PublicationView, Reading } from "../../engine/api.ts";
import { toPage } from "../../render/html.ts";
import { toText } from "../../render/text.ts";
import type { Teller } from "../language.ts";
import { writeHash } from "../routes.ts";
import type { Strings } from "../strings/index.ts";
import { fileName } from "./hand.ts";

/** What stands below an article that is handed on: where it is from, its lasting address, and by what it was verified. */
export interface Source {
  readonly lines: readonly string[];
  readonly direction: "ltr" | "rtl";
  /** How a correction of that day begins. */
  readonly corrected: (day: string) => string;
}

export function sourceOf({ article }: ArticleView, publication: PublicationView, words: Strings, tell: Teller): Source {
  const { title, fingerprint, editions } = publication;
  const { edition, key, published } = article;
  return {
    lines: [
      words.packs.from(title, tell.day(published)),
      placeOf(publication) + writeHash({ fingerprint, route: { name: "article", edition, key } }),
      words.packs.verifiedBy(fingerprint),
    ],
    direction: editions.find((each) => each.edition === edition)?.direction ?? "ltr",
    corrected: (day) => `${words.reading.corrected} ${day}:`,
  };
}

/** Where others find a publication; "" where it came by hand and names no mirror. */
export function placeOf({ address, mirrors }: Pick<PublicationView, "address" | "mirrors">): string {
  return address.split("#")[0] || (mirrors[0] ?? "");
}

export function textFile({ article }: ArticleView, { lines, corrected }: Source): File {
  const text = `${toText(article, corrected)}\n\n${lines.join("\n")}\n`;
  return new File([text], fileName(article.title, "txt"), { type: "text/plain" });
}

/** `pictures`: addresses of those that are held, by digest. */
export function pageFile({ article }: ArticleView, source: Source, pictures: ReadonlyMap<string, string>): File {
  const page = toPage(article, ({ sha256 }) => pictures.get(sha256) ?? null, source);
  return new File([page], fileName(article.title, "html"), { type: "text/html" });
}

/** The pictures of an article that are held, as `data:` addresses by digest. */
export async function picturesOf({ pictures }: ArticleView, reading: Reading): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    pictures.map(async (sha256) => {
      const blob = await reading.picture(sha256);
      return [sha256, blob && (await dataUrl(blob))] as const;
    }),
  );
  return new Map(found.flatMap(([sha256, url]) => (url ? [[sha256, url]] : [])));
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((ready, failed) => {
    const reader = new FileReader();
    reader.onload = () => ready(String(reader.result));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}
