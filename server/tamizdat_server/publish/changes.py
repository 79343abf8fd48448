"""From what the newsroom wants to the records of the next version: one for each article that differs from its last."""

import sqlite3
from collections.abc import Iterator

import msgspec

from tamizdat.format.article import Article, Correction, Retraction, encode_record
from tamizdat_server.drafting import Note, article_of, corrected, decode_draft, digest_of
from tamizdat_server.publish.work import Work

Place = tuple[str, str]
"""Where an article stands in its edition: (published, key)."""


class Change(msgspec.Struct, frozen=True):
    """What became of one key. `before`, `after`: where an article stood and stands; None: there is none."""

    key: str
    revision: int
    before: Place | None
    after: Place | None
    superseded: int | None

    @property
    def is_retraction(self) -> bool:
        return self.after is None


def pending(db: sqlite3.Connection) -> bool:
    """Whether anything waits to be published."""
    return db.execute("SELECT 1 FROM articles WHERE dirty LIMIT 1").fetchone() is not None


def dirty_editions(db: sqlite3.Connection) -> list[str]:
    return [code for (code,) in db.execute("SELECT DISTINCT edition FROM articles WHERE dirty ORDER BY edition")]


def make_records(work: Work, edition: str) -> list[Change]:
    """Write the records of this version for one edition."""
    rows = work.rows("SELECT * FROM articles WHERE dirty AND edition = ? ORDER BY key", edition)
    changes = [_make(work, row) for row in rows]
    work.db.execute("UPDATE articles SET dirty = 0 WHERE dirty AND edition = ?", (edition,))
    return changes


def _make(work: Work, row: sqlite3.Row) -> Change:
    last = work.db.execute(
        "SELECT id, kind, revision, published FROM records WHERE edition = ? AND key = ? AND superseded IS NULL",
        (row["edition"], row["key"]),
    ).fetchone()
    revision = last["revision"] + 1 if last else 1
    before = (last["published"], row["key"]) if last and last["kind"] == "article" else None
    if last:
        work.db.execute("UPDATE records SET superseded = ? WHERE id = ?", (work.version, last["id"]))
    if row["retracted"] is not None:
        return _retract(work, row, revision, before)
    after = _write_article(work, row, revision)
    return Change(row["key"], revision, before, after, last["id"] if before else None)


def _write_article(work: Work, row: sqlite3.Row, revision: int) -> Place:
    cleared = 0 if revision == 1 else _cleared(work, row)
    notes = msgspec.json.decode(row["notes"], type=list[Note])
    corrections = corrected(msgspec.json.decode(row["corrections"], type=list[Correction]), notes, revision=revision)
    line = article_of(
        decode_draft(row["draft"]),
        revision=revision,
        published=row["published"],
        updated=row["updated"],
        corrections=corrections,
        cleared=cleared,
    )
    _insert(work, row, revision, "article", row["published"], line)
    public = digest_of(dict(row) | {"notes": b"[]"})
    work.db.execute(
        "UPDATE articles SET corrections = ?, notes = x'5b5d', public = ? WHERE edition = ? AND key = ?",
        (msgspec.json.encode(corrections), public, row["edition"], row["key"]),
    )
    return row["published"], row["key"]


def _cleared(work: Work, row: sqlite3.Row) -> int:
    query = "SELECT max(revision) FROM records WHERE edition = ? AND key = ? AND kind = 'retraction'"
    return work.one(query, row["edition"], row["key"]) or 0


def _retract(work: Work, row: sqlite3.Row, revision: int, before: Place | None) -> Change:
    edition, key = row["edition"], row["key"]
    line = encode_record(
        Retraction(key=key, edition=edition, revision=revision, at=row["retracted"], notice=row["notice"])
    )
    tombstone = _insert(work, row, revision, "retraction", "", line)
    # From now on every file holds the newest tombstone where it held one of the article's revisions.
    work.db.execute(
        "UPDATE records SET withdrawn = ? WHERE edition = ? AND key = ? AND kind = 'article'", (tombstone, edition, key)
    )
    work.db.execute(
        "UPDATE articles SET public = ? WHERE edition = ? AND key = ?", (digest_of(dict(row)), edition, key)
    )
    return Change(key, revision, before, None, None)


def _insert(work: Work, row: sqlite3.Row, revision: int, kind: str, published: str, line: bytes) -> int:
    cursor = work.db.execute(
        "INSERT INTO records (edition, key, revision, kind, published, version, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (row["edition"], row["key"], revision, kind, published, work.version, line),
    )
    return cursor.lastrowid or 0


def withdrawn_articles(work: Work, edition: str, changes: list[Change]) -> Iterator[sqlite3.Row]:
    """Every article record whose words the retractions among `changes` took back."""
    for change in changes:
        if change.is_retraction:
            yield from work.rows(
                "SELECT id, key, revision, published, version, superseded, bundle, line FROM records"
                " WHERE edition = ? AND key = ? AND kind = 'article'",
                edition,
                change.key,
            )


def decode_article(line: bytes) -> Article:
    """An article of our own records, which were checked when they were made."""
    return msgspec.json.decode(line, type=Article)
