// What a language's table is made with: counted words and dates, by the browser's own rules of that language.

/** What a language's table is made with. `Forms`: the categories that its numbers need beside "other". */
export type Plural<Forms extends Intl.LDMLPluralRule> = (
  forms: Readonly<Record<Forms | "other", string>>,
) => (count: number) => string;

/** A maker of counted words: `#` in a form is where the number stands, written as the language writes it. */
export function plurals<Forms extends Intl.LDMLPluralRule = never>(...locales: string[]): Plural<Forms> {
  const rules = new Intl.PluralRules(locales);
  const number = numbers(locales);
  return (forms) => {
    const all: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> = forms;
    return (count) => (all[rules.select(count)] ?? forms.other).replace("#", number(count));
  };
}

/** Numbers as a language writes them: 4,012. */
export function numbers(locales: readonly string[]): (value: number) => string {
  const format = new Intl.NumberFormat([...locales]);
  return (value) => format.format(value);
}

/** A day, its month by name: 22 November 2026. */
export function days(...locales: string[]): (date: Date) => string {
  const format = new Intl.DateTimeFormat(locales, { year: "numeric", month: "long", day: "numeric" });
  return (date) => format.format(date);
}
