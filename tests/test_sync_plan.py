"""Plans: the cheapest way to the catalog's version, and how far back segments are read."""

from tamizdat.format.catalog import DeltaRef, SegmentRef, SnapshotList
from tamizdat.sync.plan import Reach, SegmentStep, carried, segments_newest_first, shortest_path, wanted_segments

DIGEST = "0" * 64


def delta(start: int, end: int, *, size: int = 1000, prefix: str = "", digest: str = DIGEST) -> DeltaRef:
    return DeltaRef(start, end, "", digest, size, DIGEST, size, prefix)


def path(deltas: list[DeltaRef], start: int, goal: int, *, held: bool = True, lacking: str = "") -> list[str] | None:
    found = shortest_path(
        deltas, start=start, goal=goal, prefixes=held, available=lambda p: not lacking or lacking not in p
    )
    return None if found is None else [f"{d.from_}-{d.to}{'p' if d.prefix else ''}" for d in found]


def test_a_delta_with_a_prefix_serves_only_who_stands_at_its_start_and_holds_it() -> None:
    newest = delta(7, 8, prefix="held")
    assert path([newest], 7, 8) == ["7-8p"]
    assert path([newest], 7, 8, held=False) is None
    assert path([newest], 6, 8) is None


def test_a_plain_delta_serves_from_any_version_within_it() -> None:
    assert path([delta(0, 8)], 5, 8) == ["0-8"]
    assert path([delta(0, 8)], 8, 9) is None


def test_a_path_leads_through_the_starts_of_prefixes() -> None:
    spans = [delta(3, 8, prefix="held"), delta(8, 16, prefix="later"), delta(16, 17, prefix="latest")]
    assert path(spans, 3, 17) == ["3-8p", "8-16p", "16-17p"]
    assert path(spans, 3, 17, held=False) is None


def test_one_request_less_is_worth_some_bytes_but_not_many() -> None:
    small = [delta(v, v + 1, size=100, prefix="held" if v == 1 else "x") for v in range(1, 5)]
    assert path([*small, delta(1, 5, size=5000, prefix="held")], 1, 5) == ["1-5p"]
    assert path([*small, delta(1, 5, size=50_000, prefix="held")], 1, 5) == ["1-2p", "2-3p", "3-4p", "4-5p"]


def test_deltas_that_a_pack_lacks_are_not_planned() -> None:
    there, away = "1" * 64, "2" * 64
    spans = [delta(1, 3, digest=away), delta(1, 2, digest=there), delta(2, 3, digest=there)]
    assert path(spans, 1, 3, lacking=away) == ["1-2", "2-3"]


def test_deltas_beyond_the_goal_are_left_alone() -> None:
    assert path([delta(1, 2), delta(1, 9)], 1, 2) == ["1-2"]


def segment(published: str, size: int = 100) -> SegmentRef:
    digest = (published.replace("-", "") + DIGEST)[:64]
    return SegmentRef(digest, size, digest, size, 1, published, "a" if published else "")


SNAPSHOT = SnapshotList(
    "tamizdat.snapshot.1", "en", 1, [segment(""), segment("2026-02-01"), segment("2026-03-01"), segment("2026-04-01")]
)


def starts(steps: list[SegmentStep]) -> list[str]:
    return [step.ref.published for step in steps]


def test_segments_come_newest_first_and_know_where_the_next_begins() -> None:
    steps = segments_newest_first(SNAPSHOT)
    assert starts(steps) == ["2026-04-01", "2026-03-01", "2026-02-01", ""]
    assert [step.end for step in steps] == [None, ("2026-04-01", "a"), ("2026-03-01", "a"), ("2026-02-01", "a")]


def test_all_is_complete_from_the_beginning() -> None:
    steps, since = wanted_segments(segments_newest_first(SNAPSHOT), reach=Reach(), done=frozenset())
    assert (len(steps), since) == (4, "")


def test_a_day_limit_takes_the_segments_that_reach_into_it() -> None:
    steps, since = wanted_segments(segments_newest_first(SNAPSHOT), reach=Reach(since="2026-03-15"), done=frozenset())
    assert (starts(steps), since) == (["2026-04-01", "2026-03-01"], "2026-03-01")


def test_a_size_limit_takes_the_newest_segment_whatever_its_size() -> None:
    newest = wanted_segments(segments_newest_first(SNAPSHOT), reach=Reach(max_raw_bytes=10), done=frozenset())
    assert (starts(newest[0]), newest[1]) == (["2026-04-01"], "2026-04-01")
    two = wanted_segments(segments_newest_first(SNAPSHOT), reach=Reach(max_raw_bytes=250), done=frozenset())
    assert (starts(two[0]), two[1]) == (["2026-04-01", "2026-03-01"], "2026-03-01")


def test_finished_segments_are_not_fetched_again() -> None:
    done = frozenset({SNAPSHOT.segments[3].raw_sha256})
    steps, since = wanted_segments(segments_newest_first(SNAPSHOT), reach=Reach(), done=done)
    assert (starts(steps), since) == (["2026-03-01", "2026-02-01", ""], "")


def test_widening_takes_only_what_lies_below() -> None:
    steps, since = wanted_segments(
        segments_newest_first(SNAPSHOT), reach=Reach(), done=frozenset(), below=("2026-03-01", "")
    )
    assert (starts(steps), since) == (["2026-02-01", ""], "")


def test_a_segment_may_be_carried_plain() -> None:
    ref = segment("2026-02-01")
    assert carried(ref, lambda path: True) == f"bundles/{ref.sha256}.jsonl.zst"
    assert carried(ref, lambda path: path.endswith(".jsonl")) == f"bundles/{ref.raw_sha256}.jsonl"
    assert carried(ref, lambda path: False) is None
