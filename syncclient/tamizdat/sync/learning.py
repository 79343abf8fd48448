"""Learning which mirrors there are beyond those in the catalog, while somebody can be reached: part of step 8."""

from tamizdat.errors import FormatError, TransportError, TrustError
from tamizdat.format.catalog import Catalog, MirrorsList, decode_list
from tamizdat.format.names import list_path
from tamizdat.library import Library
from tamizdat.sync.fetch import CapReached, Fetcher, Wanted
from tamizdat.sync.plan import Available


def learn_mirrors(library: Library, catalog: Catalog, fetcher: Fetcher, available: Available) -> None:
    """Keep the catalog's list of further mirrors, fetched where it is another than the one known.

    What can't be had now is asked for at the next sync: a sync is none the worse for it. Raises: LibraryError.
    """
    ref = catalog.more_mirrors
    if (ref.sha256 if ref else "") == library.more_mirrors_sha256(catalog.publication):
        return
    if ref is None:
        library.learn_more_mirrors(catalog.publication, [], sha256="")
        return
    path = list_path(ref.sha256)
    if not available(path):
        return
    try:
        data = fetcher.one(Wanted(path, ref.bytes, ref.sha256))
        found = decode_list(data, ref, MirrorsList)
    except (CapReached, TransportError, TrustError, FormatError):
        return
    library.learn_more_mirrors(catalog.publication, found.mirrors, sha256=ref.sha256)
