// An address as people hand it on: inside a message, with or without its scheme, its fingerprint written in groups.

/** An address that was found, ready for the engine. `fingerprint`: "" where the text named none. */
export interface Typed {
  readonly address: string;
  readonly fingerprint: string;
}

const WEB = /https?:\/\/[^\s"'<>«»“”]+/i;
const BARE =
  /(?:^|\s)((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,}(?::\d+)?(?:[/#][^\s"'<>«»“”]*)?)/u;
const FINGERPRINT = /^[\s#]*([1-9]\d{0,9}\.(?:[\s-]*[a-z2-7]){52})(?![a-z2-7])/i;

/**
 * The first web address in a text that was typed, pasted or scanned; null where there is none.
 *
 * A fingerprint counts also where it stands after the address, or in groups that are parted by spaces or hyphens.
 */
export function typedAddress(text: string): Typed | null {
  const found = WEB.exec(text)?.[0] ?? BARE.exec(text)?.[1];
  if (found === undefined) {
    return null;
  }
  const after = text.slice(text.indexOf(found) + found.length);
  const [place = "", ...rest] = found.split("#");
  const fingerprint = fingerprintIn(rest.join("#") + after);
  const folder = placeOf(place);
  return folder === null ? null : { address: folder + (fingerprint && `#${fingerprint}`), fingerprint };
}

/** The folder that an address names, as its publication knows it: a page within it, a query and a user don't belong. */
function placeOf(text: string): string | null {
  try {
    const url = new URL(/^https?:/i.test(text) ? text : `https://${text}`);
    const folder = url.pathname.replace(/\/(?:index\.html)?$/, "/").replace(/[.,;:!?)\]]+$/, "");
    return `${url.protocol}//${url.host}${folder.endsWith("/") ? folder : `${folder}/`}`;
  } catch {
    return null; // no browser would take it for an address
  }
}

function fingerprintIn(text: string): string {
  return (FINGERPRINT.exec(text)?.[1] ?? "").replace(/[\s-]+/g, "").toLowerCase();
}

/** A fingerprint for comparing by eye or ear: the root's number, then thirteen groups of four characters. */
export function groups(fingerprint: string): readonly string[] {
  const [number = "", digits = ""] = fingerprint.split(".");
  return [`${number}.`, ...(digits.match(/.{1,4}/g) ?? [])];
}
