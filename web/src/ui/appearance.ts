// Light or dark, and how large the text is: two attributes of the page, which its style sheet goes by.

import { remember, remembered } from "./remembered.ts";

/** "" is what the device says. */
export const THEMES = ["", "light", "dark"] as const;
/** Steps of the size of all text; "" is the middle one. */
export const SIZES = ["small", "", "large", "larger", "largest"] as const;

export type Theme = (typeof THEMES)[number];
export type Size = (typeof SIZES)[number];

/** The theme that the reader chose. */
export function theme(): Theme {
  return THEMES.find((each) => each === remembered("theme")) ?? "";
}

/** The size that the reader chose. */
export function size(): Size {
  return SIZES.find((each) => each === remembered("size")) ?? "";
}

/** Choose a theme, and show it. */
export function setTheme(chosen: Theme): void {
  remember("theme", chosen);
  applyAppearance();
}

/** Choose a size, and show it. */
export function setSize(chosen: Size): void {
  remember("size", chosen);
  applyAppearance();
}

/** The next size in a direction, or null at the end. */
export function nextSize(from: Size, by: 1 | -1): Size | null {
  return SIZES[SIZES.indexOf(from) + by] ?? null;
}

/** Have the page look as it was chosen. */
export function applyAppearance(): void {
  const page = document.documentElement;
  page.setAttribute("data-theme", theme());
  page.setAttribute("data-size", size());
}
