"""Applying bundles: each in one transaction together with its progress mark. docs/format.md, section 10."""

import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Sequence

from tamizdat.format.article import Article, Entry
from tamizdat.format.bundle import VerifiedBundle
from tamizdat.library import changelog, rows
from tamizdat.library.sorting import Batch, Known, authoritative, check_bounds, check_kind, newer
from tamizdat.library.values import Applied
from tamizdat.library.writing import Writing

Bound = tuple[str, str]


class Applying(Writing):
    """Changing what is held, bundle by bundle."""

    def retractions_in(
        self,
        bundle: VerifiedBundle,
        *,
        start: Bound = ("", ""),
        end: Bound | None = None,
        coming: Collection[str] = (),
    ) -> tuple[int, int]:
        """How many held articles this bundle would take away, and how many articles of its edition are held.

        `start` and `end` are the bounds of a segment, and of nothing else; what it lacks counts, but for the keys that
        are `coming` by a delta after it.
        """
        publication, edition = self._number(bundle.header.publication), bundle.header.edition
        known = self._known(publication, edition, bundle.entries)
        count = sum(
            held is not None and held.type == "article" and not isinstance(entry.record, Article)
            and (bundle.header.kind == "tombstones" or entry.record.revision > held.revision)
            for entry in bundle.entries
            for held in [known.get(entry.record.key)]
        )  # fmt: skip
        if bundle.header.kind == "segment":
            count += len(self._lacking(publication, edition, bundle.entries, start, end, spared=coming))
        held = self.row("SELECT count(*) FROM articles WHERE publication = ? AND edition = ?", (publication, edition))
        return count, held[0] if held else 0

    def apply_delta(self, bundle: VerifiedBundle, *, to: int, since: str = "", at: str = "") -> Applied:
        """Apply what is newer than held, and say that the edition stands at `to`; `at`: when, for the list of changes.

        Articles published before `since` are left out unless something of their key is held; retractions never are.
        Raises: FormatError, LibraryError; nothing is changed then.
        """
        check_kind(bundle, "delta")
        edition = bundle.header.edition
        with self.writing() as db:
            publication = self._number(bundle.header.publication)
            known = self._known(publication, edition, bundle.entries)
            batch = newer(bundle.entries, known, self._new_numbers(), since=since)
            applied = self._write(batch, publication)
            changelog.note_delta(db, publication, bundle.header, batch, to=to, at=at)
            db.execute(
                "UPDATE editions SET version = ? WHERE publication = ? AND edition = ?", (to, publication, edition)
            )
        return applied

    def apply_segment(
        self, bundle: VerifiedBundle, *, start: Bound, end: Bound | None, version: int | None = None
    ) -> Applied:
        """Settle the range from `start` up to `end`: it holds the bundle's articles afterwards and no others.

        What is held of a key gives way, whatever its revision. `version`: the snapshot's; an edition that stands
        further steps back to it, so that the deltas from there are applied again, also after a crash. Raises:
        FormatError, LibraryError; nothing is changed then.
        """
        check_kind(bundle, "segment")
        check_bounds(bundle, start, end)
        edition = bundle.header.edition
        with self.writing() as db:
            publication = self._number(bundle.header.publication)
            batch = self._settled(publication, edition, bundle.entries)
            batch.dropped = self._lacking(publication, edition, bundle.entries, start, end)
            batch.withdraws_text |= bool(batch.dropped)
            applied = self._write(batch, publication)
            if batch.dropped:
                # An article that moved to another range comes back there, without its earlier revisions and pictures.
                db.execute(
                    "UPDATE editions SET revisions_version = 0, previews_version = 0, standards_version = 0"
                    " WHERE publication = ? AND edition = ?",
                    (publication, edition),
                )
                db.execute("DELETE FROM taken WHERE publication = ? AND edition = ?", (publication, edition))
            self._mark_settled(publication, edition, [bundle], version)
        return applied

    def apply_tombstones(
        self, publication: str, edition: str, bundles: Sequence[VerifiedBundle], *, version: int | None = None
    ) -> Applied:
        """Settle the retractions of an edition: it holds those of `bundles`, which are all there are, and no others.

        Articles of their keys leave. `version`: as for segments. Raises: FormatError, LibraryError; nothing is changed
        then.
        """
        for bundle in bundles:
            check_kind(bundle, "tombstones")
        entries = [entry for bundle in bundles for entry in bundle.entries]
        with self.writing():
            ours = self._number(publication)
            batch = self._settled(ours, edition, entries)
            keys = {entry.record.key for entry in entries}
            held = self.rows("SELECT id, key FROM retractions WHERE publication = ? AND edition = ?", (ours, edition))
            batch.dropped = [number for number, key in held if key not in keys]
            applied = self._write(batch, ours)
            self._mark_settled(ours, edition, bundles, version)
        return applied

    def apply_revisions(self, bundle: VerifiedBundle, *, to: int, taken: str = "") -> Applied:
        """Keep superseded records of held articles, and say that those up to version `to` are held.

        `taken`: the bundle's digest, where others up to that version are still to come. What was withdrawn, isn't older
        than the held revision, or belongs to no held article is left out. An edition's articles come first, therefore.
        Raises: FormatError, LibraryError; nothing is changed then.
        """
        check_kind(bundle, "revisions")
        edition = bundle.header.edition
        with self.writing() as db:
            publication = self._number(bundle.header.publication)
            held = {
                key: (number, range(cleared + 1, revision))
                for key, number, cleared, revision in self.rows(
                    f"SELECT r.key, r.id, a.cleared, a.revision {_AMONG} JOIN articles a ON a.id = r.id",
                    (_keys(bundle.entries), publication, edition),
                )
            }
            written = [
                rows.revision_row(held[record.key][0], entry, record)
                for entry in bundle.entries
                if isinstance(record := entry.record, Article) and record.key in held
                and record.revision in held[record.key][1]
            ]  # fmt: skip
            db.executemany(rows.REVISION, written)
            db.execute(
                "UPDATE editions SET revisions_version = ? WHERE publication = ? AND edition = ?",
                (to, publication, edition),
            )
            self._take(publication, edition, "revisions", taken)
        return Applied(revisions=len(written))

    # -- what is held --------------------------------------------------------------------------------------------------

    def _settled(self, publication: int, edition: str, entries: Sequence[Entry]) -> Batch:
        known = self._known(publication, edition, entries)
        same = frozenset(self._same(publication, edition, entries, known))
        return authoritative(entries, known, self._new_numbers(), same=same)

    def _mark_settled(
        self, publication: int, edition: str, bundles: Iterable[VerifiedBundle], version: int | None
    ) -> None:
        marks = [(publication, edition, bundle.raw_sha256) for bundle in bundles]
        self.db.executemany("INSERT OR IGNORE INTO segments VALUES (?, ?, ?)", marks)
        if version is not None:
            sql = "UPDATE editions SET version = min(version, ?) WHERE publication = ? AND edition = ?"
            self.db.execute(sql, (version, publication, edition))

    def _known(self, publication: int, edition: str, entries: Iterable[Entry]) -> dict[str, Known]:
        held = self.rows(f"SELECT r.key, r.id, r.revision, r.type {_AMONG}", (_keys(entries), publication, edition))
        return {key: Known(number, revision, kind) for key, number, revision, kind in held}

    def _same(self, publication: int, edition: str, entries: Iterable[Entry], known: dict[str, Known]) -> Iterator[str]:
        lines = {
            entry.record.key: entry.line
            for entry in entries
            if entry.record.key in known and known[entry.record.key].revision == entry.record.revision
        }
        held = self.rows(
            f"SELECT r.key, CAST(r.line AS BLOB) {_AMONG}",
            (json.dumps(list(lines)), publication, edition),
        )
        return (key for key, line in held if lines[key] == line)

    def _lacking(
        self,
        publication: int,
        edition: str,
        entries: Iterable[Entry],
        start: Bound,
        end: Bound | None,
        *,
        spared: Collection[str] = (),
    ) -> list[int]:
        keys = {entry.record.key for entry in entries}.union(spared)
        held = self.rows(
            "SELECT id, published, key FROM articles WHERE publication = ? AND edition = ? AND published >= ?"
            " AND published <= ?",
            (publication, edition, start[0], end[0] if end else "~"),
        )
        return [
            number
            for number, published, key in held
            if key not in keys and (published, key) >= start and (end is None or (published, key) < end)
        ]

    def _new_numbers(self) -> Iterator[int]:
        row = self.row("SELECT coalesce(max(id), 0) FROM records")
        assert row is not None
        return itertools.count(row[0] + 1)


# The keys travel as one JSON array: an IN list would be bounded by SQLite's number of variables.
_AMONG = (
    "FROM json_each(?) AS wanted CROSS JOIN records r ON r.key = wanted.value AND r.publication = ? AND r.edition = ?"
)


def _keys(entries: Iterable[Entry]) -> str:
    return json.dumps([entry.record.key for entry in entries])
