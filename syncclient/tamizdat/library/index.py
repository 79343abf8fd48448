"""The full-text index of `articles`: kept in step by hand and without triggers.

Its content is the view `articles_folded`, which replaces what SQLite's tokenizer doesn't fold. What goes in is folded
here, since the view takes half as long again; what goes out must be the very same, and comes from the view.
"""

from collections.abc import Iterable
from sqlite3 import Connection
from typing import Final

from tamizdat.format.words import index_text
from tamizdat.library.store import Row

_COLUMNS: Final = "title, byline, summary, text"
_INSERT: Final = f"INSERT INTO articles_fts (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
_DELETE: Final = (
    f"INSERT INTO articles_fts (articles_fts, rowid, {_COLUMNS})"  # noqa: S608
    f" SELECT 'delete', id, {_COLUMNS} FROM articles_folded WHERE id = ?"
)


def add(db: Connection, rows: Iterable[Row]) -> None:
    """Index articles: their number, title, byline, summary and text."""
    db.executemany(_INSERT, ((number, *map(index_text, columns)) for number, *columns in rows))


def remove(db: Connection, numbers: Iterable[int]) -> None:
    """Take articles out of the index. Their rows must still be what was indexed."""
    db.executemany(_DELETE, ((number,) for number in numbers))


def optimize(db: Connection) -> None:
    """Write the index anew, without anything that was taken out of it."""
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
