// Articles by the day of their publication, by the reader's own clock. Pure.

import type { Card } from "../../engine/api.ts";

/** The articles of one day, in the order that they came in. */
export interface Day {
  readonly date: Date;
  readonly cards: readonly Card[];
}

/** The days of a list that is ordered by time. */
export function daysOf(cards: readonly Card[]): Day[] {
  const days: { date: Date; cards: Card[] }[] = [];
  for (const card of cards) {
    const date = new Date(card.published);
    const last = days[days.length - 1];
    if (last && daysBetween(last.date, date) === 0) {
      last.cards.push(card);
    } else {
      days.push({ date, cards: [card] });
    }
  }
  return days;
}

/** How many midnights lie between two times, whatever their order. */
export function daysBetween(one: Date, other: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.abs(midnight(one) - midnight(other)) / 86_400_000;
}
