"""Searching a library: any input is a query."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelf import FINGERPRINT, OTHER, PUBLICATION, accepted, apply, article, bundle, retraction, shelf
from tamizdat.errors import LibraryError
from tamizdat.library import Library
from tamizdat.search import Hit, search

BRIDGE = "The old bridge over the Irtysh was closed on Monday, " + "and the ferry was full. " * 60 + "Repairs go on."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    with shelf(tmp_path_factory.mktemp("search") / "library.db") as library:
        apply(
            library,
            article("bridge", text=BRIDGE, title="Traffic", tags=["city", "river"]),
            article("title", text="Nothing else.", title="The bridge"),
            article("other", text="Café closed; well-known owners say so."),
            article("gone", text="A bridge too far."),
        )
        apply(library, article("other", 2, text="Café reopened; well-known owners say so."), to=2)
        apply(library, retraction("gone"), to=3)
        apply(library, article("ru", edition="ru", text="Старый мост через Иртыш", title="Мост"), edition="ru")
        library.accept(accepted(publication=OTHER), fingerprint=FINGERPRINT)
        library.apply_delta(bundle("delta", [article("far", text="A bridge elsewhere.")], publication=OTHER), to=1)
        yield library


def found(library: Library, words: str, **options: object) -> list[str]:
    return [hit.key for hit in search(library.db, words, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("BRIDGE", {"bridge", "title", "far"}),
        ("bridge irtysh", {"bridge"}),
        ("irtysh bridge", {"bridge"}),
        ('"bridge over"', {"bridge"}),
        ('"over bridge"', set()),
        ("мост", {"ru"}),
        ("ИРТЫШ", {"ru"}),
        ("cafe", {"other"}),
        ("cafe\u0301", {"other"}),
        ("well-known", {"other"}),
        ("known-well", set()),
        ("reopened", {"other"}),
        ("Title of other", {"other"}),
        ("bridge zeppelin", set()),
    ],
)
def test_all_words_must_be_there_in_any_case_and_order(library: Library, words: str, expected: set[str]):
    assert set(found(library, words)) == expected


@pytest.mark.parametrize("words", ["far", "closed owners"])
def test_what_was_retracted_or_superseded_is_not_found(library: Library, words: str):
    assert found(library, words, publication=PUBLICATION) == []


def test_a_word_of_the_title_says_more_than_one_of_the_text(library: Library):
    assert found(library, "bridge", publication=PUBLICATION) == ["title", "bridge"]


def test_search_keeps_to_a_publication_an_edition_and_a_page(library: Library):
    assert found(library, "bridge", publication=OTHER) == ["far"]
    assert found(library, "bridge", edition="ru") == []
    everything = found(library, "bridge")
    assert [found(library, "bridge", limit=1, offset=n) for n in range(4)] == [*([key] for key in everything), []]


def test_a_hit_shows_where_the_words_stand(library: Library):
    hit = search(library.db, "irtysh repairs", marks=("<", ">"))[0]
    assert isinstance(hit, Hit)
    assert (hit.publication, hit.edition, hit.title, hit.tags) == (PUBLICATION, "en", "Traffic", ["city", "river"])
    assert hit.rank == (0, 6, -2, -20261101060000)
    assert "<Irtysh>" in hit.snippet or "<Repairs>" in hit.snippet
    assert len(hit.snippet) < 200
    assert "<" not in search(library.db, "irtysh")[0].snippet


SYNTAX = ["", " ", '"', '""', "*", "a*", "NOT", "AND OR", "NEAR(a b)", "title:bridge", "(", "^a", "a + b", "-"]
UNPRINTABLE = ["\0", "a\0b", "\ud800", "_", "🌉"]


@pytest.mark.parametrize("words", [*SYNTAX, *UNPRINTABLE], ids=ascii)
def test_no_input_is_a_syntax_error(library: Library, words: str):
    search(library.db, words)


@given(words=st.text(max_size=60))
def test_no_input_whatever_is_a_syntax_error(library: Library, words: str):
    search(library.db, words)


def test_words_of_the_query_language_are_just_words(library: Library):
    assert found(library, "NOT zeppelin") == []
    assert found(library, "bridge OR zeppelin") == []


def test_a_very_long_query_is_cut(library: Library):
    assert found(library, "bridge " * 10_000, publication=OTHER) == ["far"]


def test_a_library_without_its_index_is_a_library_error(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, article("one"))
        library.db.execute("DROP TABLE articles_fts")
        with pytest.raises(LibraryError):
            search(library.db, "bridge")
