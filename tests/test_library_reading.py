"""Lists, articles and exact lines."""

import pytest

from shelf import FINGERPRINT, OTHER, PUBLICATION, accepted, apply, article, bundle, retraction, shelf
from tamizdat.errors import NoSuchArticle
from tamizdat.format.article import encode_record
from tamizdat.library import Library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    with shelf(tmp_path_factory.mktemp("reading") / "library.db") as library:
        apply(
            library,
            article("b", day=2, section="City", tags=["river", "bridge"]),
            article("a", day=2, section="Court"),
            article("c", day=1, tags=["river"]),
            retraction("gone", 4, "It was wrong."),
        )
        apply(library, article("b", 2, day=2, section="City", tags=["bridge", "river"]), to=2)
        apply(library, article("ж", edition="ru", day=3), edition="ru")
        library.accept(accepted(publication=OTHER), fingerprint=FINGERPRINT)
        library.apply_delta(bundle("delta", [article("c", day=5, section="City")], publication=OTHER), to=1)
        library.save("a")
        yield library


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["c", "ж", "a", "b", "c"]),
        ({"publication": PUBLICATION}, ["ж", "a", "b", "c"]),
        ({"publication": PUBLICATION, "edition": "en"}, ["a", "b", "c"]),
        ({"edition": "ru"}, ["ж"]),
        ({"section": "City"}, ["c", "b"]),
        ({"tag": "river"}, ["b", "c"]),
        ({"tag": "riv"}, []),
        ({"since": "2026-11-02T06:00:00Z"}, ["c", "ж", "a", "b"]),
        ({"until": "2026-11-02T06:00:00Z"}, ["c"]),
        ({"saved": True}, ["a"]),
        ({"limit": 2}, ["c", "ж"]),
        ({"limit": 2, "offset": 3}, ["b", "c"]),
    ],
    ids=str,
)
def test_articles_are_listed_newest_first_and_by_choice(library: Library, filters: dict, expected: list[str]):
    assert [summary.key for summary in library.articles(**filters)] == expected


def test_a_list_shows_what_an_article_is_about(library: Library):
    found = next(summary for summary in library.articles(publication=PUBLICATION) if summary.key == "b")
    assert (found.publication, found.edition, found.revision, found.title) == (PUBLICATION, "en", 2, "Title of b")
    assert (found.section, found.tags, found.saved) == ("City", ("bridge", "river"), False)


def test_an_article_comes_whole_with_its_exact_line_and_earlier_revisions(library: Library):
    found = library.article("b")
    assert found.article == article("b", 2, day=2, section="City", tags=["bridge", "river"])
    assert found.line == encode_record(found.article)
    assert [earlier.revision for earlier in found.revisions] == [1]


def test_where_two_publications_have_a_key_the_first_added_answers_unless_asked_otherwise(library: Library):
    assert library.article("c").publication == PUBLICATION
    assert library.article("c", publication=OTHER).publication == OTHER
    with pytest.raises(NoSuchArticle):
        library.article("c", edition="ru")


def test_what_is_left_of_a_retracted_article_is_its_notice(library: Library):
    found = library.retraction("gone")
    assert found is not None
    assert found.retraction == retraction("gone", 4, "It was wrong.")
    assert library.retraction("a") is None


def test_lines_come_in_the_order_of_keys_as_their_bytes_sort(library: Library):
    lines = list(library.records(PUBLICATION, "en"))
    assert [line.split(b'"key":"')[1][:1] for line in lines] == [b"a", b"b", b"c", b"g"]
    assert [line.split(b'"revision":')[1][:1] for line in library.superseded(PUBLICATION, "en")] == [b"1"]
    assert list(library.records(OTHER, "ru")) == []


def test_a_prefix_is_of_the_newest_lines_and_those_at_further_places(library: Library):
    newest_first = [library.article(key, publication=PUBLICATION).line + b"\n" for key in "abc"]
    a, b, c = newest_first
    assert library.prefix(PUBLICATION, "en", newest=len(a + b)) == b + a
    assert library.prefix(PUBLICATION, "en", newest=len(a + b) - 1) == a
    assert library.prefix(PUBLICATION, "en", newest=len(a), also=[2, 1]) == a + c + b
    assert library.prefix(PUBLICATION, "en", newest=len(a), also=[3]) == b""
    assert library.prefix(PUBLICATION, "en", newest=0) == b""


def test_the_figures_of_an_edition(library: Library):
    assert library.holding(PUBLICATION, "en") == (3, 1, 1)
    assert library.holding(PUBLICATION, "kk") == (0, 0, 0)


def test_an_article_list_of_many_reads_an_index_and_not_every_row(library: Library):
    plan = library.db.execute(
        "EXPLAIN QUERY PLAN SELECT key FROM articles WHERE publication = 1 AND edition = 'en'"
        " ORDER BY published DESC, key"
    ).fetchall()
    assert [row[3] for row in plan] == [
        "SEARCH articles USING COVERING INDEX articles_edition (publication=? AND edition=?)"
    ]
