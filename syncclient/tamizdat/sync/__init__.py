"""Bringing a library up to date from any copy of a publication. The steps are those of docs/format.md, section 10."""

import time
from collections.abc import Callable

from tamizdat.format.names import Address
from tamizdat.library import Library
from tamizdat.sync.options import EditionReport, Keep, Problem, Progress, Silent, SyncOptions, SyncReport

__all__ = ["EditionReport", "Keep", "Problem", "Progress", "Silent", "SyncOptions", "SyncReport", "sync"]


def sync(
    library: Library,
    source: str | Address | None = None,
    *,
    publication: str | None = None,
    options: SyncOptions | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.time,
) -> SyncReport:
    """Bring one publication up to date: from an address, a folder or a pack file, or from the mirrors known of it.

    `publication`: the identity of one that the library knows; needed where it knows several and `source` isn't given.
    What is finished stays finished, whatever goes wrong later.

    Raises: TrustError, TransportError, FormatError, LibraryError, Incomplete, UsageError.
    """
    # HTTP and TUF take half a second to import: only who syncs waits for them, not who lists and reads.
    from tamizdat.sync.session import sync as run

    return run(library, source, publication=publication, options=options, progress=progress, clock=clock)
