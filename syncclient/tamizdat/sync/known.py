"""Which of the library's publications an address means, if any: step 1 of a sync. docs/format.md, section 10."""

from pathlib import Path

from tamizdat.errors import FormatError, TransportError, UsageError
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Address, Fingerprint, sha256
from tamizdat.library import Library, Publication
from tamizdat.sync.contact import ROOT_1
from tamizdat.transport import Transport


def absolute(address: Address) -> Address:
    """The same address, which means the same from any folder."""
    return address if address.is_url else Address(str(Path(address.place).expanduser().absolute()), address.fingerprint)


def named(library: Library, publication: str) -> Publication:
    """The publication of this identity. Raises: UsageError where the library doesn't know it."""
    known = library.publication(publication)
    if known is None:
        raise UsageError(f"this library knows no publication {publication[:16]}…")
    return known


def the_only(library: Library) -> Publication:
    """The one publication that the library holds. Raises: UsageError."""
    known = library.publications()
    if len(known) != 1:
        raise UsageError(f"this library holds {len(known)} publications: say which to sync, by its address")
    return known[0]


def found_at(library: Library, address: Address, source: Transport) -> Publication | None:
    """The publication that is known to be at this address, or whose root the source shows."""
    known = library.publications()
    if address.fingerprint:
        by_root = [p for p in known if _is_root_of(library, p, address.fingerprint)]
        return by_root[0] if by_root else _by_first_root(known, source)
    # What lies in a folder may be another publication tomorrow, and asking is free there.
    here = [p for p in known if source.where in (p.place, p.last_good)] if address.is_url else []
    return here[0] if len(here) == 1 else _by_first_root(known, source)


def _is_root_of(library: Library, publication: Publication, fingerprint: Fingerprint) -> bool:
    if fingerprint.version == 1:
        return publication.publication == fingerprint.sha256
    held = library.held(publication.publication)
    root = held.roots.get(fingerprint.version) if held else None
    return root is not None and sha256(root) == fingerprint.sha256


def _by_first_root(known: list[Publication], source: Transport) -> Publication | None:
    if not known:
        return None
    try:
        identity = sha256(source.fetch(ROOT_1, max_bytes=LIMITS.root_bytes))
    except (TransportError, FormatError):
        return None
    return next((p for p in known if p.publication == identity), None)
