"""One article, what hangs on it, and what is left of it after a retraction."""

from sqlite3 import Connection
from typing import Any

from tamizdat.format.article import Article, Retraction, decode_record, images_of
from tamizdat.library.archive.lists import page
from tamizdat.library.archive.values import (
    Cursor,
    EarlierRevision,
    Found,
    Held,
    Item,
    Scope,
    Translation,
)


def article(db: Connection, publication: int, key: str) -> Found | Held | None:
    """The article of this key, or what is left of it; None where nothing of it is held."""
    row: tuple[Any, ...] | None = db.execute(
        "SELECT r.id, CAST(r.line AS BLOB) FROM editions e JOIN records r"
        " ON r.publication = e.publication AND r.edition = e.edition AND r.key = ?"
        " WHERE e.publication = ? ORDER BY r.type, e.edition LIMIT 1",
        (key, publication),
    ).fetchone()
    if row is None:
        return None
    number, line = row
    record = decode_record(line).record
    if isinstance(record, Retraction):
        return Held(record, line)
    return Found(
        id=number,
        article=record,
        line=line,
        held=_held_pictures(db, record),
        earlier=_earlier(db, number),
        translations=_translations(db, publication, record),
    )


def revision(db: Connection, found: Found, number: int) -> Found | None:
    """The article as it was at an earlier revision, or as it is; None where that isn't held."""
    if number == found.article.revision:
        return found
    row = db.execute(
        "SELECT CAST(line AS BLOB) FROM revisions WHERE article = ? AND revision = ?", (found.id, number)
    ).fetchone()
    if row is None:
        return None
    record = decode_record(row[0]).record
    assert isinstance(record, Article)
    return Found(found.id, record, row[0], _held_pictures(db, record), found.earlier, found.translations)


def neighbours(db: Connection, publication: int, article: Article) -> tuple[Item | None, Item | None]:
    """The articles of the same edition that came just before this one and just after it."""
    scope, here = Scope((article.edition,)), Cursor(article.published, article.key)
    earlier = page(db, publication, scope, after=here, limit=1).items
    later = page(db, publication, scope, before=here, limit=1).items
    return next(iter(earlier), None), next(iter(later), None)


def picture(db: Connection, digest: str) -> tuple[str, bytes] | None:
    """Type and bytes of a picture's file."""
    return db.execute("SELECT type, data FROM media WHERE sha256 = ?", (digest,)).fetchone()


def _held_pictures(db: Connection, article: Article) -> frozenset[str]:
    digests = {file.sha256 for image in images_of(article) for file in image.variants}
    return frozenset(d for d in digests if db.execute("SELECT 1 FROM media WHERE sha256 = ?", (d,)).fetchone())


def _earlier(db: Connection, number: int) -> list[EarlierRevision]:
    sql = "SELECT revision, title, updated FROM revisions WHERE article = ? ORDER BY revision DESC"
    return [EarlierRevision(*row) for row in db.execute(sql, (number,))]


def _translations(db: Connection, publication: int, article: Article) -> list[Translation]:
    if not article.translation_group:
        return []
    rows = db.execute(
        "SELECT edition, key, title FROM articles WHERE translation_group = ? AND publication = ?"
        " AND (edition, key) <> (?, ?) ORDER BY edition, key",
        (article.translation_group, publication, article.edition, article.key),
    )
    return [Translation(*row) for row in rows]
