"""What a delta is compressed against: lines that a reader at its start holds. docs/format.md, section 4.4."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from tamizdat.format.bundle import prefix_name, prefix_of
from tamizdat.format.catalog import DeltaRef
from tamizdat.format.limits import LIMITS
from tamizdat_server.publish.work import Work

# Named, since SQLite would rather sort every line of the archive than walk this index, which has them in order.
_RECORDS: Final = "records INDEXED BY records_newest"
_THERE: Final = "edition = ? AND kind = 'article' AND version <= ? AND (superseded IS NULL OR superseded > ?)"


class Prefix(NamedTuple):
    """The bytes, and what a reference says about how they are made."""

    data: bytes
    newest: int
    also: list[int]

    @property
    def name(self) -> str:
        return prefix_name(self.data)

    @property
    def also_json(self) -> str:
        return msgspec.json.encode(self.also).decode()


_DEFAULT: Final = next(field.default for field in msgspec.structs.fields(DeltaRef) if field.name == "newest")
NO_PREFIX: Final = Prefix(b"", int(_DEFAULT), [])


def prefix_at(work: Work, edition: str, start: int, stop: int, *, single: bool) -> Prefix:
    """The prefix of a delta between two versions: the newest articles at `start`, and older ones that it revises."""
    newest = work.settings.single_newest_bytes if single else work.settings.merged_newest_bytes
    recent = prefix_of(_newest_first(work, edition, start), newest=newest)
    also = _revised(work, edition, start, stop, beyond=recent.count(b"\n"))[: LIMITS.also]
    data = recent + prefix_of((), newest=newest, also=[line for _, line in also])
    return Prefix(data, newest, [position for position, _ in also]) if data else NO_PREFIX


def _newest_first(work: Work, edition: str, version: int) -> Iterator[bytes]:
    query = f"SELECT line FROM {_RECORDS} WHERE {_THERE} ORDER BY published DESC, key"  # noqa: S608 - our own words
    yield from (line for (line,) in work.db.execute(query, (edition, version, version)))


def _revised(work: Work, edition: str, start: int, stop: int, *, beyond: int) -> list[tuple[int, bytes]]:
    """(position, line) of each article at `start` that `stop` has in another revision, the newest ones left out."""
    rows = work.rows(
        "SELECT r.id, r.line FROM records r JOIN records n ON n.edition = r.edition AND n.key = r.key"
        " AND n.kind = 'article' AND n.version > ? AND n.version <= ? AND (n.superseded IS NULL OR n.superseded > ?)"
        " WHERE r.edition = ? AND r.kind = 'article' AND r.version <= ? AND r.superseded > ? AND r.superseded <= ?",
        start, stop, stop, edition, start, start, stop,
    )  # fmt: skip
    lines = {row["id"]: row["line"] for row in rows}
    if not lines:
        return []
    places = work.rows(
        f"SELECT row_number() OVER (ORDER BY published DESC, key) - 1, id FROM {_RECORDS} WHERE {_THERE}",  # noqa: S608
        edition, start, start,
    )  # fmt: skip
    return [(place, lines[record]) for place, record in places if place >= beyond and record in lines]
