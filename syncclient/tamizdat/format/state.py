"""What a reader holds and has accepted of a publication: the values that trust decides on and the library keeps."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tamizdat.format.catalog import Catalog
from tamizdat.format.names import sha256, target_path


class Held(msgspec.Struct, frozen=True):
    """Everything accepted before, as exact bytes. `catalogs`: SHA-256 of each accepted catalog by version."""

    publication: str
    roots: Mapping[int, bytes]
    timestamp: bytes
    snapshot: bytes
    targets: bytes
    catalog: bytes
    catalogs: Mapping[int, str]


class Accepted(msgspec.Struct, frozen=True):
    """A newer state that passed every check; commit it whole or not at all.

    `signed`: when the timestamp was signed, Unix seconds. `site`: SHA-256 and size of site.json. `restart`: the
    keys of the targets role were replaced and the version went back, so that every edition settles anew from segments.
    """

    publication: str
    roots: Mapping[int, bytes]
    timestamp: bytes
    snapshot: bytes
    targets: bytes
    catalog_bytes: bytes
    catalog_sha256: str
    catalog: Catalog
    signed: int
    site: tuple[str, int]
    restart: bool = False


def signed_files(
    roots: Mapping[int, bytes], *, timestamp: bytes, snapshot: bytes, targets: bytes, catalog: bytes
) -> list[tuple[str, bytes]]:
    """Path and bytes of every root, of timestamp, snapshot and targets metadata and the catalog, in this order.

    All of it was accepted, and so is what it should be.
    """
    files = [(f"metadata/{version}.root.json", roots[version]) for version in sorted(roots)]
    files.append(("metadata/timestamp.json", timestamp))
    for role, data in (("snapshot", snapshot), ("targets", targets)):
        files.append((f"metadata/{_version(data)}.{role}.json", data))
    return [*files, (target_path("catalog.json", sha256(catalog)), catalog)]


def _version(metadata: bytes) -> int:
    value: dict[str, Any] = msgspec.json.decode(metadata)
    return int(value["signed"]["version"])
