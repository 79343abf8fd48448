"""Which deltas an edition keeps. Pure: steps in, spans out.

An edition's *steps* are the publication versions that changed it, counted 0, 1, 2, …; step 0 is the empty edition, and
no delta starts there, since who holds nothing takes the segments. A span leads from one step to a later one:

    single   [i-1, i]            at each publish
    tail     [8m, i]             what came since the last multiple of eight
    ramp     [a, 8m]             from any step to the next multiple of eight
    block    [8m-8, 8m], then aligned ones of 16, 32, 64 …

A ramp serves who stands exactly at its start; the others, in their plain encoding, anyone between start and end. Where
a multiple of eight would be step 0, step 1 stands for it. So a reader thirty steps behind needs at most a ramp, two
blocks, a tail and a single.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from tamizdat_server.publish.settings import Settings


class Span(NamedTuple):
    """From one step of an edition to a later one."""

    start: int
    stop: int


def singles(newest: int, settings: Settings) -> set[Span]:
    """The singles that are kept while `newest` is the newest step."""
    first = max(2, newest - settings.singles_kept + 1)
    return {Span(step - 1, step) for step in range(first, newest + 1)}


def merged(newest: int, settings: Settings) -> list[Span]:
    """The merged spans that should exist once `newest` is live, narrow ones first."""
    group = settings.group
    base = newest - newest % group
    spans = {Span(max(base, 1), newest)} | _ramps(base, newest, settings)
    width = group
    while width <= base:
        last = newest - newest % width
        starts = range(last - width, max(last - (settings.blocks_kept + 1) * width, -1), -width)
        spans |= {Span(max(start, 1), start + width) for start in starts}
        width *= 2
    return sorted((span for span in spans if span.start < span.stop), key=lambda s: (s.stop - s.start, s.start))


def _ramps(base: int, newest: int, settings: Settings) -> set[Span]:
    first = max(1, newest - settings.ramp_steps)
    starts = (start for start in range(first, base) if start % settings.group)
    return {Span(start, start - start % settings.group + settings.group) for start in starts}


def has_plain(span: Span, settings: Settings) -> bool:
    """Whether a span is made without a prefix too: all but ramps."""
    return span.start % settings.group == 0 or span.start == 1 or span.stop - span.start == 1


def cheapest(start: int, goal: int, plain: Mapping[Span, int]) -> int | None:
    """The fewest bytes that lead from step `start` to `goal` by plain deltas of these sizes; None: nothing does."""
    costs = {start: 0}
    for span in sorted(plain, key=lambda span: span.stop):
        ways = [cost for step, cost in costs.items() if span.start <= step < span.stop]
        if ways and span.stop <= goal:
            costs[span.stop] = min(costs.get(span.stop, 1 << 62), min(ways) + plain[span])
    return costs.get(goal)


class Inline(NamedTuple):
    """A span as it stands in the catalog, in one of its encodings."""

    span: Span
    plain: bool


def inline(newest: int, since: int, *, made: Collection[Inline], settings: Settings) -> list[Inline]:
    """What stands in the catalog of what was `made`, newest first.

    It leads a reader who stands at step `since` or later to `newest`: by a few singles, or by the newest one and
    plain merged spans. The newest single is always there, if it was made.
    """
    chosen: list[Inline] = []
    step = newest
    while len(chosen) < settings.inline_deltas and (step == newest or step > since):
        if step == newest or newest - since <= settings.inline_singles:
            candidates = [Inline(Span(step - 1, step), plain) for plain in (False, True)]
        else:
            # One that begins somewhat earlier than needed is better than several narrow ones.
            ends_here = (item for item in made if item.plain and item.span.stop == step)
            candidates = sorted(item for item in ends_here if item.span.start > since - settings.group)
        best = next((item for item in candidates if item in made), None)
        if best is None:
            break
        chosen.append(best)
        step = best.span.start
    return chosen
