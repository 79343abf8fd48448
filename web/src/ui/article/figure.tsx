// A picture of an article with what is written below it, or in its place where it isn't held.

import type { ComponentChildren } from "preact";
import type { Image, Variant } from "../../format/article.ts";
import { clean } from "../../render/clean.ts";
import { useApp } from "../context.ts";
import { usePicture } from "../parts/picture.tsx";
import type { Setting } from "./blocks.tsx";

interface Props {
  readonly image: Image;
  readonly caption?: ComponentChildren;
  readonly credit?: string;
  readonly kind?: string;
  readonly in: Setting;
}

export function FigureView({ image, caption, credit = "", kind = "", in: setting }: Props) {
  const { words } = useApp();
  return (
    <figure class={kind}>
      <Picture image={image} in={setting} />
      <figcaption>
        {caption}{" "}
        {credit && (
          <bdi class="credit" lang={words.language}>
            {words.reading.photo(clean(credit))}
          </bdi>
        )}
      </figcaption>
    </figure>
  );
}

/** The widest file of a picture that is held, or null. */
export function heldVariant(image: Image, pictures: ReadonlySet<string>): Variant | null {
  const held = image.variants.filter((variant) => pictures.has(variant.sha256));
  return held.sort((a, b) => b.width - a.width)[0] ?? null;
}

function Picture({ image, in: setting }: Pick<Props, "image" | "in">) {
  const { words, href } = useApp();
  const variant = heldVariant(image, setting.pictures);
  const url = usePicture(variant?.sha256 ?? "");
  const alt = clean(image.alt);
  if (!variant || url === null) {
    // Pictures come when they are chosen, and that is done where it leads.
    return (
      <a class="absent" href={href({ name: "sync" })}>
        <span lang={words.language} dir={words.direction}>
          {words.reading.noPicture}
        </span>
        {alt && <span class="alt">{alt}</span>}
      </a>
    );
  }
  // Its place is kept before it is there: the text doesn't jump.
  return <img src={url} alt={alt} width={variant.width} height={variant.height} decoding="async" />;
}
