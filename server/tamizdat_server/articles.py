"""The articles that should stand, as rows of newsroom.db: how a draft, and what its source told beside, gets in."""

import sqlite3
from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from tamizdat.errors import NoSuchKey
from tamizdat.format.article import Correction
from tamizdat_server.draft import Draft, Told
from tamizdat_server.drafting import (
    Note,
    article_of,
    clean_text,
    corrected,
    decode_draft,
    digest_of,
    encode_draft,
)

Outcome: TypeAlias = Literal["added", "revised", "unchanged"]


class Articles:
    """Rows of the table `articles`, and the audit log beside it. What changes them is called inside a transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def rows(self, where: str, *values: str) -> list[sqlite3.Row]:
        """The rows for which these words of ours hold."""
        return self._db.execute(f"SELECT * FROM articles WHERE {where}", values).fetchall()  # noqa: S608 - our own words

    def row(self, where: str, *values: str) -> sqlite3.Row | None:
        """The first of them."""
        return next(iter(self.rows(where, *values)), None)

    def standing(self, key: str) -> sqlite3.Row:
        """The article that isn't retracted. Raises: NoSuchKey."""
        row = self.row("key = ? AND retracted IS NULL", key)
        if row is None:
            raise NoSuchKey(key=key)
        return row

    def update(self, row: sqlite3.Row, **values: object) -> None:
        """Change these columns, and know whether there is something to publish now."""
        wanted = dict(row) | values
        digest = digest_of(wanted)
        # What was never public needs no retraction.
        unseen = wanted["retracted"] is not None and not wanted["public"]
        values["dirty"] = int(digest != wanted["public"] and not unseen)
        columns = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(
            f"UPDATE articles SET {columns} WHERE edition = ? AND key = ?",  # noqa: S608 - our own column names
            (*values.values(), row["edition"], row["key"]),
        )

    def log(self, at: str, action: str, subject: str, detail: str) -> None:
        """Add a line to the audit log."""
        self._db.execute(
            "INSERT INTO audit (at, action, subject, detail) VALUES (?, ?, ?, ?)", (at, action, subject, detail)
        )

    # -- in ------------------------------------------------------------------------------------------------------------

    def put(self, draft: Draft, *, source: str, at: str, told: Told) -> Outcome:
        """Let a cleaned draft stand under its key, as `Newsroom.put` says. Raises: FormatError; the row may be half
        changed then.
        """
        row = self.row("edition = ? AND key = ?", draft.edition, draft.key)
        if self.row("key = ? AND held", draft.key):
            return "unchanged"
        self._leave_other_editions(draft, at)
        if row is None:
            return self._add(draft, source, at, told)
        if _is_same_version(row, source, told):
            self.update(row, origin=told.origin, gone="")
            return "unchanged"
        return self._revise(row, draft, source, at, told)

    def correct(self, key: str, note: str, *, at: str) -> bool:
        """Add a public note, as `Newsroom.correct` says. Raises: NoSuchKey, FormatError."""
        row, note = self.standing(key), clean_text(note)
        notes = msgspec.json.decode(row["notes"], type=list[Note])
        earlier = msgspec.json.decode(row["corrections"], type=list[Correction])
        if note in [one.note for one in (*earlier, *notes)]:
            return False
        notes.append(Note(at=at, note=note))
        article_of(  # refuses what can't be published
            decode_draft(row["draft"]),
            revision=1,
            published=row["published"],
            updated=at,
            corrections=corrected(earlier, notes, revision=1),
        )
        self.update(row, notes=msgspec.json.encode(notes), updated=at)
        self.log(at, "correct", key, note)
        return True

    def _leave_other_editions(self, draft: Draft, at: str) -> None:
        """Keys are unique in a publication: an article whose language was put right leaves the edition it was in."""
        for row in self.rows("key = ? AND edition <> ? AND retracted IS NULL", draft.key, draft.edition):
            self.update(row, retracted=at, notice="", notes=b"[]")

    def _add(self, draft: Draft, source: str, at: str, told: Told) -> Outcome:
        published = draft.published or at
        updated = draft.updated or published
        article_of(draft, revision=1, published=published, updated=updated)  # refuses what can't be published
        values = (draft.edition, draft.key, source, encode_draft(draft), published, updated)
        self._db.execute(
            "INSERT INTO articles (edition, key, source, draft, published, updated, dirty, origin, stamp, form)"
            " VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)",
            (*values, told.origin, told.stamp, told.form),
        )
        self._note(draft.key, told.corrections, known=[], at=updated)
        return "added"

    def _revise(self, row: sqlite3.Row, draft: Draft, source: str, at: str, told: Told) -> Outcome:
        encoded = encode_draft(draft)
        said = {"source": source, "origin": told.origin, "stamp": told.stamp, "form": told.form, "gone": ""}
        known = msgspec.json.decode(row["noted"], type=list[str])
        if encoded == row["draft"] and row["retracted"] is None:
            if any(row[name] != value for name, value in said.items()):
                self.update(row, **said)
            noted = self._note(draft.key, told.corrections, known=known, at=draft.updated or at)
            return "revised" if noted else "unchanged"
        published = draft.published or row["published"]
        updated = draft.updated or at
        article_of(draft, revision=1, published=published, updated=updated)  # refuses what can't be published
        # A new text after a public retraction starts afresh: the old notes may quote what was withdrawn.
        fresh = {"corrections": b"[]"} if row["retracted"] is not None and self._is_publicly_retracted(row) else {}
        self.update(
            row, draft=encoded, published=published, updated=updated, retracted=None, notice="", **said, **fresh
        )
        self._note(draft.key, told.corrections, known=known, at=updated)
        return "revised"

    def _note(self, key: str, corrections: Sequence[str], *, known: list[str], at: str) -> bool:
        """Add those of a source's corrections that it didn't tell of before; whether there were any."""
        wanted = [note for text in corrections if (note := clean_text(text).strip())]
        if wanted == known:
            return False
        added = [self.correct(key, note, at=at) for note in wanted if note not in known]
        self.update(self.standing(key), noted=msgspec.json.encode(wanted))
        return any(added)

    def _is_publicly_retracted(self, row: sqlite3.Row) -> bool:
        found = self._db.execute(
            "SELECT kind FROM records WHERE edition = ? AND key = ? AND superseded IS NULL",
            (row["edition"], row["key"]),
        ).fetchone()
        return found is not None and found[0] == "retraction"


def _is_same_version(row: sqlite3.Row, source: str, told: Told) -> bool:
    """Whether another form of the same source told of this very version before; then its article is there again.

    A feed tells less than a site's export or its API: those put its article right.
    """
    stands = row["retracted"] is None and row["source"] == source and row["form"] != "feed"
    return stands and bool(told.stamp) and row["stamp"] == told.stamp and row["form"] != told.form
