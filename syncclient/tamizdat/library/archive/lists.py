"""Lists, newest first, a page at a time. A page begins behind an article, not at a number: deep ones cost no more."""

import json
from collections.abc import Iterable
from sqlite3 import Connection
from typing import Any, Final

from tamizdat.library.archive.values import (
    Articles,
    Cursor,
    Item,
    NewCorrection,
    Picture,
    Retracted,
    Retractions,
    Scope,
)

RARE: Final = 2_000
"""A tag of at most so many articles is looked up and sorted; one of more is met often enough on the way."""

_ITEM: Final = """
    a.edition, a.key, a.revision, a.title, a.byline, a.place, a.section, a.summary, a.published, a.updated,
    EXISTS (SELECT 1 FROM corrections WHERE article = a.id),
    (SELECT json_array(i.sha256, i.width, i.height, i.alt) FROM images i JOIN media USING (sha256)
     WHERE i.article = a.id ORDER BY i.role, i.position LIMIT 1)
"""
_FAR: Final = Cursor("9999", "")


def page(
    db: Connection, publication: int, scope: Scope, *, after: Cursor | None = None, before: Cursor | None = None,
    limit: int,
) -> Articles:  # fmt: skip
    """At most `limit` articles of a list: those behind `after`, those ahead of `before`, or the newest."""
    backwards = before is not None
    source, values = _source(db, scope)
    cursor = (before if backwards else after) or _FAR
    rows: list[Any] = []
    for edition in scope.editions:
        sql = f"SELECT {_ITEM} {source} {_BACKWARDS if backwards else _FORWARDS}"
        where = (publication, edition, *values, cursor.published, cursor.published, cursor.key, limit + 1)
        rows += db.execute(sql, where).fetchall()
    items = newest_first(_item(row) for row in rows)
    kept = items[-limit:] if backwards else items[:limit]
    more = len(items) > len(kept)
    return Articles(
        kept,
        newer=_cursor(kept[:1]) if (more if backwards else after) else None,
        older=_cursor(kept[-1:]) if (backwards or more) else None,
    )


_FORWARDS: Final = " AND a.published <= ? AND (a.published < ? OR a.key > ?) ORDER BY a.published DESC, a.key LIMIT ?"
_BACKWARDS: Final = " AND a.published >= ? AND (a.published > ? OR a.key < ?) ORDER BY a.published, a.key DESC LIMIT ?"


def newest_first(items: Iterable[Item]) -> list[Item]:
    """In the order of every list: by time of publication, newest first, then by key."""
    return sorted(sorted(items, key=lambda item: item.key), key=lambda item: item.published, reverse=True)


def _source(db: Connection, scope: Scope) -> tuple[str, list[str]]:
    """FROM and WHERE of a list, with the values that follow publication and edition."""
    tables, where, values = "articles a", "a.publication = ? AND a.edition = ?", list[str]()
    if scope.tag and _is_rare(db, scope.tag):
        tables = "tags t CROSS JOIN articles a ON a.id = t.article"
        where += " AND t.tag = ?"
        values.append(scope.tag)
    elif scope.tag:
        tables = "articles a INDEXED BY articles_edition"
        where += " AND EXISTS (SELECT 1 FROM tags WHERE article = a.id AND tag = ?)"
        values.append(scope.tag)
    if scope.section:
        where += " AND a.section = ?"
        values.append(scope.section)
    if scope.year:
        where += " AND a.published >= ? AND a.published < ?"
        values += [scope.year, f"{scope.year}~"]
    return f"FROM {tables} WHERE {where}", values


def _is_rare(db: Connection, tag: str) -> bool:
    row = db.execute("SELECT count(*) FROM (SELECT 1 FROM tags WHERE tag = ? LIMIT ?)", (tag, RARE + 1)).fetchone()
    return row[0] <= RARE


def _item(row: Any) -> Item:
    picture = Picture(*json.loads(row[11])) if row[11] else None
    return Item(*row[:10], corrected=bool(row[10]), picture=picture)


def _cursor(items: list[Item]) -> Cursor | None:
    return Cursor(items[0].published, items[0].key) if items else None


def retractions(
    db: Connection, publication: int, *, edition: str = "", after: Cursor | None = None, limit: int
) -> Retractions:
    """At most `limit` retractions, newest first, of an edition or of all; those behind `after`."""
    cursor = after or _FAR
    rows = db.execute(
        "SELECT edition, key, at, notice FROM retractions WHERE publication = ? AND ? IN ('', edition)"
        " AND at <= ? AND (at < ? OR key > ?) ORDER BY at DESC, key LIMIT ?",
        (publication, edition, cursor.published, cursor.published, cursor.key, limit + 1),
    ).fetchall()
    items = [Retracted(*row) for row in rows[:limit]]
    return Retractions(items, older=Cursor(items[-1].at, items[-1].key) if len(rows) > limit else None)


def corrections(db: Connection, publication: int, *, limit: int) -> list[NewCorrection]:
    """The newest corrections with the articles that carry them."""
    rows = db.execute(
        "SELECT a.edition, a.key, a.title, c.revision, c.at, c.note FROM corrections c"
        " CROSS JOIN articles a ON a.id = c.article WHERE a.publication = ? ORDER BY c.at DESC LIMIT ?",
        (publication, limit),
    )
    return [NewCorrection(*row) for row in rows]
