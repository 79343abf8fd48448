"""Full-text search over a library: any input is a query, the best match comes first."""

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tamizdat.errors import LibraryError

_PIECE: Final = re.compile(r'"([^"]+)"|(\S+)')
_PIECES_AT_MOST: Final = 32
_SNIPPET_TOKENS: Final = 24
# Title, byline, summary, text: a word of the title says most of what an article is about.
_WEIGHTS: Final = "bm25(8.0, 4.0, 3.0, 1.0)"

_QUERY: Final = """
    SELECT p.identity, a.edition, a.key, a.revision, a.title, a.byline, a.place, a.section, a.summary, a.published,
           a.updated, (SELECT json_group_array(tag) FROM tags WHERE article = a.id), articles_fts.rank,
           snippet(articles_fts, 3, ?, ?, '…', ?)
    FROM articles_fts JOIN articles a ON a.id = articles_fts.rowid JOIN publications p ON p.id = a.publication
    WHERE articles_fts MATCH ? AND articles_fts.rank MATCH ? AND ? IN ('', p.identity) AND ? IN ('', a.edition)
    ORDER BY articles_fts.rank LIMIT ? OFFSET ?
"""


class Hit(msgspec.Struct, frozen=True):
    """An article that a search found. `rank`: the smaller the better. `snippet`: where the words stand in the text."""

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
    rank: float
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
    """Articles with all of `words`, best first; what stands in double quotes is found as a phrase.

    `db` is a library's connection. `marks` go around the words in the snippet, which is plain text otherwise: escape it
    before it becomes HTML. Raises: LibraryError.
    """
    query = to_query(words)
    if not query:
        return []
    values = (*marks, _SNIPPET_TOKENS, query, _WEIGHTS, publication or "", edition or "", limit, offset)
    try:
        return [_hit(row) for row in db.execute(_QUERY, values)]
    except sqlite3.Error as error:
        raise LibraryError(f"the library can't be searched: {error}") from error


def to_query(words: str) -> str:
    """What FTS5 is asked: every word or phrase quoted, so that nothing is syntax; empty where there is no word."""
    # Neither a NUL nor half a surrogate pair can be handed to SQLite.
    text = unicodedata.normalize("NFC", words.encode("utf-8", "replace").decode("utf-8").replace("\0", " "))
    pieces = (phrase or word.replace('"', " ") for phrase, word in _PIECE.findall(text))
    told = [piece for piece in pieces if any(character.isalnum() for character in piece)]
    return " ".join(f'"{piece}"' for piece in told[:_PIECES_AT_MOST])


def _hit(row: Sequence[Any]) -> Hit:
    *plain, tags, rank, snippet = row
    values = [*plain, msgspec.json.decode(tags), rank, " ".join(snippet.split())]
    return msgspec.convert(dict(zip(Hit.__struct_fields__, values, strict=True)), Hit)
