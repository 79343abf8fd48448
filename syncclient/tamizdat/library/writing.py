"""Writing a batch of changes to the tables, in an order that keeps index, media and foreign keys in step."""

import json
from collections.abc import Iterable
from itertools import chain
from sqlite3 import Connection

from tamizdat.library import index, rows
from tamizdat.library.sorting import Batch
from tamizdat.library.trusting import Trusting
from tamizdat.library.values import Applied


class Writing(Trusting):
    """The one place that changes articles, retractions and what hangs on them."""

    def _write(self, batch: Batch, publication: int) -> Applied:
        """Write the changes inside the transaction that is open."""
        db = self.db
        removed = [
            n
            for (n,) in self.rows(
                "SELECT a.id FROM json_each(?) AS n JOIN articles a ON a.id = n.value", _numbers(batch.dropped)
            )
        ]
        _each(db, rows.SUPERSEDE, batch.superseded)
        pictures = _detach(db, [*batch.replaced, *batch.retracted, *removed])
        _each(db, _UNSAVE, batch.retracted)
        for table, column, numbers in (
            ("revisions", "article", [*batch.retracted, *removed]),
            ("articles", "id", [*batch.retracted, *removed]),
            ("retractions", "id", [*batch.revived, *batch.dropped]),
            ("records", "id", batch.dropped),
        ):
            _each(db, f"DELETE FROM {table} WHERE {column} = ?", numbers)  # noqa: S608
        db.executemany(
            "DELETE FROM revisions WHERE article = ? AND (revision <= ? OR revision >= ?)", batch.withdrawals
        )
        _insert(db, batch, publication)
        _remove_orphans(db, pictures)
        if batch.withdraws_text:
            db.execute("INSERT OR IGNORE INTO chores VALUES ('shrink')")
        revised = len(batch.replaced)
        return Applied(len(batch.articles) - revised, revised, len(batch.retracted), len(removed))


_UNSAVE = (
    "DELETE FROM saved WHERE (publication, edition, key)"
    " IN (SELECT publication, edition, key FROM records WHERE id = ?)"
)


def _detach(db: Connection, articles: list[int]) -> list[str]:
    """Take away what hangs on these articles; returns the pictures that they showed."""
    if not articles:
        return []
    index.remove(db, articles)
    sql = "SELECT DISTINCT sha256 FROM json_each(?) AS n JOIN images ON article = n.value"
    pictures = [digest for (digest,) in db.execute(sql, _numbers(articles))]
    for table in ("tags", "corrections", "images"):
        _each(db, f"DELETE FROM {table} WHERE article = ?", articles)  # noqa: S608
    return pictures


def _insert(db: Connection, batch: Batch, publication: int) -> None:
    articles = [(number, article) for number, _, article in batch.articles]
    everything = chain(batch.articles, batch.retractions)
    db.executemany(rows.RECORD, (rows.record_row(number, publication, entry) for number, entry, _ in everything))
    db.executemany(
        rows.ARTICLE, (rows.article_row(number, publication, entry, a) for number, entry, a in batch.articles)
    )
    db.executemany(rows.RETRACTION, (rows.retraction_row(number, publication, r) for number, _, r in batch.retractions))
    db.executemany(rows.TAG, chain.from_iterable(rows.tag_rows(number, a) for number, a in articles))
    db.executemany(rows.CORRECTION, chain.from_iterable(rows.correction_rows(number, a) for number, a in articles))
    db.executemany(rows.IMAGE, chain.from_iterable(rows.image_rows(number, a) for number, a in articles))
    index.add(db, ((number, a.title, a.byline, a.summary, entry.text) for number, entry, a in batch.articles))


def _remove_orphans(db: Connection, pictures: list[str]) -> None:
    """Delete those of these pictures that no article shows any more."""
    _each(db, "DELETE FROM media WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM images WHERE sha256 = ?1)", pictures)


def _each(db: Connection, sql: str, values: Iterable[object]) -> None:
    db.executemany(sql, ((value,) for value in values))


def _numbers(numbers: list[int]) -> tuple[str]:
    return (json.dumps(numbers),)
