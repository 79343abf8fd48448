"""Heads of a copy: whether one is what the newest metadata says, and what came with it. docs/format.md, section 9.2."""

from collections.abc import Iterator, Mapping
from typing import Final

from tamizdat.errors import HashMismatch
from tamizdat.format.catalog import Catalog
from tamizdat.format.names import METADATA_PATH, bundle_path, head_path, sha256, target_path
from tamizdat.format.pack import decode_pack
from tamizdat.format.state import Accepted

TIMESTAMP: Final = "metadata/timestamp.json"


def head_paths(catalog: Catalog) -> list[str]:
    """The heads that a publication of this catalog has."""
    return [head_path(), *map(head_path, catalog.editions)]


def open_head(data: bytes, *, path: str) -> dict[str, bytes]:
    """The files in a head, none of them checked yet. Raises: DamagedPack, FormatError."""
    return decode_pack(data, path=path)


def is_current(files: Mapping[str, bytes], accepted: Accepted) -> bool:
    """Whether a head was made of the accepted timestamp."""
    return files.get(TIMESTAMP) == accepted.timestamp


def check_head(files: Mapping[str, bytes], accepted: Accepted, *, path: str) -> None:
    """That a current head holds what was accepted, what the catalog names, and nothing else. Raises: HashMismatch."""
    names = {target_path("catalog.json", accepted.catalog_sha256), *_deltas(accepted.catalog)}
    for name, content in files.items():
        # By itself, since the tree's own file may be the damaged one.
        sound = trusted(accepted, name) == content if METADATA_PATH.fullmatch(name) else sha256(content) in name
        if not sound or not (METADATA_PATH.fullmatch(name) or name in names):
            raise HashMismatch(path=path)


def trusted(accepted: Accepted, path: str) -> bytes | None:
    """The accepted metadata of this path's role; of a root, of its version."""
    number, _, role = path.removeprefix("metadata/").removesuffix(".json").rpartition(".")
    if role == "root":
        return accepted.roots.get(int(number))
    return {"timestamp": accepted.timestamp, "snapshot": accepted.snapshot, "targets": accepted.targets}.get(role)


def _deltas(catalog: Catalog) -> Iterator[str]:
    return (bundle_path(delta.sha256) for edition in catalog.editions.values() for delta in edition.deltas)
