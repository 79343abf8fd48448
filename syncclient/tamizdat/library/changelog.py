"""What came when: versions that were accepted, the steps by which an edition was brought up to date, and what they did.

Written in the transactions that change the articles. Of a text only the key is kept, so retracting leaves no word here.
"""

from collections.abc import Iterator
from sqlite3 import Connection
from typing import Final

from tamizdat.format.bundle import Header
from tamizdat.library.sorting import Batch
from tamizdat.library.store import Row

# A delta that begins before what is held changes nothing of that: the step begins where the edition stood.
_SPAN: Final = (
    "INSERT INTO spans (publication, edition, from_version, to_version, kind, at)"
    " SELECT publication, edition, max(version, ?3), ?4, ?5, ?6 FROM editions"
    " WHERE publication = ?1 AND edition = ?2"
    " ON CONFLICT DO UPDATE SET at = excluded.at RETURNING id"
)
_SNAPSHOT: Final = (
    "INSERT OR IGNORE INTO spans (publication, edition, from_version, to_version, kind, at)"
    " SELECT publication, edition, version, ?3, 'snapshot', ?4 FROM editions"
    " WHERE publication = ?1 AND edition = ?2 AND version < ?3"
)
_SPANS: Final = "publication = ?1 AND ?2 IN ('', edition)"


def note_version(db: Connection, publication: int, version: int, published: str) -> None:
    """A catalog of this version was accepted."""
    db.execute("INSERT OR REPLACE INTO versions VALUES (?, ?, ?)", (publication, version, published))


def note_delta(db: Connection, publication: int, header: Header, batch: Batch, *, to: int, at: str) -> None:
    """A delta was applied. Called before the edition is said to stand at `to`.

    One that brought nothing was held already: the snapshot before it, which lags behind its segments, had it all.
    """
    kind = "delta" if batch.articles or batch.retractions else "snapshot"
    written = db.execute(_SPAN, (publication, header.edition, header.from_, to, kind, at)).fetchone()
    if written:
        db.executemany("INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?)", _changes(written[0], batch))


def note_snapshot(db: Connection, publication: int, edition: str, *, to: int, at: str) -> None:
    """A snapshot was applied. Called before the edition is said to stand at `to`."""
    db.execute(_SNAPSHOT, (publication, edition, to, at))


def forget(db: Connection, publication: int, edition: str = "") -> None:
    """Forget what came of an edition, or of the whole publication and its versions."""
    place = (publication, edition)
    db.execute(f"DELETE FROM changes WHERE span IN (SELECT id FROM spans WHERE {_SPANS})", place)  # noqa: S608
    db.execute(f"DELETE FROM spans WHERE {_SPANS}", place)  # noqa: S608
    if not edition:
        db.execute("DELETE FROM versions WHERE publication = ?", (publication,))


def _changes(span: int, batch: Batch) -> Iterator[Row]:
    replaced, revived = set(batch.replaced), set(batch.revived)
    for number, _, article in batch.articles:
        kind = "revised" if number in replaced else "restored" if number in revived else "added"
        yield span, article.key, kind, article.revision
    for _, _, retraction in batch.retractions:
        yield span, retraction.key, "retracted", retraction.revision
