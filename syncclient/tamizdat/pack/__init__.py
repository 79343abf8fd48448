"""Packs made to be carried: of a publication, a mirror, another pack, or what a reader holds. docs/format.md, 9.3."""

import time
from collections.abc import Callable
from pathlib import Path

from tamizdat.errors import UsageError
from tamizdat.format.names import Address
from tamizdat.library import Library, Publication
from tamizdat.pack.options import PackedEdition, PackOptions, PackReport, Progress, Silent

__all__ = ["PackOptions", "PackReport", "PackedEdition", "Progress", "Silent", "pack"]


def pack(
    source: Library | str | Address,
    file: Path,
    *,
    publication: str | None = None,
    options: PackOptions | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.time,
) -> PackReport:
    """Write a pack to `file`: of a library, or of a publication at an address, in a folder or in another pack.

    `publication`: the identity of the one that is meant, where a library knows several. What the source lacks is told
    in the report, and left out.

    Raises: PackError, UsageError, LibraryError; of an address also TrustError, TransportError, FormatError.
    """
    options, progress = options or PackOptions(), progress or Silent()
    if isinstance(source, Library):
        from tamizdat.pack.holdings import pack_library

        meant = _publication(source, publication)
        return pack_library(source, meant, file, options, progress=progress, clock=clock)
    # HTTP and TUF take half a second to import: only who packs a tree waits for them.
    from tamizdat.pack.tree import pack_tree

    address = Address.parse(source) if isinstance(source, str) else source
    return pack_tree(address, file, options, progress=progress, clock=clock)


def _publication(library: Library, identity: str | None) -> Publication:
    known = [p for p in library.publications() if identity in (None, p.publication)]
    if len(known) != 1:
        raise UsageError(f"this library holds {len(known)} such publications: say which one by --publication")
    return known[0]
