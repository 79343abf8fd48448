"""What the publisher's sizes and levels were chosen from: deltas by prefix, segments by size and level."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from room import Room
from tamizdat.format import zstd
from tamizdat.format.article import Article, decode_record
from tamizdat.format.bundle import BUNDLE_FORMAT, Header, Kind, encode_bundle, prefix_of
from workload import EDITIONS

PREFIXES = (0, 1 << 19, 1 << 20, 1 << 21, 1 << 22)
SEGMENTS = (550_000, 1_100_000, 2_200_000, 4_400_000)
SEGMENT_LEVELS = (9, 12, 15, 17, 19)
DELTA_LEVEL = 19
PUBLICATION = sha256(b"bench").hexdigest()


@dataclass(frozen=True)
class Tried:
    """One choice: bytes and CPU seconds, of all editions together."""

    bytes: int
    cpu: float
    files: int


@dataclass(frozen=True)
class Tuning:
    """Deltas of day 1 by (bytes of the newest articles in the prefix, older ones named); segments by (bytes, level)."""

    deltas: Mapping[tuple[int, bool], Tried]
    segments: Mapping[tuple[int, int], Tried]


class State:
    """One edition's articles: their lines by key, and the newest first."""

    def __init__(self, room: Room, edition: str) -> None:
        self.edition, self.lines = edition, {}
        places: list[tuple[str, str]] = []
        for line in room.lines(edition):
            record = decode_record(line).record
            self.lines[record.key] = line
            if isinstance(record, Article):
                places.append((record.published, record.key))
        places.sort(key=lambda place: place[1])
        places.sort(key=lambda place: place[0], reverse=True)
        self.newest_first = [self.lines[key] for _, key in places]


def measure(room: Room) -> Tuning:
    """Plays day 1 of a room that stands at its base."""
    before = [State(room, code) for code in EDITIONS]
    room.play(1)
    room.publish()
    after = [State(room, code) for code in EDITIONS]
    pairs = list(zip(before, after, strict=True))
    deltas = {
        (size, named): _compressed(_deltas(pairs, size, named=named), DELTA_LEVEL)
        for named in (False, True)
        for size in PREFIXES
    }
    segments = {
        (size, level): _compressed(_segments(before, size), level) for size in SEGMENTS for level in SEGMENT_LEVELS
    }
    return Tuning(deltas, segments)


def _deltas(pairs: Iterable[tuple[State, State]], newest: int, *, named: bool) -> Iterator[tuple[bytes, bytes]]:
    """Each edition's delta, and the prefix it is compressed against."""
    for before, after in pairs:
        touched = {key: line for key, line in after.lines.items() if before.lines.get(key) != line}
        raw = _bundle(after.edition, "delta", touched)
        recent = prefix_of(before.newest_first, newest=newest)
        older = before.newest_first[recent.count(b"\n") :]
        revised = {
            before.lines[key] for key in touched if key in before.lines and b'"retraction"' not in touched[key][:30]
        }
        also = [line for line in older if named and line in revised]
        yield raw, prefix_of(before.newest_first, newest=newest, also=also)


def _segments(states: Iterable[State], size: int) -> Iterator[tuple[bytes, bytes]]:
    for state in states:
        piece: dict[str, bytes] = {}
        held = 0
        keys = {line: key for key, line in state.lines.items()}
        for line in reversed(state.newest_first):
            if held + len(line) > size and piece:
                yield _bundle(state.edition, "segment", piece), b""
                piece, held = {}, 0
            piece[keys[line]] = line
            held += len(line) + 1
        yield _bundle(state.edition, "segment", piece), b""


def _bundle(edition: str, kind: Kind, lines: Mapping[str, bytes]) -> bytes:
    return encode_bundle(
        Header(BUNDLE_FORMAT, PUBLICATION, edition, kind, len(lines)), [lines[k] for k in sorted(lines)]
    )


def _compressed(bundles: Iterable[tuple[bytes, bytes]], level: int) -> Tried:
    size, cpu, files = 0, 0.0, 0
    for raw, prefix in bundles:
        begun = time.process_time()
        size += len(zstd.compress(raw, level=level, prefix=prefix))
        cpu += time.process_time() - begun
        files += 1
    return Tried(size, cpu, files)
