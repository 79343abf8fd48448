"""Bytes and requests of updates: thirty days of a newsroom that publishes daily, synced over HTTP by real readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reader import Reader, Synced
from room import Cost, Room
from server import Served
from tamizdat.format.pack import decode_pack, encode_pack
from tamizdat_server.heads import build_heads
from workload import EDITIONS, Limits

ALL = "all"
SAMPLED = (1, 10, 20, 30)
"""Days whose LIMIT is computed, which takes half a minute each."""


@dataclass(frozen=True)
class Shares:
    """The parts of a head, in bytes: each is what the pack grows by when it is added."""

    deltas: int
    catalog: int
    trust: int
    container: int


@dataclass
class Updates:
    """Everything measured; by reader (an edition, or all) where there are several."""

    days: dict[str, list[Synced]] = field(default_factory=dict[str, list[Synced]])
    thirty: dict[str, Synced] = field(default_factory=dict[str, Synced])
    limits: dict[str, dict[int, int]] = field(default_factory=dict[str, dict[int, int]])
    limits_thirty: dict[str, int] = field(default_factory=dict[str, int])
    shares: Shares | None = None
    unchanged: Synced | None = None
    resigned_same_day: Synced | None = None
    resigned: Synced | None = None
    first: Synced | None = None
    first_later: Synced | None = None
    newest: tuple[int, int] = (0, 0)
    zstd: dict[str, int] = field(default_factory=dict[str, int])
    zstd_later: int = 0
    costs: list[Cost] = field(default_factory=list[Cost])


def measure(room: Room, served: Served, scratch: Path, limits: Limits) -> Updates:
    """Play all days of the room's workload; the room stands at its base."""
    found = Updates()
    readers = {code: Reader(scratch / f"{code}.db", frozenset({code})) for code in EDITIONS}
    readers[ALL] = Reader(scratch / "all.db")
    found.first = readers[ALL].sync(room, served)
    found.zstd = _zstd_19(room, limits)
    found.newest = _until_newest(room, readers["en"].sync(room, served))
    for code in ("ru", "kk"):
        readers[code].sync(room, served)
    away = {name: reader.copy(scratch / f"{name}-away.db") for name, reader in readers.items()}
    _play_days(found, room, served, readers)
    for name, reader in away.items():
        found.thirty[name] = reader.sync(room, served)
        reader.check(room)
    fresh = Reader(scratch / "later.db")
    found.first_later = fresh.sync(room, served)
    fresh.check(room)
    found.zstd_later = limits.zstd_19_of_json(len(room.workload.days))
    _quiet(found, room, served, readers[ALL])
    _limit(found, limits)
    return found


def _play_days(found: Updates, room: Room, served: Served, readers: Mapping[str, Reader]) -> None:
    found.days = {name: [] for name in readers}
    for number in range(1, len(room.workload.days) + 1):
        room.play(number)
        found.costs.append(room.publish())
        for name, reader in readers.items():
            found.days[name].append(reader.sync(room, served))
        if number == 1:
            found.shares = shares(dict(build_heads(room.public))["head.tar.zst"])
    for reader in readers.values():
        reader.check(room)


def _quiet(found: Updates, room: Room, served: Served, reader: Reader) -> None:
    """Syncs when no article has changed."""
    found.unchanged = reader.sync(room, served, hours=1)
    room.resign(hours=12)
    found.resigned_same_day = reader.sync(room, served, hours=12.1)
    room.resign(hours=25)
    found.resigned = reader.sync(room, served, hours=25.1)


def _limit(found: Updates, limits: Limits) -> None:
    for name in (ALL, *EDITIONS):
        edition = None if name == ALL else name
        count = len(found.days[name])
        found.limits[name] = {day: limits.days(day, day, edition=edition) for day in SAMPLED if day <= count}
        found.limits_thirty[name] = limits.days(1, count, edition=edition)


def _zstd_19(room: Room, limits: Limits) -> dict[str, int]:
    """`zstd -19` of all records in one file, in the orders that one might mean."""
    lines = {code: [line + b"\n" for line in room.lines(code)] for code in EDITIONS}
    return {
        "the workload's own JSON lines": limits.zstd_19_of_json(0),
        "record lines by key, all editions mixed": limits.zstd_19(sorted(line for ls in lines.values() for line in ls)),
        "record lines, one edition after the other": limits.zstd_19(line for ls in lines.values() for line in ls),
    }


def _until_newest(room: Room, synced: Synced) -> tuple[int, int]:
    """Bytes and requests of one edition's first sync up to its newest segment, which is the first that it asks for."""
    snapshot = room.snapshot("en")
    before = [answer.body for answer in synced.answers if not answer.path.startswith("bundles/")]
    return sum(before) + snapshot.segments[-1].bytes, len(before) + 1


def shares(head: bytes) -> Shares:
    """What a head consists of."""
    files = decode_pack(head)
    bundles = {path: data for path, data in files.items() if path.startswith("bundles/")}
    catalog = {path: data for path, data in files.items() if path.startswith("targets/")}
    trust = {path: data for path, data in files.items() if path.startswith("metadata/")}
    deltas, empty = sum(map(len, bundles.values())), len(encode_pack([]))
    with_trust = len(encode_pack(trust.items()))
    with_catalog = len(encode_pack((trust | catalog).items()))
    return Shares(
        deltas=deltas,
        catalog=with_catalog - with_trust,
        trust=with_trust - empty,
        container=len(head) - deltas - with_catalog + empty,
    )
