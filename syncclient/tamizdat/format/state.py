"""What a reader holds and has accepted of a publication: the values that trust decides on and the library keeps."""

from collections.abc import Mapping

import msgspec

from tamizdat.format.catalog import Catalog


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
