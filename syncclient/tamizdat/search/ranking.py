"""In which order articles that match are shown: by integers alone, so that every client agrees. docs/format.md 14.6."""

from collections.abc import Iterable
from typing import Final, NamedTuple

COLUMNS: Final = ("title", "byline", "summary", "text")
"""A word says the more about an article, the earlier of these it stands in."""


class Match(NamedTuple):
    """How an article has an item of a query: best tier, best column at that tier, and how often at that tier."""

    tier: int
    column: int
    times: int


class Rank(NamedTuple):
    """The smaller, the better: sums over the items of a query, and what is negative is better when there's more."""

    tier: int
    column: int
    times: int
    date: int


def better(one: Match, other: Match) -> Match:
    """What two words of the same article make together."""
    if one.tier != other.tier:
        return min(one, other)
    return Match(one.tier, min(one.column, other.column), one.times + other.times)


def rank(matches: Iterable[Match], published: str) -> Rank:
    """The rank of an article by its matches, one for each item, and the time when it was published."""
    tier = column = times = 0
    for match in matches:
        tier, column, times = tier + match.tier, column + match.column, times + match.times.bit_length()
    return Rank(tier, column, -times, -moment(published))


def moment(published: str) -> int:
    """A time in RFC 3339 as a number: the digits of its date and time of day."""
    return int("".join(letter for letter in published[:19] if "0" <= letter <= "9") or "0")
