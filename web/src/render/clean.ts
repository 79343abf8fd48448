// What must not reach a page or a file, whoever signed it.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
const LINK = /^(?:https?:\/\/|mailto:)[!-\u{10ffff}]+$/iu;

/** `text` without characters that steer a terminal or reorder what is read; tabs and line ends stay. */
export function clean(text: string): string {
  return text.replace(CONTROLS, "");
}

/** Whether `href` may be followed: http, https and mailto only. */
export function isLink(href: string): boolean {
  return LINK.test(href);
}
