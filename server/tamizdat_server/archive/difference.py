"""What changed between two revisions, for people to read: by paragraph, and within a paragraph by word.

Bounded in size: what is too long to compare word by word is shown as taken out and put in.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal, NamedTuple

import msgspec

from tamizdat.format.article import Article, plain_text

PAIRS: Final = 20_000
"""So many pairs of equal words, or of equal paragraphs, may be between two texts that are compared: those are the cost,
and not the length. A long paragraph of English has half as many."""
PAIRS_IN_ALL: Final = 100_000
CONTEXT: Final = 1
"""So many unchanged paragraphs stay around a change."""

_WORD: Final = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_ALIKE: Final = 0.4
_NEAR: Final = 10

Op = Literal["same", "del", "ins"]


class Run(NamedTuple):
    """Words of one kind."""

    op: Op
    text: str


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph with what was taken out of it and put into it."""

    runs: tuple[Run, ...]

    @property
    def changed(self) -> bool:
        return any(run.op != "same" for run in self.runs)


class Skipped(msgspec.Struct, frozen=True):
    """So many paragraphs in a row that are the same in both."""

    count: int


class Difference(msgspec.Struct, frozen=True):
    """What changed: fields by name, then the text. Empty where nothing did that words could show."""

    fields: tuple[tuple[str, Paragraph], ...]
    body: tuple[Paragraph | Skipped, ...]

    @property
    def is_empty(self) -> bool:
        return not self.fields and not self.body


def difference(old: Article, new: Article) -> Difference:
    """What readers of `old` would find otherwise in `new`."""
    names = ("title", "summary", "byline", "place", "section", "published")
    told = [(name, getattr(old, name), getattr(new, name)) for name in names]
    told.append(("tags", ", ".join(old.tags), ", ".join(new.tags)))
    budget = _Budget()
    fields = tuple((name, budget.compare(a, b)) for name, a, b in told if a != b)
    paragraphs = list(_paragraphs(_lines(old), _lines(new), budget))
    body = tuple(_shortened(paragraphs)) if any(p.changed for p in paragraphs) else ()
    return Difference(fields, body)


def _lines(article: Article) -> list[str]:
    return [line for line in plain_text(article).split("\n") if line.strip()]


# -- paragraphs --------------------------------------------------------------------------------------------------------


def _paragraphs(old: Sequence[str], new: Sequence[str], budget: "_Budget") -> Iterator[Paragraph]:
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    yield from (_same(line) for line in old[:start])
    if _pairs(before, after) > PAIRS:
        yield from _replaced(before, after)
    else:
        for op, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
            if op == "equal":
                yield from (_same(line) for line in before[a:b])
            else:
                yield from _matched(before[a:b], after[c:d], budget)
    yield from (_same(line) for line in old[len(old) - end :])


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines both begin with."""
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _matched(old: Sequence[str], new: Sequence[str], budget: "_Budget") -> Iterator[Paragraph]:
    """Pair each old paragraph with the next new one that is much the same."""
    place = 0
    for line in old:
        near = range(place, min(place + _NEAR, len(new)))
        found = next((n for n in near if _alike(line, new[n])), None)
        if found is None:
            yield Paragraph((Run("del", line),))
        else:
            yield from _replaced((), new[place:found])
            yield budget.compare(line, new[found])
            place = found + 1
    yield from _replaced((), new[place:])


def _alike(old: str, new: str) -> bool:
    before, after = set(old.split()), set(new.split())
    return len(before & after) >= _ALIKE * max(1, min(len(before), len(after)))


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    yield from (Paragraph((Run("del", line),)) for line in old)
    yield from (Paragraph((Run("ins", line),)) for line in new)


def _same(line: str) -> Paragraph:
    return Paragraph((Run("same", line),))


def _shortened(paragraphs: list[Paragraph]) -> Iterator[Paragraph | Skipped]:
    changed = [n for n, paragraph in enumerate(paragraphs) if paragraph.changed]
    shown = {n + step for n in changed for step in range(-CONTEXT, CONTEXT + 1)}
    skipped = 0
    for n, paragraph in enumerate(paragraphs):
        if n not in shown:
            skipped += 1
            continue
        if skipped:
            yield Skipped(skipped)
            skipped = 0
        yield paragraph
    if skipped:
        yield Skipped(skipped)


# -- words -------------------------------------------------------------------------------------------------------------


class _Budget:
    """Compares word by word while that isn't too much."""

    def __init__(self) -> None:
        self.left = PAIRS_IN_ALL

    def compare(self, old: str, new: str) -> Paragraph:
        before, after = _WORD.findall(old), _WORD.findall(new)
        pairs = _pairs(before, after)
        if pairs > min(PAIRS, self.left):
            return Paragraph((Run("del", old), Run("ins", new)))
        self.left -= pairs + len(before) + len(after)
        return Paragraph(tuple(_joined(_runs(before, after))))


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    there = Counter(new)
    return sum(count * there[part] for part, count in Counter(old).items())


def _runs(old: list[str], new: list[str]) -> Iterator[Run]:
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        taken, put = "".join(old[a:b]), "".join(new[c:d])
        if op == "equal":
            yield Run("same", taken)
            continue
        # The blank behind a changed word is no part of the change.
        blank = taken[len(taken.rstrip()) :]
        blank = blank if put.endswith(blank) else ""
        yield Run("del", taken.removesuffix(blank))
        yield Run("ins", put.removesuffix(blank))
        yield Run("same", blank)


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    for op, group in groupby((run for run in runs if run.text), key=_op):
        yield Run(op, "".join(run.text for run in group))


def _op(run: Run) -> Op:
    return run.op
