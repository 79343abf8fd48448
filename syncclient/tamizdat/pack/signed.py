"""The signed files that every pack begins with: whoever has the fingerprint checks everything else by them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tamizdat.format.names import sha256, target_path

File = tuple[str, bytes]


def signed_files(
    roots: Mapping[int, bytes], *, timestamp: bytes, snapshot: bytes, targets: bytes, catalog: bytes
) -> list[File]:
    """Every root, then timestamp, snapshot and targets metadata and the catalog: path and bytes, in this order."""
    files = [(f"metadata/{version}.root.json", roots[version]) for version in sorted(roots)]
    files.append(("metadata/timestamp.json", timestamp))
    files += [(f"metadata/{_version(data)}.{role}.json", data) for role, data in _named(snapshot, targets)]
    return [*files, (target_path("catalog.json", sha256(catalog)), catalog)]


def _named(snapshot: bytes, targets: bytes) -> list[tuple[str, bytes]]:
    return [("snapshot", snapshot), ("targets", targets)]


def _version(metadata: bytes) -> int:
    """Of metadata that was accepted, and so is what it should be."""
    value: dict[str, Any] = msgspec.json.decode(metadata)
    return int(value["signed"]["version"])
