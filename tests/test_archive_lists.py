"""The read model: lists in order, a page at a time, whole in both directions, and by an index however long they are."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelf import PUBLICATION, article, bundle, retraction, shelf
from tamizdat.library import Library, archive
from tamizdat.library.archive import Articles, Cursor, Scope, lists

EDITIONS = ("en", "ru")
Turn = Callable[..., Articles]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    """Sixty articles of two editions, many of the same minute; three sections, tags of all frequencies, two years."""
    chance = random.Random(7)
    with shelf(tmp_path_factory.mktemp("lists") / "library.db") as made:
        for edition in EDITIONS:
            written = [
                article(
                    f"{edition}-{n:02}", edition=edition, day=1, section=f"S{n % 3}", tags=["all", f"t{n % 7}"],
                    published=f"{2025 + n % 2}-0{1 + chance.randrange(4)}-01T06:00:00Z",
                )
                for n in range(30)
            ]  # fmt: skip
            gone = [retraction(f"{edition}-gone-{n}", edition=edition) for n in range(5)]
            made.apply_delta(bundle("delta", [*written, *gone], edition=edition), to=1)
        yield made


def number_of(library: Library) -> int:
    return archive.papers(library.db)[0].id


def turn(library: Library, scope: Scope, **place: Any) -> Articles:
    return archive.page(library.db, number_of(library), scope, **place)


def whole(library: Library, scope: Scope) -> list[str]:
    return [item.key for item in turn(library, scope, limit=1000).items]


scopes = st.builds(
    Scope,
    st.sampled_from([("en",), ("ru",), EDITIONS]),
    section=st.sampled_from(["", "S1"]),
    tag=st.sampled_from(["", "all", "t3"]),
    year=st.sampled_from(["", "2025"]),
)


@settings(max_examples=40, deadline=None)
@given(scope=scopes, limit=st.integers(1, 9), rare=st.sampled_from([0, lists.RARE]))
def test_turning_pages_shows_every_article_once_in_both_directions(
    library: Library, scope: Scope, limit: int, rare: int
):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "RARE", rare)
        expected = whole(library, scope)
        shown, pages, after = [], [], None
        while True:
            page = turn(library, scope, after=after, limit=limit)
            pages.append([item.key for item in page.items])
            shown += pages[-1]
            if page.older is None:
                break
            after = page.older
        assert shown == expected
        while page.newer is not None:
            page = turn(library, scope, before=page.newer, limit=limit)
            assert [item.key for item in page.items] == shown[: len(shown) - len(pages[-1])][-limit:]
            shown = shown[: len(shown) - len(pages.pop())]


def test_the_newest_come_first_and_those_of_one_minute_by_key(library: Library):
    items = turn(library, Scope(EDITIONS), limit=1000).items
    places = [(item.published, item.key) for item in items]
    assert places == sorted(sorted(places, key=lambda p: p[1]), key=lambda p: p[0], reverse=True)
    assert len(places) == 60


@pytest.mark.parametrize("place", [("", ""), ("9999", "x"), ("nonsense", "\0"), ("2025-01-01T06:00:00Z", "")])
def test_any_place_is_somewhere_in_the_list(library: Library, place: tuple[str, str]):
    for name in ("after", "before"):
        page = turn(library, Scope(EDITIONS), **{name: Cursor(*place)}, limit=5)
        assert len(page.items) <= 5


def test_counts_are_those_of_the_lists(library: Library):
    number = number_of(library)
    for edition in EDITIONS:
        counts = archive.counts(library.db, number, edition)
        assert (counts.articles, counts.retractions) == (30, 5)
        assert dict(counts.tags)["all"] == 30
        for kind, entries in (("section", counts.sections), ("tag", counts.tags), ("year", counts.years)):
            for name, count in entries:
                assert len(whole(library, Scope((edition,), **{kind: name}))) == count
        assert [year for year, _ in counts.years] == ["2026", "2025"]


def test_retractions_are_turned_page_by_page(library: Library):
    number, seen, after = number_of(library), [], None
    while True:
        page = archive.retractions(library.db, number, after=after, limit=3)
        seen += [item.key for item in page.items]
        if page.older is None:
            break
        after = page.older
    assert len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize(
    "scope",
    [Scope(("en",)), Scope(("en",), section="S1"), Scope(("en",), year="2025"), Scope(("en",), tag="all")],
    ids=["edition", "section", "year", "tag"],
)
def test_a_page_is_found_by_an_index_and_needs_no_sorting(
    library: Library, scope: Scope, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lists, "RARE", 0)  # as if the tag were a common one
    asked: list[str] = []
    library.db.set_trace_callback(asked.append)
    turn(library, scope, after=Cursor("2025-03-01T06:00:00Z", "en-05"), limit=5)
    library.db.set_trace_callback(None)
    (listing,) = [sql for sql in asked if "ORDER BY a.published" in sql]
    plan = [step[3] for step in library.db.execute(f"EXPLAIN QUERY PLAN {listing}")]
    assert not [step for step in plan if step.startswith("SCAN")], plan
    # Ordering the one picture of a story is the only sorting.
    assert sum("TEMP B-TREE" in step for step in plan) <= 1, plan


def test_the_state_changes_with_everything_that_pages_show(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        states = [archive.state(library.db)]
        library.apply_segment(bundle("segment", [article("one")]), start=("", ""), end=None, version=1)
        states.append(archive.state(library.db))
        library.finish_snapshot(PUBLICATION, "en", version=1, complete_since="")
        states.append(archive.state(library.db))
        library.apply_delta(bundle("delta", [article("one", 2)], span=(1, 2)), to=2)
        states.append(archive.state(library.db))
        library.apply_revisions(bundle("revisions", [article("one", 1)]), to=2, taken="5" * 64)
        states.append(archive.state(library.db))
        library.add_media(PUBLICATION, "en", [], role="preview", to=2)
        states.append(archive.state(library.db))
        library.trim(PUBLICATION, "en", since="2026-11-02T00:00:00Z")
        states.append(archive.state(library.db))
        assert len(set(states)) == len(states)
        assert archive.state(library.db) == states[-1]
