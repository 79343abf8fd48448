// In which order articles that match are shown: by integers alone, so that every client agrees. docs/format.md 14.6.

/** A word says the more about an article, the earlier of these it stands in. */
export const COLUMNS = ["title", "byline", "summary", "text"] as const;

/** How an article has an item of a query: best tier, best column at that tier, and how often at that tier. */
export interface Match {
  readonly tier: number;
  readonly column: number;
  readonly times: number;
}

/** Tier, column, times and date: sums over the items of a query. The smaller, the better. */
export type Rank = readonly [tier: number, column: number, times: number, date: number];

/** What two words of the same article make together. */
export function better(one: Match, other: Match): Match {
  if (one.tier !== other.tier) {
    return one.tier < other.tier ? one : other;
  }
  return { tier: one.tier, column: Math.min(one.column, other.column), times: one.times + other.times };
}

/** The rank of an article by its matches, one for each item, and the time when it was published. */
export function rank(matches: Iterable<Match>, published: string): Rank {
  let [tier, column, times] = [0, 0, 0];
  for (const match of matches) {
    tier += match.tier;
    column += match.column;
    times += bits(match.times);
  }
  return [tier, column, negative(times), negative(moment(published))];
}

/** A time in RFC 3339 as a number: the digits of its date and time of day. */
export function moment(published: string): number {
  return Number(published.slice(0, 19).replace(/[^0-9]/g, "") || "0");
}

/** The order of two ranks. */
export function compareRanks(one: Rank, other: Rank): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2] || one[3] - other[3];
}

/** How many binary digits a number has. */
function bits(number: number): number {
  return number > 0 ? number.toString(2).length : 0;
}

function negative(number: number): number {
  return number === 0 ? 0 : -number;
}
