// Dates, numbers and amounts as a language writes them.

import { numbers } from "./plurals.ts";
import type { Strings } from "./strings/index.ts";

/** Ways to write values in one language. Times are RFC 3339 with Z; "" gives "". */
export interface Teller {
  readonly number: (value: number) => string;
  /** 22 November 2026 */
  readonly day: (time: string) => string;
  /** 22 November 2026, 14:05 */
  readonly time: (time: string) => string;
  /** Bytes to two digits: 640 KB, 1.2 MB. */
  readonly bytes: (bytes: number) => string;
}

/** How a language writes them; days are those of the reader's own clock. */
export function tellerOf(words: Strings): Teller {
  const number = numbers(words.locales);
  const small = new Intl.NumberFormat(words.locales, { maximumSignificantDigits: 2 });
  const day = (time: string) => (time ? words.day(new Date(time)) : "");
  const amount = (value: number) => (value < 10 ? small.format(value) : number(Math.round(value)));
  return {
    number,
    day,
    time: (time) => (time ? `${day(time)}, ${clock(new Date(time))}` : ""),
    bytes: (bytes) => {
      if (bytes < 1000) {
        return words.units.bytes(bytes);
      }
      if (bytes < 999_500) {
        return words.units.kilobytes(amount(bytes / 1000));
      }
      return bytes < 999.5e6 ? words.units.megabytes(amount(bytes / 1e6)) : words.units.gigabytes(amount(bytes / 1e9));
    },
  };
}

/** Hours and minutes: 14:05. */
function clock(date: Date): string {
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}
