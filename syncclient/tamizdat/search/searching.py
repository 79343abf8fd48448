"""Searching a library: the one way in for the command, the read API and Datasette's pages. docs/format.md 14."""

import json
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from tamizdat.errors import LibraryError
from tamizdat.format.words import words
from tamizdat.search.index import Index
from tamizdat.search.matching import Matching
from tamizdat.search.query import Query, parse
from tamizdat.search.ranking import COLUMNS, Rank, rank
from tamizdat.search.scope import Scope
from tamizdat.search.snippets import snippet
from tamizdat.search.widening import language_of

_BYLINE: Final = COLUMNS.index("byline")
_TAGGED: Final = "SELECT article FROM tags WHERE tag IN (SELECT value FROM json_each(?))"
_ARTICLES: Final = """
    SELECT a.id, p.identity, a.edition, a.key, a.revision, a.title, a.byline, a.place, a.section, a.summary,
           a.published, a.updated, (SELECT json_group_array(tag) FROM tags WHERE article = a.id), a.text
    FROM json_each(?) AS n JOIN articles a ON a.id = n.value JOIN publications p ON p.id = a.publication
"""


class Hit(msgspec.Struct, frozen=True):
    """An article that a search found. `rank`: the smaller, the better; docs/format.md 14.6 says what it is made of.

    `snippet`: where the words stand in the text.
    """

    publication: str
    edition: str
    key: str
    revision: int
    title: str
    byline: str
    place: str
    section: str
    summary: str
    published: str
    updated: str
    tags: list[str]
    rank: tuple[int, int, int, int]
    snippet: str


def search(
    db: sqlite3.Connection,
    words: str,
    *,
    publication: str | None = None,
    edition: str | None = None,
    limit: int = 20,
    offset: int = 0,
    marks: tuple[str, str] = ("", ""),
) -> list[Hit]:
    """Articles that have what is asked for, best first. Any text is a query; docs/format.md 14.2 has its signs.

    `db` is a library's connection. `marks` go around the words in the snippet, which is plain text otherwise: escape it
    before it becomes HTML. Raises: LibraryError.
    """
    with _named_errors():
        found = _Search(db, parse(words), publication or "", edition or "")
        return list(found.hits(limit, offset, marks))


def find(
    db: sqlite3.Connection, words: str, *, publication: str | None = None, edition: str | None = None
) -> list[int]:
    """The numbers (`articles.id`) of all that `search` would find, in its order. Raises: LibraryError."""
    with _named_errors():
        return list(_Search(db, parse(words), publication or "", edition or "").found)


@contextmanager
def _named_errors() -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LibraryError(f"the library can't be searched: {error}") from error


class _Search:
    """One query to one library."""

    def __init__(self, db: sqlite3.Connection, query: Query, publication: str, edition: str) -> None:
        self._db, self._query = db, query
        self._scope = Scope(db, publication=publication, edition=edition, since=query.since, until=query.until)
        self._matching = Matching(Index(db), self._scope)
        ranked = self._ranked() if query else {}
        self.found = dict(sorted(ranked.items(), key=lambda each: (each[1], self._place(each[0]))))
        """What is found: by number, its rank; the best first."""

    def hits(self, limit: int, offset: int, marks: tuple[str, str]) -> Iterator[Hit]:
        """A page of what is found."""
        page = list(self.found)[offset : offset + limit]
        rows = {row[0]: row[1:] for row in self._db.execute(_ARTICLES, (json.dumps(page),))}
        return (self._hit(rows[number], self.found[number], marks) for number in page if number in rows)

    def _place(self, number: int) -> tuple[str, str, str]:
        """What settles the order of articles of the same rank."""
        known = self._scope.of([number])[number]
        return known.identity, known.edition, known.key

    def _ranked(self) -> dict[int, Rank]:
        """What is found, by number."""
        query, matching = self._query, self._matching
        matches = [matching.matches(item) for item in query.items]
        authors = [matching.matches(item, columns=[_BYLINE]) for item in query.authors]
        asked: list[set[int]] = [set(each) for each in (*matches, *authors, *map(self._tagged, query.tags))]
        left = asked[0].intersection(*asked[1:]) if asked else set(self._scope.all())
        for item in query.without:
            left -= set(matching.matches(item, strict=True))
        for item in query.without_authors:
            left -= set(matching.matches(item, columns=[_BYLINE], strict=True))
        for tag in query.without_tags:
            left -= self._tagged(tag)
        known, items = self._scope.of(left), [*matches, *authors]
        return {n: rank((each[n] for each in items), known[n].published) for n in left if n in known}

    def _tagged(self, tag: tuple[str, ...]) -> set[int]:
        """The articles with a tag of these words."""
        tags = [name for (name,) in self._db.execute("SELECT DISTINCT tag FROM tags") if tuple(words(name)) == tag]
        return {number for (number,) in self._db.execute(_TAGGED, (json.dumps(tags),))}

    def _hit(self, row: Sequence[Any], ranked: Rank, marks: tuple[str, str]) -> Hit:
        *plain, tags, text = row
        edition, summary = plain[1], plain[8]
        shown = snippet([text, summary], self._sought(edition), marks)
        values = [*plain, msgspec.json.decode(tags), tuple(ranked), shown]
        return msgspec.convert(dict(zip(Hit.__struct_fields__, values, strict=True)), Hit)

    def _sought(self, edition: str) -> dict[tuple[str, ...], int]:
        """The rows of words that are marked in articles of an edition."""
        language = language_of(edition)
        return {
            row: number for number, item in enumerate(self._query.items) for row in self._matching.tiers(item, language)
        }
