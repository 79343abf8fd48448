// Keys whose order in the store is the order that the format asks for.

const BEYOND = /[\ud800-\uffff]/;
const TIME = /^[0-9]{4}(?:-[0-9]{2}){2}T(?:[0-9]{2}:){2}[0-9]{2}Z$/;

/**
 * A text whose code units stand in the order of the code points of `text`.
 *
 * Stores compare code units, by which what lies beyond U+FFFF would come before U+E000–FFFF: the two change places.
 */
export function orderly(text: string): string {
  return BEYOND.test(text) ? mapped(text, (unit) => (unit < 0xe000 ? unit + 0x2000 : unit - 0x800)) : text;
}

/** What `orderly` was made of. */
export function unordered(orderly: string): string {
  return BEYOND.test(orderly) ? mapped(orderly, (unit) => (unit < 0xf800 ? unit + 0x800 : unit - 0x2000)) : orderly;
}

function mapped(text: string, change: (unit: number) => number): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return units.map((unit) => String.fromCharCode(unit < 0xd800 ? unit : change(unit))).join("");
}

/** A number that is the smaller the later a time is. */
export function newestFirst(published: string): number {
  return -Number(published.replace(/\D/g, ""));
}

/** Whether this is a time as records have them; bounds of segments may be other texts. */
export function isTime(text: string): boolean {
  return TIME.test(text);
}
