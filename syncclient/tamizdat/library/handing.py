"""Handing on what is held: an edition's stock made anew, and what came since some version. docs/format.md, 8.8."""

import heapq
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tamizdat.format.article import Article, Entry
from tamizdat.format.bundle import BUNDLE_FORMAT, Header, Kind, encode_bundle
from tamizdat.format.names import sha256
from tamizdat.format.stock import Item, StockPart, Whole, parts
from tamizdat.library.reading import Reading
from tamizdat.library.store import named_errors
from tamizdat.library.values import Role

KINDS: Final[tuple[Kind, Kind]] = ("segment", "tombstones")
_EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/avif": "avif",
                      "image/gif": "gif"}  # fmt: skip
_NOTHING: Final[Mapping[str, Entry]] = {}


class Picture(NamedTuple):
    """A picture's file that is held: where it lies in a tree, and its size in bytes."""

    path: str
    bytes: int


class Handing(Reading):
    """What the next reader can be given, and what proves it."""

    @contextmanager
    def reading(self) -> Generator[None]:
        """One state of the file for the whole block, whatever a sync does to it meanwhile. Raises: LibraryError."""
        with named_errors(self.path):
            self.db.execute("BEGIN")
            try:
                yield
            finally:
                self.db.execute("ROLLBACK")

    # -- the stock -----------------------------------------------------------------------------------------------------

    def stock(
        self, publication: str, edition: str, kind: Kind, *, carried: Mapping[str, Entry] = _NOTHING
    ) -> Iterator[tuple[StockPart, bytes]]:
        """The parts of what is held, each with its plain bundle, one at a time.

        `carried`: records by key that would take the place of those held, where their revision is higher.
        """
        held = self._articles(publication, edition) if kind == "segment" else self._retractions(publication, edition)
        stays = ((place, line) for place, revision, line in held if _stays(carried.get(place[1]), revision))
        known = self._revisions(publication, edition, carried)
        comes = sorted(
            item for key, entry in carried.items()
            if entry.record.revision > known.get(key, 0) and isinstance(entry.record, Article) == (kind == "segment")
            for item in [_item(entry)]
        )  # fmt: skip
        return parts(Whole(publication, edition, kind), heapq.merge(stays, comes))

    def _articles(self, publication: str, edition: str) -> Iterator[tuple[tuple[str, str], int, bytes]]:
        rows = self.rows(
            "SELECT id, published, key, revision FROM articles"  # noqa: S608
            f" WHERE {_PLACE} ORDER BY published, key",
            (publication, edition),
        )
        return (((published, key), revision, self._line(number)) for number, published, key, revision in rows)

    def _retractions(self, publication: str, edition: str) -> Iterator[tuple[tuple[str, str], int, bytes]]:
        rows = self.rows(
            f"SELECT id, key, revision FROM retractions WHERE {_PLACE} ORDER BY key",  # noqa: S608
            (publication, edition),
        )
        return ((("", key), revision, self._line(number)) for number, key, revision in rows)

    def _line(self, number: int) -> bytes:
        # One by one: sorting whole lines would take as much memory as there are.
        row = self.row("SELECT CAST(line AS BLOB) FROM records WHERE id = ?", (number,))
        assert row is not None
        return row[0]

    def _revisions(self, publication: str, edition: str, keys: Iterable[str]) -> dict[str, int]:
        sql = f"SELECT revision FROM records WHERE {_PLACE} AND key = ?"  # noqa: S608
        rows = ((key, self.row(sql, (publication, edition, key))) for key in keys)
        return {key: row[0] for key, row in rows if row}

    # -- stock lists that came in a pack -------------------------------------------------------------------------------

    def keep_stock(self, publication: str, edition: str, data: bytes) -> None:
        """Keep a stock list, so that what is held of an edition in part can be handed on. Raises: LibraryError."""
        with self.writing() as db:
            values = (self._number(publication), edition, sha256(data), data)
            db.execute("INSERT OR REPLACE INTO stocks VALUES (?, ?, ?, ?)", values)

    def kept_stock(self, publication: str, edition: str, digest: str) -> bytes | None:
        """The stock list of this SHA-256, if it is kept."""
        sql = f"SELECT data FROM stocks WHERE {_PLACE} AND sha256 = ?"  # noqa: S608
        row = self.row(sql, (publication, edition, digest))
        return row[0] if row else None

    def first_moment(self, publication: str, edition: str, start: tuple[str, str]) -> str | None:
        """The earliest time since which nothing is held that stands before `start`, a place.

        None where that is of a day that doesn't exist, which a record may have.
        """
        row = self.row(
            f"SELECT 1 FROM articles WHERE {_PLACE} AND published = ? AND key < ? LIMIT 1",  # noqa: S608
            (publication, edition, *start),
        )
        try:
            moment = datetime.fromisoformat(start[0]) + timedelta(seconds=1 if row else 0)
        except (ValueError, OverflowError):
            return None
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def has_saved(self, publication: str, edition: str, *, before: str, keys: Iterable[str]) -> bool:
        """Whether the reader saved an article that was published before that time, or has one of these keys."""
        wanted = frozenset(keys)
        saved = self.rows(
            f"SELECT key, published FROM articles WHERE {_PLACE}"  # noqa: S608
            " AND (publication, edition, key) IN (SELECT publication, edition, key FROM saved)",
            (publication, edition),
        )
        return any(published < before or key in wanted for key, published in saved)

    # -- roots ---------------------------------------------------------------------------------------------------------

    def learn_roots(self, publication: str, roots: Mapping[int, bytes]) -> None:
        """Keep verified roots, those that are held already left as they are. Raises: LibraryError."""
        with self.writing() as db:
            ours = self._number(publication)
            rows = ((ours, version, data) for version, data in roots.items())
            db.executemany("INSERT OR IGNORE INTO roots VALUES (?, ?, ?)", rows)

    # -- the news ------------------------------------------------------------------------------------------------------

    def settled(self, publication: str, edition: str) -> int:
        """From which version on the library can tell what came after."""
        row = self.row(f"SELECT settled FROM editions WHERE {_PLACE}", (publication, edition))  # noqa: S608
        return row[0] if row else 0

    def changed_since(self, publication: str, edition: str, version: int) -> list[str]:
        """The keys of everything that came after `version`, which is no lower than `settled`."""
        rows = self.rows(
            "SELECT DISTINCT key FROM changes WHERE span IN"  # noqa: S608
            f" (SELECT id FROM spans WHERE {_PLACE} AND to_version > ?) ORDER BY key",
            (publication, edition, version),
        )
        return [key for (key,) in rows]

    def news(self, publication: str, edition: str, keys: Iterable[str], *, since: int, to: int) -> bytes:
        """A plain delta of the current records of these keys, which come in their order."""
        sql = f"SELECT CAST(line AS BLOB) FROM records WHERE {_PLACE} AND key = ?"  # noqa: S608
        rows = (self.row(sql, (publication, edition, key)) for key in keys)
        lines = [row[0] for row in rows if row]
        return encode_bundle(Header(BUNDLE_FORMAT, publication, edition, "delta", len(lines), since, to), lines)

    # -- pictures ------------------------------------------------------------------------------------------------------

    def pictures(
        self, publication: str, edition: str, *, role: Role, keys: Iterable[str] | None = None
    ) -> dict[str, Picture]:
        """The held pictures of this role that articles of the edition (of these keys) show, by digest, in its order."""
        rows = self.rows(
            "SELECT DISTINCT images.sha256, media.type, length(data), key FROM articles"  # noqa: S608
            " JOIN images ON article = id JOIN media USING (sha256)"
            f" WHERE {_PLACE} AND role = ? ORDER BY images.sha256",
            (publication, edition, role),
        )
        wanted = None if keys is None else frozenset(keys)
        return {
            digest: Picture(f"media/{digest}.{_EXTENSIONS[kind]}", size)
            for digest, kind, size, key in rows
            if wanted is None or key in wanted
        }


_PLACE: Final = "publication = (SELECT id FROM publications WHERE identity = ?) AND edition = ?"


def _stays(carried: Entry | None, revision: int) -> bool:
    return carried is None or carried.record.revision <= revision


def _item(entry: Entry) -> Item:
    record = entry.record
    return (record.published if isinstance(record, Article) else "", record.key), entry.line
