"""However a reader comes to a version, by whatever deltas or segments, it holds the same records as every other."""

import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shelf import PUBLICATION, article, assert_sound, bundle, delta, retraction, shelf
from tamizdat.errors import FormatError
from tamizdat.format.article import Article, Record, Retraction, decode_record, encode_record
from tamizdat.format.bundle import sort_key
from tamizdat.library import Library

KEYS = ("a", "b", "c/d", "e", "ж", "zz")
# One change: a key, the day it says it was published (an edit may move it), and whether it is retracted.
changes = st.tuples(st.sampled_from(KEYS), st.integers(1, 9), st.booleans())
histories = st.lists(st.lists(changes, min_size=1, max_size=4), min_size=1, max_size=10)
places = st.integers(0, 10)


class Ledger:
    """A publisher, at its simplest: every version's records, and what is superseded at each."""

    def __init__(self, history: Sequence[Sequence[tuple[str, int, bool]]]) -> None:
        self.states: list[dict[str, Record]] = [{}]
        self.superseded: list[dict[tuple[str, int], Article]] = [{}]
        for version in history:
            # Only the last state of a key before a publish becomes a record.
            self._publish({key: (day, gone) for key, day, gone in version})

    def _publish(self, version: dict[str, tuple[int, bool]]) -> None:
        state, superseded = dict(self.states[-1]), dict(self.superseded[-1])
        for key, (day, gone) in version.items():
            before = state.get(key)
            if gone and isinstance(before, Article):
                state[key] = retraction(key, before.revision + 1)
                superseded = {place: old for place, old in superseded.items() if place[0] != key}
            elif not gone:
                if isinstance(before, Article):
                    superseded[key, before.revision] = before
                state[key] = self._article(key, day, before)
        self.states.append(state)
        self.superseded.append(superseded)

    @staticmethod
    def _article(key: str, day: int, before: Record | None) -> Article:
        revision = before.revision + 1 if before else 1
        cleared = before.revision if isinstance(before, Retraction) else before.cleared if before else 0
        return article(key, revision, f"{key} at revision {revision}", day=day, cleared=cleared)

    @property
    def newest(self) -> int:
        return len(self.states) - 1

    def lines(self, version: int) -> list[bytes]:
        return [encode_record(record) for _, record in sorted(self.states[version].items())]

    def old_lines(self, version: int) -> list[bytes]:
        return [encode_record(record) for _, record in sorted(self.superseded[version].items())]

    def touched(self, start: int, end: int) -> list[Record]:
        """The final record of every key touched between two versions, even one that ended where it began."""
        pairs = [(self.states[n - 1], self.states[n]) for n in range(start + 1, end + 1)]
        keys = {key for before, after in pairs for key in after if before.get(key) != after[key]}
        return [self.states[end][key] for key in sorted(keys)]

    def segments(
        self, version: int, cuts: Iterable[int]
    ) -> Iterator[tuple[list[Record], tuple[str, str], tuple[str, str] | None]]:
        starts = [("", ""), *((f"2026-11-{day:02}T06:00:00Z", "") for day in sorted(set(cuts)))]
        held = [record for record in self.states[version].values() if isinstance(record, Article)]
        for number, start in enumerate(starts):
            records: list[Record] = [a for a in held if bisect_right(starts, sort_key(a)) - 1 == number]
            yield records, start, starts[number + 1] if number + 1 < len(starts) else None


def go_by_delta(library: Library, ledger: Ledger, start: int, end: int) -> None:
    library.apply_delta(delta(*ledger.touched(start, end)), to=end)


def settle(library: Library, ledger: Ledger, version: int, trip: "Trip") -> None:
    """Apply a whole snapshot, the segments in some order, the tombstones first or last."""
    steps = list(ledger.segments(version, trip.cuts))
    tombstones = [record for record in ledger.states[version].values() if isinstance(record, Retraction)]
    sequence = sorted(range(len(steps) + 1), key=lambda n: (trip.order[n % len(trip.order)] if trip.order else 0, n))
    for number in sequence:
        if number == len(steps):
            made = [bundle("tombstones", tombstones)] if tombstones else []
            library.apply_tombstones(PUBLICATION, "en", made, version=version)
        else:
            records, start, end = steps[number]
            library.apply_segment(bundle("segment", records), start=start, end=end, version=version)
    library.finish_snapshot(PUBLICATION, "en", version=version, complete_since="")


def take_revisions(library: Library, ledger: Ledger) -> None:
    library.apply_revisions(bundle("revisions", ledger.superseded[ledger.newest].values()), to=ledger.newest)


def assert_same(library: Library, ledger: Ledger) -> None:
    assert list(library.records(PUBLICATION, "en")) == ledger.lines(ledger.newest)
    assert list(library.superseded(PUBLICATION, "en")) == ledger.old_lines(ledger.newest)
    articles = [record for record in ledger.states[-1].values() if isinstance(record, Article)]
    newest_first = sorted(sorted(articles, key=lambda a: a.key.encode()), key=lambda a: a.published, reverse=True)
    lines = [encode_record(record) + b"\n" for record in newest_first]
    assert library.prefix(PUBLICATION, "en", newest=1_000_000) == b"".join(reversed(lines))
    assert_sound(library)


class Trip(msgspec.Struct):
    """How a reader goes: at which versions it syncs, where segments are cut, their order, and a version on the way."""

    stops: list[int]
    cuts: list[int]
    order: list[int]
    half: int


def every_version(library: Library, ledger: Ledger, trip: Trip) -> None:
    for version in range(1, ledger.newest + 1):
        go_by_delta(library, ledger, version - 1, version)


def some_versions(library: Library, ledger: Ledger, trip: Trip) -> None:
    for start, end in pairwise(trip.stops):
        go_by_delta(library, ledger, start, end)


def deltas_that_overlap(library: Library, ledger: Ledger, trip: Trip) -> None:
    for start, end in pairwise(trip.stops):
        go_by_delta(library, ledger, max(0, start - 2), end)


def the_newest_delta_first(library: Library, ledger: Ledger, trip: Trip) -> None:
    for start, end in reversed(list(pairwise(sorted({*trip.stops, trip.half})))):
        go_by_delta(library, ledger, start, end)


def segments(library: Library, ledger: Ledger, trip: Trip) -> None:
    settle(library, ledger, ledger.newest, trip)


def segments_after_a_while(library: Library, ledger: Ledger, trip: Trip) -> None:
    go_by_delta(library, ledger, 0, trip.half)
    settle(library, ledger, ledger.newest, trip)


def an_older_snapshot_and_a_delta(library: Library, ledger: Ledger, trip: Trip) -> None:
    settle(library, ledger, trip.half, trip)
    go_by_delta(library, ledger, trip.half, ledger.newest)


def back_to_an_older_snapshot(library: Library, ledger: Ledger, trip: Trip) -> None:
    go_by_delta(library, ledger, 0, ledger.newest)
    an_older_snapshot_and_a_delta(library, ledger, trip)


WAYS = (
    every_version,
    some_versions,
    deltas_that_overlap,
    the_newest_delta_first,
    segments,
    segments_after_a_while,
    an_older_snapshot_and_a_delta,
    back_to_an_older_snapshot,
)


def check_every_way(
    empty: Path,
    history: list[list[tuple[str, int, bool]]],
    stops: list[int],
    cuts: list[int],
    order: list[int],
    half: int,
) -> None:
    ledger = Ledger(history)
    half = min(half, ledger.newest)
    trip = Trip(sorted({0, ledger.newest, *(min(stop, ledger.newest) for stop in stops)}), cuts, order, half)
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            with Library.open(Path(shutil.copy(empty, Path(folder) / way.__name__))) as library:
                way(library, ledger, trip)
                take_revisions(library, ledger)
                assert_same(library, ledger)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds nothing yet, to be copied: making the tables takes longer than a trip."""
    path = tmp_path_factory.mktemp("empty") / "library.db"
    shelf(path).close()
    return path


arguments = given(
    histories,
    st.lists(places, max_size=5),
    st.lists(st.integers(2, 9), max_size=3),
    st.lists(places, max_size=4),
    places,
)
unhurried = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@settings(max_examples=25, **unhurried)
@arguments
def test_readers_that_came_by_different_ways_hold_identical_records_and_revisions(
    empty: Path, history, stops, cuts, order, half
):
    check_every_way(empty, history, stops, cuts, order, half)


@pytest.mark.long
@settings(max_examples=2000, **unhurried)
@arguments
def test_readers_that_came_by_thousands_of_ways_hold_identical_records_and_revisions(
    empty: Path, history, stops, cuts, order, half
):
    check_every_way(empty, history, stops, cuts, order, half)


def test_a_field_of_a_later_format_is_kept_byte_for_byte(tmp_path: Path):
    line = msgspec.json.encode(article("one")).replace(b'"title"', b'"mood":{"a":"\xd0\xb6"},"title"')
    made = delta(article("one"))
    entry = msgspec.structs.replace(made.entries[0], line=line)
    with shelf(tmp_path / "library.db") as library:
        library.apply_delta(msgspec.structs.replace(made, entries=[entry]), to=1)
        library.apply_delta(delta(article("one", 2)), to=2)
        assert list(library.superseded(PUBLICATION, "en")) == [line]


def test_a_line_that_is_not_utf8_throughout_is_refused_also_in_fields_of_a_later_format():
    line = encode_record(article("one"))
    with pytest.raises(FormatError):
        decode_record(line.replace(b'"title"', b'"mood":"\xff","title"'))
