"""Applying bundles: what gives way to what."""

from pathlib import Path

import pytest

from shelf import (
    FINGERPRINT,
    PUBLICATION,
    accepted,
    apply,
    article,
    assert_sound,
    bundle,
    delta,
    keys,
    picture,
    retraction,
    shelf,
)
from tamizdat.errors import FormatError, LibraryError, NoSuchArticle
from tamizdat.format.article import Correction, Record
from tamizdat.format.names import sha256
from tamizdat.library import Applied, Library


@pytest.fixture
def library(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        yield library
        assert_sound(library)


def segment(library: Library, *records: Record, **options: int) -> Applied:
    return library.apply_segment(bundle("segment", records), start=("", ""), end=None, **options)


def revisions(library: Library, key: str) -> list[int]:
    return [earlier.revision for earlier in library.article(key).revisions]


# -- deltas ----------------------------------------------------------------------------------------------------------


def test_a_newer_revision_takes_the_place_of_the_held_one_which_becomes_an_earlier_one(library: Library):
    apply(library, article("one", 1, "first"))
    assert library.apply_delta(delta(article("one", 2, "second")), to=2) == Applied(revised=1)
    assert library.article("one").article.revision == 2
    assert revisions(library, "one") == [1]


@pytest.mark.parametrize("revision", [1, 2])
def test_a_revision_that_is_not_newer_changes_nothing(library: Library, revision: int):
    apply(library, article("one", 2, "held"))
    assert library.apply_delta(delta(article("one", revision, "offered")), to=2) == Applied()
    assert library.article("one").line == delta(article("one", 2, "held")).entries[0].line


def test_an_article_keeps_its_number_through_revision_retraction_and_return(library: Library):
    def number() -> int:
        return library.db.execute("SELECT id FROM records WHERE key = 'one'").fetchone()[0]

    apply(library, article("zero"), article("one"))
    before = number()
    for record in (article("one", 2), retraction("one", 3), article("one", 4, cleared=3)):
        apply(library, record)
        assert number() == before


def test_a_retraction_takes_the_article_and_all_its_revisions_and_stays_as_a_tombstone(library: Library):
    apply(library, article("one", 1, tags=["x"], corrections=[Correction(1, "2026-11-22T06:00:00Z", "note")]))
    apply(library, article("one", 2))
    assert library.apply_delta(delta(retraction("one", 3, "Not true.")), to=2) == Applied(retracted=1)
    with pytest.raises(NoSuchArticle):
        library.article("one")
    found = library.retraction("one")
    assert found is not None
    assert found.retraction.notice == "Not true."
    assert library.holding(PUBLICATION, "en") == (0, 1, 0)
    assert list(library.superseded(PUBLICATION, "en")) == []


def test_a_retraction_of_what_was_never_held_is_kept_and_bars_older_revisions(library: Library):
    apply(library, retraction("one", 3))
    apply(library, article("one", 2))
    assert keys(library) == []
    assert library.holding(PUBLICATION, "en").retractions == 1


def test_a_returned_article_comes_without_what_was_withdrawn(library: Library):
    apply(library, article("one", 1), article("two", 1))
    apply(library, article("two", 2))
    apply(library, retraction("one", 2))
    for key in ("one", "two"):  # "two" was retracted, too, but this reader didn't look in between
        apply(library, article(key, 4, cleared=3))
        assert revisions(library, key) == []
    apply(library, article("one", 5, cleared=3))
    assert revisions(library, "one") == [4]


def test_what_is_older_than_the_reader_keeps_is_left_out_but_retractions_and_held_keys_are_not(library: Library):
    since = "2026-11-10T00:00:00Z"
    apply(library, article("held", day=1))
    library.apply_delta(
        delta(article("old", day=9), article("new", day=10), article("held", 2, day=1), retraction("gone", 5)),
        to=2, since=since,
    )  # fmt: skip
    assert keys(library) == ["held", "new"]
    assert library.article("held").article.revision == 2
    assert library.retraction("gone") is not None


def test_the_edition_stands_where_the_delta_leads_to(library: Library):
    apply(library, article("one"), to=7)
    assert library.standing(PUBLICATION, "en").version == 7
    assert library.standing(PUBLICATION, "ru").version == 0


def test_applying_again_changes_nothing(library: Library):
    records = (article("one", 2), retraction("two", 2))
    apply(library, *records)
    before = list(library.records(PUBLICATION, "en"))
    assert library.apply_delta(delta(*records), to=1) == Applied()
    assert list(library.records(PUBLICATION, "en")) == before


# -- segments and tombstones -----------------------------------------------------------------------------------------


def test_a_segment_settles_its_range_whatever_the_revisions_are(library: Library):
    apply(
        library,
        article("same", 3),
        article("ahead", 9),
        article("behind", 1),
        article("gone", 1),
        retraction("back", 5),
    )
    applied = segment(library, article("same", 3), article("ahead", 4), article("behind", 2), article("back", 2))
    assert applied == Applied(added=1, revised=2, removed=1)
    assert keys(library) == ["ahead", "back", "behind", "same"]
    assert library.article("ahead").article.revision == 4
    assert revisions(library, "ahead") == []
    assert revisions(library, "behind") == [1]


def test_a_segment_leaves_alone_what_is_outside_its_range(library: Library):
    apply(library, article("before", day=1), article("inside", day=5), article("after", day=9))
    start, end = ("2026-11-05T06:00:00Z", ""), ("2026-11-09T06:00:00Z", "after")
    library.apply_segment(bundle("segment", [article("new", day=6)]), start=start, end=end)
    assert keys(library) == ["after", "before", "new"]


def test_a_segment_is_marked_as_done_until_the_snapshot_is_finished(library: Library):
    made = bundle("segment", [article("one")])
    library.apply_segment(made, start=("", ""), end=None)
    standing = library.standing(PUBLICATION, "en")
    assert (standing.version, standing.segments) == (0, {made.raw_sha256})
    library.finish_snapshot(PUBLICATION, "en", version=4, complete_since="2026-11-01T00:00:00Z")
    standing = library.standing(PUBLICATION, "en")
    assert (standing.version, standing.complete_since, standing.segments) == (4, "2026-11-01T00:00:00Z", frozenset())


def test_an_edition_that_stands_further_than_the_snapshot_steps_back_to_it(library: Library):
    apply(library, article("one", 2), to=9)
    segment(library, article("one", 1), version=7)
    assert library.standing(PUBLICATION, "en").version == 7
    apply(library, article("one", 2), to=9)
    assert library.article("one").article.revision == 2


def test_tombstones_settle_all_retractions_of_the_edition(library: Library):
    apply(library, retraction("kept", 2), retraction("gone", 2), article("article", 9), article("other", 1))
    made = [bundle("tombstones", [retraction("article", 3)]), bundle("tombstones", [retraction("kept", 2)])]
    assert library.apply_tombstones(PUBLICATION, "en", made) == Applied(retracted=1)
    assert keys(library) == ["other"]
    assert [library.retraction(key) is not None for key in ("article", "gone", "kept")] == [True, False, True]
    assert library.apply_tombstones(PUBLICATION, "en", []) == Applied()
    assert library.holding(PUBLICATION, "en").retractions == 0


def test_a_new_history_settles_from_segments_and_forgets_the_old_ones_hashes(library: Library):
    apply(library, article("one", 5), to=9)
    library.accept(accepted(2, restart=True), fingerprint=FINGERPRINT)
    assert library.standing(PUBLICATION, "en").version == 0
    held = library.held(PUBLICATION)
    assert held is not None
    assert list(held.catalogs) == [2]


# -- superseded records ----------------------------------------------------------------------------------------------


def test_superseded_records_are_kept_where_they_belong_to_a_held_article(library: Library):
    apply(library, article("one", 4, cleared=2), retraction("two", 5))
    offered = [article("one", revision) for revision in (1, 2, 3, 4)] + [article("two", 1), article("three", 1)]
    assert library.apply_revisions(bundle("revisions", offered), to=6) == Applied(revisions=1)
    assert revisions(library, "one") == [3]
    assert library.standing(PUBLICATION, "en").revisions == 6


def test_superseded_records_are_asked_for_again_once_more_articles_are_held(library: Library):
    library.finish_snapshot(PUBLICATION, "en", version=3, complete_since="2026-11-05T00:00:00Z")
    library.finish_revisions(PUBLICATION, "en", version=3)
    library.finish_snapshot(PUBLICATION, "en", version=3, complete_since="2026-11-09T00:00:00Z")
    assert library.standing(PUBLICATION, "en").revisions == 3
    library.finish_snapshot(PUBLICATION, "en", version=3, complete_since="")
    assert library.standing(PUBLICATION, "en").revisions == 0


# -- what is not applied ---------------------------------------------------------------------------------------------


def test_a_bundle_of_another_kind_is_refused_and_nothing_changes(library: Library):
    made = bundle("segment", [article("one")])
    for wrong in (
        lambda: library.apply_delta(made, to=1),
        lambda: library.apply_revisions(made, to=1),
        lambda: library.apply_tombstones(PUBLICATION, "en", [made]),
        lambda: library.apply_segment(delta(article("one")), start=("", ""), end=None),
        lambda: library.apply_segment(bundle("segment", [retraction("one")]), start=("", ""), end=None),
        lambda: library.apply_tombstones(PUBLICATION, "en", [bundle("tombstones", [article("one")])]),
        lambda: library.apply_segment(made, start=("2026-11-02T00:00:00Z", ""), end=None),
        lambda: library.apply_segment(made, start=("", ""), end=("2026-11-01T06:00:00Z", "one")),
    ):
        with pytest.raises(FormatError):
            wrong()
    assert list(library.records(PUBLICATION, "en")) == []
    assert library.standing(PUBLICATION, "en").segments == frozenset()


def test_a_bundle_of_an_unknown_publication_is_refused(library: Library):
    with pytest.raises(LibraryError):
        library.apply_delta(delta(article("one"), publication="1" * 64), to=1)


# -- counting before ---------------------------------------------------------------------------------------------------


def test_how_much_a_bundle_would_retract_is_known_before(library: Library):
    apply(library, *(article(f"key-{n}", 2) for n in range(5)))
    offered = [retraction("key-0", 3), retraction("key-1", 2), retraction("unknown", 2), article("key-2", 3)]
    assert library.retractions_in(delta(*offered)) == (1, 5)
    assert library.retractions_in(bundle("tombstones", [retraction("key-0", 1)])) == (1, 5)
    made = bundle("segment", [article("key-3"), article("key-4")])
    assert library.retractions_in(made) == (3, 5)
    assert library.retractions_in(made, start=("2026-11-02T00:00:00Z", "")) == (0, 5)
    assert len(keys(library)) == 5


# -- pictures --------------------------------------------------------------------------------------------------------


def test_a_picture_leaves_with_the_last_article_that_shows_it(library: Library):
    data, shared = b"one picture", b"another"
    apply(library, article("one", image=picture(data)), article("two", image=picture(shared)))
    apply(library, article("one", 2, image=picture(data), body=[]), article("three", image=picture(shared)))
    library.add_media(PUBLICATION, "en", [(f"media/{sha256(d)}.webp", d) for d in (data, shared)], role="preview", to=1)
    apply(library, retraction("one", 3), retraction("two", 2))
    assert library.media(sha256(data)) is None
    assert library.media(sha256(shared)) == ("image/webp", shared)
    apply(library, article("three", 2))
    assert library.media(sha256(shared)) is None
