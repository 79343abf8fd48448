"""Heads: the packs that answer a daily sync in one request, made of what lies in the tree. docs/format.md, 9.2."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tamizdat.format.catalog import Catalog, DeltaRef
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import bundle_path, head_path
from tamizdat.format.pack import encode_pack
from tamizdat_server.clock import unix
from tamizdat_server.live import Live, read_live, root_versions

# Who synced within a day of a later signing has what was published before that day.
_DAY: Final = 86_400
# What trust and catalog may take of a head that serves many editions.
_TRUST_BYTES: Final = 256 * 1024


def build_heads(public: Path) -> list[tuple[str, bytes]]:
    """(path, bytes) of the head of each edition and of all, from the newest metadata; none before the first publish.

    Raises: OSError where the tree lacks a file that its own catalog names.
    """
    live = read_live(public)
    if live is None:
        return []
    trust = [(path, (public / path).read_bytes()) for path in _trust_paths(public, live)]
    codes = live.catalog.editions
    room = min(LIMITS.head_delta_bytes, (LIMITS.head_bytes - _TRUST_BYTES) // max(len(codes), 1))
    quiet = live.signed - unix(live.catalog.published) >= _DAY
    deltas = {code: [] if quiet else list(_deltas(public, live.catalog, code, room)) for code in codes}
    heads = [(head_path(code), _pack([*trust, *files])) for code, files in deltas.items()]
    return [(head_path(), _pack([*trust, *(file for files in deltas.values() for file in files)])), *heads]


def _pack(files: list[tuple[str, bytes]]) -> bytes:
    # Two deltas of small editions may be the same file: against different prefixes the same frame says two things.
    return encode_pack(dict(files).items())


def _trust_paths(public: Path, live: Live) -> Iterator[str]:
    for version in reversed(root_versions(public)[-2:]):
        yield f"metadata/{version}.root.json"
    for name in ("timestamp", "snapshot", "targets", "catalog.json"):
        yield live.paths[name]


def _deltas(public: Path, catalog: Catalog, code: str, room: int) -> Iterator[tuple[str, bytes]]:
    """The deltas that the catalog lists for an edition, newest first, while they are small together."""
    for delta in sorted(catalog.editions[code].deltas, key=_newest_first):
        room -= delta.bytes
        if room < 0:
            return
        path = bundle_path(delta.sha256)
        yield path, (public / path).read_bytes()


def _newest_first(delta: DeltaRef) -> tuple[int, int]:
    return -delta.to, -delta.from_
