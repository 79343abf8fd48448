"""What the reader keeps: saved articles, the newest days, so many bytes, pictures."""

from pathlib import Path

import pytest

from shelf import (
    FINGERPRINT,
    OTHER,
    PUBLICATION,
    accepted,
    apply,
    article,
    assert_sound,
    bundle,
    keys,
    picture,
    retraction,
    shelf,
)
from tamizdat.errors import HashMismatch, NoSuchArticle
from tamizdat.format.names import sha256
from tamizdat.library import Library


@pytest.fixture
def library(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, *(article(f"day-{day}", day=day, text=f"words of {day} " * 20) for day in range(1, 7)))
        yield library
        assert_sound(library)


# -- limits ----------------------------------------------------------------------------------------------------------


def test_what_is_older_than_the_limit_goes_and_the_edition_says_since_when_it_is_complete(library: Library):
    assert library.trim(PUBLICATION, "en", since="2026-11-04T06:00:00Z").removed == 3
    assert keys(library) == ["day-4", "day-5", "day-6"]
    assert library.standing(PUBLICATION, "en").complete_since == "2026-11-04T06:00:00Z"
    assert len(list(library.records(PUBLICATION, "en"))) == 3
    assert not library.needs_shrinking


def test_an_older_limit_does_not_make_the_edition_complete_again(library: Library):
    library.trim(PUBLICATION, "en", since="2026-11-04T06:00:00Z")
    library.trim(PUBLICATION, "en", since="2026-11-02T06:00:00Z")
    assert library.standing(PUBLICATION, "en").complete_since == "2026-11-04T06:00:00Z"


def test_the_newest_that_fit_stay(library: Library):
    size = len(library.article("day-6").line)
    library.trim(PUBLICATION, "en", max_bytes=2 * size + 10)
    assert keys(library) == ["day-5", "day-6"]
    assert library.standing(PUBLICATION, "en").complete_since == "2026-11-05T06:00:00Z"


def test_where_everything_fits_nothing_changes(library: Library):
    library.trim(PUBLICATION, "en", max_bytes=1_000_000)
    assert len(keys(library)) == 6
    assert library.standing(PUBLICATION, "en").complete_since == ""


def test_the_newest_stays_however_small_the_limit(library: Library):
    library.trim(PUBLICATION, "en", max_bytes=1)
    assert keys(library) == ["day-6"]


@pytest.mark.parametrize("fitting", range(1, 5))
def test_articles_of_one_time_stay_or_go_together(library: Library, fitting: int):
    apply(library, *(article(f"same-{n}", day=6, text="words of 6 " * 20) for n in range(3)))
    size = len(library.article("same-0").line)
    library.trim(PUBLICATION, "en", max_bytes=fitting * size + 20)
    since = library.standing(PUBLICATION, "en").complete_since
    assert keys(library) == ["day-6", "same-0", "same-1", "same-2"]
    assert since == "2026-11-06T06:00:00Z"


def test_pictures_count(library: Library):
    data = b"\0" * 5000
    apply(library, article("day-6", 2, day=6, image=picture(data)))
    library.add_media(PUBLICATION, "en", [(f"media/{sha256(data)}.webp", data)], role="preview", to=1)
    library.trim(PUBLICATION, "en", max_bytes=5000)
    assert keys(library) == ["day-6"]


def test_saved_articles_stay_whatever_the_limits_until_they_are_retracted(library: Library):
    library.save("day-1")
    library.trim(PUBLICATION, "en", since="2026-11-06T00:00:00Z")
    assert keys(library) == ["day-1", "day-6"]
    assert [summary.key for summary in library.articles(saved=True)] == ["day-1"]
    apply(library, retraction("day-1"))
    assert library.articles(saved=True) == []


def test_an_article_can_be_saved_twice_and_no_longer_saved_once(library: Library):
    library.save("day-1")
    library.save("day-1")
    assert library.article("day-1").saved
    library.unsave("day-1")
    assert not library.article("day-1").saved
    with pytest.raises(NoSuchArticle):
        library.unsave("day-1")
    with pytest.raises(NoSuchArticle):
        library.save("unknown")


def test_a_saved_article_that_moves_to_another_segment_stays_saved(library: Library):
    library.save("day-1")
    bounds = ("", ""), ("2026-11-02T00:00:00Z", "")
    library.apply_segment(bundle("segment", []), start=bounds[0], end=bounds[1])
    library.apply_segment(bundle("segment", [article("day-1", 2, day=9)]), start=("2026-11-09T00:00:00Z", ""), end=None)
    assert library.article("day-1").saved


def test_an_edition_no_longer_wanted_leaves_whole(library: Library):
    apply(library, article("ru", edition="ru"), retraction("gone", edition="ru"), edition="ru")
    library.save("ru")
    library.forget(PUBLICATION, "ru")
    assert list(library.records(PUBLICATION, "ru")) == []
    assert library.standing(PUBLICATION, "ru").version == 0
    assert len(keys(library)) == 6


# -- pictures --------------------------------------------------------------------------------------------------------


def test_only_pictures_that_a_held_article_shows_are_kept(library: Library):
    shown, unknown = b"shown", b"nobody shows it"
    apply(library, article("one", image=picture(shown)))
    assert library.wanted_media(PUBLICATION, "en", role="preview") == {sha256(shown)}
    assert library.wanted_media(PUBLICATION, "en", role="standard") == set()
    files = [(f"media/{sha256(data)}.webp", data) for data in (shown, unknown)]
    assert library.add_media(PUBLICATION, "en", files, role="preview", to=3) == 1
    assert library.wanted_media(PUBLICATION, "en", role="preview") == set()
    assert library.media(sha256(shown)) == ("image/webp", shown)
    assert library.media(sha256(unknown)) is None
    standing = library.standing(PUBLICATION, "en")
    assert (standing.previews, standing.standards) == (3, 0)


def test_a_picture_under_another_name_is_refused_and_none_of_its_bundle_is_kept(library: Library):
    good, bad = b"good", b"bad"
    apply(library, article("one", image=picture(good)))
    files = [(f"media/{sha256(good)}.webp", good), (f"media/{sha256(good)}.jpg", bad)]
    with pytest.raises(HashMismatch):
        library.add_media(PUBLICATION, "en", files, role="preview", to=3)
    assert library.media(sha256(good)) is None
    assert library.standing(PUBLICATION, "en").previews == 0


def test_a_picture_that_two_publications_show_stays_while_one_of_them_does(library: Library):
    data = b"shared"
    library.accept(accepted(publication=OTHER), fingerprint=FINGERPRINT)
    apply(library, article("one", image=picture(data)))
    made = bundle("delta", [article("one", image=picture(data))], publication=OTHER)
    library.apply_delta(made, to=1)
    library.add_media(PUBLICATION, "en", [(f"media/{sha256(data)}.webp", data)], role="preview", to=1)
    apply(library, retraction("one"))
    assert library.media(sha256(data)) is not None
