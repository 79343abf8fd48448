"""What an archive is of: publications, editions, and how their articles are spread."""

from sqlite3 import Connection
from typing import Any, Final

import msgspec

from tamizdat.format.names import sha256
from tamizdat.library.archive.values import Counts, HeldEdition, Paper

TAGS_AT_MOST: Final = 500

_EDITIONS: Final = """
    SELECT edition, title, direction, version, complete_since, revisions_version > 0,
           previews_version > 0 OR standards_version > 0
    FROM editions e
    WHERE publication = ?1
      AND (version > 0 OR EXISTS (SELECT 1 FROM articles a WHERE a.publication = ?1 AND a.edition = e.edition))
    ORDER BY edition
"""
_PAPERS: Final = (
    "SELECT id, identity, title, fingerprint, version, published, signed, mirrors FROM publications ORDER BY id"
)
# Whatever changes what pages show leaves its mark in one of these few rows: a finished bundle counts up somewhere.
_HOLDINGS: Final = (
    "SELECT * FROM editions ORDER BY publication, edition",
    "SELECT (SELECT count(*) FROM segments), (SELECT count(*) FROM taken), (SELECT max(id) FROM spans),"  # noqa: ISC004
    " (SELECT max(id) FROM records)",
)


def papers(db: Connection) -> list[Paper]:
    """The publications of the library, the one that was added first ahead."""
    return [_paper(db, row) for row in db.execute(_PAPERS).fetchall()]


def _paper(db: Connection, row: Any) -> Paper:
    mirrors = msgspec.json.decode(row[7], type=tuple[str, ...])
    editions = tuple(_edition(edition) for edition in db.execute(_EDITIONS, (row[0],)))
    return Paper(*row[:7], mirrors=mirrors, editions=editions)


def _edition(row: Any) -> HeldEdition:
    return HeldEdition(*row[:5], revisions=bool(row[5]), pictures=bool(row[6]))


def state(db: Connection) -> str:
    """A name for what the library holds now: any page that it gave under the same name is the same still."""
    return _name_of(db, _PAPERS, *_HOLDINGS)


def holdings(db: Connection) -> str:
    """As `state`, of the articles alone: it stays when a publication was only signed anew."""
    return _name_of(db, *_HOLDINGS)


def _name_of(db: Connection, *queries: str) -> str:
    return sha256(msgspec.json.encode([db.execute(sql).fetchall() for sql in queries]))


def counts(db: Connection, publication: int, edition: str) -> Counts:
    """How many articles there are, and of what. It reads all of an index, so keep it while `holdings` is the same."""
    place = (publication, edition)
    sections = db.execute(
        "SELECT section, count(*) FROM articles INDEXED BY articles_section"
        " WHERE publication = ? AND edition = ? AND section <> '' GROUP BY section ORDER BY 2 DESC, 1",
        place,
    ).fetchall()
    tags = db.execute(
        "SELECT tag, count(*) FROM tags JOIN articles ON article = id WHERE publication = ? AND edition = ?"
        " GROUP BY tag ORDER BY 2 DESC, 1 LIMIT ?",
        (*place, TAGS_AT_MOST),
    ).fetchall()
    years = db.execute(
        "SELECT substr(published, 1, 4), count(*) FROM articles WHERE publication = ? AND edition = ?"
        " GROUP BY 1 ORDER BY 1 DESC",
        place,
    ).fetchall()
    retracted = db.execute("SELECT count(*) FROM retractions WHERE publication = ? AND edition = ?", place).fetchone()
    total = sum(count for _, count in years)
    return Counts(total, retracted[0], tuple(sections), tuple(tags), tuple(years))
