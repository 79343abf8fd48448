"""The roots before the one that the reader's fingerprint names: not needed here, but by whoever is handed a pack."""

from tamizdat.errors import FileMissing, FormatError, TransportError, TrustError
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint
from tamizdat.format.state import Held, signed_files
from tamizdat.library import Library
from tamizdat.sync.fetch import Source
from tamizdat.sync.plan import Available
from tamizdat.trust import accept


def learn_roots(library: Library, publication: str, source: Source, available: Available, *, now: int) -> None:
    """Keep every root from the first on, where they lead to those held. A sync is none the worse without.

    Raises: LibraryError.
    """
    held = library.held(publication)
    if held is None or 1 in held.roots:
        return
    paths = [f"metadata/{version}.root.json" for version in range(1, min(held.roots))]
    if not all(map(available, paths)):
        return
    try:
        fetched = {path: source.fetch(path, max_bytes=LIMITS.root_bytes, check=lambda data: data) for path in paths}
        roots = _verified(held, fetched, now=now)
    except (TransportError, TrustError, FormatError):
        return
    library.learn_roots(publication, roots)


def _verified(held: Held, fetched: dict[str, bytes], *, now: int) -> dict[int, bytes]:
    """All roots, walked from the one whose digest is the publication's identity."""
    known = signed_files(
        held.roots, timestamp=held.timestamp, snapshot=held.snapshot, targets=held.targets, catalog=held.catalog
    )
    files = fetched | dict(known)

    def fetch(path: str, *, max_bytes: int) -> bytes:  # noqa: ARG001 (it is what trust asks with)
        if path not in files:
            raise FileMissing(where="the library", path=path)
        return files[path]

    state = accept(None, fetch, now=now, fingerprint=Fingerprint(1, held.publication), carried=True)
    return dict(state.roots)
