"""What each version brought, as far as this library followed."""

from collections import defaultdict
from sqlite3 import Connection
from typing import Final

from tamizdat.library.archive.values import Change, Span, VersionLine

_SPAN: Final = """
    SELECT edition, from_version, to_version, s.kind, at, total(c.kind = 'added'), total(c.kind = 'revised'),
           total(c.kind = 'restored'), total(c.kind = 'retracted')
    FROM spans s LEFT JOIN changes c ON c.span = s.id
"""
_ORDER: Final = "CASE c.kind WHEN 'added' THEN 1 WHEN 'revised' THEN 2 WHEN 'restored' THEN 3 ELSE 4 END"


def versions(db: Connection, publication: int, *, before: int | None = None, limit: int) -> list[VersionLine]:
    """At most `limit` versions, newest first; those below `before`."""
    known = (
        "SELECT version FROM versions WHERE publication = ?1 UNION SELECT to_version FROM spans WHERE publication = ?1"
    )
    numbers = [
        number
        for (number,) in db.execute(
            f"SELECT version FROM ({known}) WHERE version < ?2 ORDER BY version DESC LIMIT ?3",  # noqa: S608
            (publication, 2**62 if before is None else before, limit),
        )
    ]
    if not numbers:
        return []
    reach = (publication, numbers[-1], numbers[0])
    published = dict(
        db.execute("SELECT version, published FROM versions WHERE publication = ? AND version BETWEEN ? AND ?", reach)
    )
    spans: dict[int, list[Span]] = defaultdict(list)
    where = "WHERE publication = ? AND to_version BETWEEN ? AND ? GROUP BY s.id ORDER BY to_version, edition"
    for row in db.execute(f"{_SPAN} {where}", reach):
        span = _span(row)
        spans[span.to_version].append(span)
    return [VersionLine(number, published.get(number, ""), spans[number]) for number in numbers]


def version(db: Connection, publication: int, number: int) -> VersionLine | None:
    """One version, with the spans that it ends or lies in; None where this library never met it."""
    row = db.execute(
        "SELECT published FROM versions WHERE publication = ? AND version = ?", (publication, number)
    ).fetchone()
    where = "WHERE publication = ? AND to_version >= ? AND from_version < ? GROUP BY s.id ORDER BY edition, to_version"
    spans = [_span(row) for row in db.execute(f"{_SPAN} {where}", (publication, number, number))]
    if row is None and not spans:
        return None
    return VersionLine(number, row[0] if row else "", spans)


def changes(db: Connection, publication: int, number: int, *, limit: int, offset: int = 0) -> list[Change]:
    """What the deltas that end at this version did, by kind, edition and key."""
    rows = db.execute(
        "SELECT c.kind, s.edition, c.key, c.revision, coalesce(a.title, '')"  # noqa: S608
        " FROM spans s JOIN changes c ON c.span = s.id"
        " LEFT JOIN records r ON r.publication = s.publication AND r.edition = s.edition AND r.key = c.key"
        " LEFT JOIN articles a ON a.id = r.id"
        f" WHERE s.publication = ? AND s.to_version = ? ORDER BY {_ORDER}, s.edition, c.key LIMIT ? OFFSET ?",
        (publication, number, limit, offset),
    )
    return [Change(*row) for row in rows]


def brought(db: Connection, publication: int, edition: str, key: str) -> list[tuple[int, str, int]]:
    """Which versions changed this article: (version, kind, revision), newest first."""
    return db.execute(
        "SELECT to_version, changes.kind, revision FROM changes JOIN spans ON spans.id = span"
        " WHERE key = ? AND publication = ? AND edition = ? ORDER BY to_version DESC LIMIT 50",
        (key, publication, edition),
    ).fetchall()


def _span(row: tuple[str, int, int, str, str, float, float, float, float]) -> Span:
    edition, start, end, kind, at, *numbers = row
    return Span(edition, start, end, kind, at, *(int(number) for number in numbers))
