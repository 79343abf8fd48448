"""Reading what is held: lists, articles, and the exact lines that bundles and prefixes are made of."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tamizdat.errors import NoSuchArticle
from tamizdat.format.article import Article, Retraction, decode_record
from tamizdat.format.bundle import prefix_of
from tamizdat.library.store import Row
from tamizdat.library.trusting import Trusting
from tamizdat.library.values import HeldArticle, HeldRetraction, Holding, Summary

_SUMMARY = """
    SELECT p.identity, a.edition, a.key, a.revision, a.title, a.byline, a.place, a.section, a.summary, a.published,
           a.updated, (SELECT group_concat(tag, char(31)) FROM tags WHERE article = a.id),
           (a.publication, a.edition, a.key) IN (SELECT publication, edition, key FROM saved)
    FROM articles a JOIN publications p ON p.id = a.publication
"""


class Reading(Trusting):
    """Everything that needs no writing."""

    def articles(
        self,
        *,
        publication: str = "",
        edition: str = "",
        section: str = "",
        tag: str = "",
        since: str = "",
        until: str = "",
        saved: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Summary]:
        """Articles, newest first. `since` and `until` bound `published`, the first included, the second not."""
        filters = {
            "p.identity = ?": publication,
            "a.edition = ?": edition,
            "a.section = ?": section,
            "a.id IN (SELECT article FROM tags WHERE tag = ?)": tag,
            "a.published >= ?": since,
            "a.published < ?": until,
        }
        chosen = [sql for sql, value in filters.items() if value]
        if saved:
            chosen.append("(a.publication, a.edition, a.key) IN (SELECT publication, edition, key FROM saved)")
        where = f"WHERE {' AND '.join(chosen)}" if chosen else ""
        sql = f"{_SUMMARY} {where} ORDER BY a.published DESC, a.key LIMIT ? OFFSET ?"
        values = [*filter(None, filters.values()), limit, offset]
        return [_summary(row) for row in self.rows(sql, values)]

    def article(self, key: str, *, publication: str = "", edition: str = "") -> HeldArticle:
        """The article of this key, of the publication that was added first where several have one.

        Raises: NoSuchArticle.
        """
        found = self._record("article", key, publication, edition)
        if found is None:
            raise NoSuchArticle(key=key)
        number, identity, line = found
        article = decode_record(line).record
        assert isinstance(article, Article)
        earlier = self.rows(
            "SELECT CAST(line AS BLOB) FROM revisions WHERE article = ? ORDER BY revision DESC", (number,)
        )
        revisions = [record for (old,) in earlier if isinstance(record := decode_record(old).record, Article)]
        return HeldArticle(identity, article, line, revisions, self._is_saved(number))

    def retraction(self, key: str, *, publication: str = "", edition: str = "") -> HeldRetraction | None:
        """What is left of a retracted article of this key."""
        found = self._record("retraction", key, publication, edition)
        if found is None:
            return None
        record = decode_record(found[2]).record
        assert isinstance(record, Retraction)
        return HeldRetraction(found[1], record)

    def _record(self, kind: str, key: str, publication: str, edition: str) -> tuple[int, str, bytes] | None:
        return self.row(
            "SELECT r.id, p.identity, CAST(line AS BLOB) FROM publications p JOIN records r ON r.publication = p.id"
            " WHERE r.edition IN (SELECT edition FROM editions WHERE publication = p.id AND ? IN ('', edition))"
            " AND r.key = ? AND type = ? AND ? IN ('', p.identity) ORDER BY r.publication, r.edition LIMIT 1",
            (edition, key, kind, publication),
        )

    def _is_saved(self, number: int) -> bool:
        return bool(
            self.row("SELECT 1 FROM saved JOIN records USING (publication, edition, key) WHERE id = ?", (number,))
        )

    def media(self, sha256: str) -> tuple[str, bytes] | None:
        """Type and bytes of a picture's file, if it is held."""
        return self.row("SELECT type, data FROM media WHERE sha256 = ?", (sha256,))

    def holding(self, publication: str, edition: str) -> Holding:
        """How much of this edition is held."""
        of = "FROM {} WHERE publication = (SELECT id FROM publications WHERE identity = ?1) AND edition = ?2"
        articles, retractions = of.format("articles"), of.format("retractions")
        counts = self.row(
            f"SELECT (SELECT count(*) {articles}), (SELECT count(*) {retractions}),"  # noqa: S608
            f" (SELECT count(*) FROM revisions WHERE article IN (SELECT id {articles}))",
            (publication, edition),
        )
        return Holding(*counts) if counts else Holding(0, 0, 0)

    # -- exact bytes ---------------------------------------------------------------------------------------------------

    def records(self, publication: str, edition: str) -> Iterator[bytes]:
        """The current lines, articles and retractions alike, sorted by key."""
        sql = f"SELECT CAST(line AS BLOB) FROM records WHERE {_PLACE} ORDER BY key"  # noqa: S608
        return (line for (line,) in self.rows(sql, (publication, edition)))

    def superseded(self, publication: str, edition: str) -> Iterator[bytes]:
        """The lines of earlier revisions that are held, sorted by key, then revision."""
        sql = (
            "SELECT CAST(revisions.line AS BLOB) FROM records JOIN revisions ON article = id"  # noqa: S608
            f" WHERE {_PLACE} ORDER BY key, revisions.revision"
        )
        return (line for (line,) in self.rows(sql, (publication, edition)))

    def prefix(self, publication: str, edition: str, *, newest: int, also: Sequence[int] = ()) -> bytes:
        """What a delta is compressed against: held record lines as format.md 4.4 puts them together.

        Empty where a position of `also` isn't held.
        """
        # The index holds the order; only as many lines are read as fit.
        sql = (
            "SELECT CAST(line AS BLOB) FROM (SELECT id, published, key FROM articles"  # noqa: S608
            f" WHERE {_PLACE} ORDER BY published DESC, key LIMIT ? OFFSET ?) AS a"
            " CROSS JOIN records USING (id) ORDER BY a.published DESC, a.key"
        )
        further = [self.row(sql, (publication, edition, 1, position)) for position in also]
        if None in further:
            return b""
        lines = (line for (line,) in self.rows(sql, (publication, edition, -1, 0)))
        return prefix_of(lines, newest=newest, also=(row[0] for row in further if row))


_PLACE = "publication = (SELECT id FROM publications WHERE identity = ?) AND edition = ?"


def _summary(row: Row) -> Summary:
    *plain, tags, saved = row
    names = Summary.__struct_fields__
    return msgspec.convert(
        dict(zip(names, [*plain, sorted(tags.split("\x1f")) if tags else [], bool(saved)], strict=True)), Summary
    )


def days_ago(days: int, now: int) -> str:
    """The time `days` before `now` (Unix seconds), as `published` is written."""
    return (datetime.fromtimestamp(now, UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
