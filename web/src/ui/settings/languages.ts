// What languages call themselves.

/** What the library of types doesn't know of Intl, nor do browsers of 2020. */
interface Namer {
  of(code: string): string | undefined;
}
type NamerMaker = new (locales: readonly string[], options: { readonly type: "language" }) => Namer;

/** A language's name in itself, as a title; its code where the browser doesn't know it. */
export function languageName(code: string): string {
  const { DisplayNames } = Intl as { DisplayNames?: NamerMaker };
  const name = (DisplayNames && new DisplayNames([code], { type: "language" }).of(code)) ?? code;
  return name.slice(0, 1).toLocaleUpperCase(code) + name.slice(1);
}
