// Texts of unknown length, in places that are small.

/** At most `length` characters of a text, cut at a word where there is one, with an ellipsis. */
export function short(text: string, length: number): string {
  if (text.length <= length) {
    return text;
  }
  const cut = text.slice(0, length);
  const space = cut.lastIndexOf(" ");
  return `${(space > length / 2 ? cut.slice(0, space) : cut).replace(/[\ud800-\udbff]$/, "")}…`;
}
