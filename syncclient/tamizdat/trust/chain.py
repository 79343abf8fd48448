"""The chain of catalogs: which one may follow the one accepted last. docs/format.md, section 11.3."""

from datetime import UTC, datetime

from tamizdat.errors import ClockError, HistoryError, RollbackError, TrustError, WrongPublication
from tamizdat.format.catalog import Catalog, decode_catalog
from tamizdat.format.limits import LIMITS
from tamizdat.format.state import Held


def seconds(moment: str) -> int:
    """Unix time of `2026-11-22T06:00:00Z`."""
    return int(datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def check_clock(signed: int, now: int) -> None:
    """Raises: ClockError where `signed` is more than a day ahead of this machine's clock."""
    if signed > now + LIMITS.clock_ahead_seconds:
        raise ClockError(signed=told(signed), now=told(now))


def told(moment: int) -> str:
    """A Unix time as people read it; also one beyond any calendar."""
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"second {moment}"


def check_identity(catalog: Catalog, *, publication: str, root: int, now: int) -> None:
    """That the catalog is of this publication, of this root, and of the past. `publication` empty: not known yet."""
    if publication and catalog.publication != publication:
        raise WrongPublication(expected=publication, offered=catalog.publication)
    if catalog.root > root:
        raise TrustError(
            f"the catalog was made under root {catalog.root}, but this copy ends at root {root}: it isn't whole"
        )
    check_clock(seconds(catalog.published), now)


def follows(held: Held, catalog: Catalog, digest: str, *, replaced: bool) -> bool:
    """Whether `catalog` goes on from what was held; False: every edition has to settle anew.

    With the keys of the targets role `replaced`, what the old keys signed last may be a thief's, so a catalog that
    doesn't prove to stand on it starts anew. Otherwise: Raises: RollbackError, HistoryError.
    """
    if replaced:
        return _stands_on(held, catalog, digest)
    _check_chain(held, catalog, digest)
    return True


def _check_chain(held: Held, catalog: Catalog, digest: str) -> None:
    version = decode_catalog(held.catalog).version
    if catalog.version < version:
        raise RollbackError(role="catalog", accepted=version, offered=catalog.version)
    shown = held.catalogs.get(catalog.version, digest)
    before = held.catalogs.get(catalog.version - 1, "")
    if shown != digest:
        raise HistoryError(version=catalog.version)
    if before and catalog.previous and catalog.previous != before:
        raise HistoryError(version=catalog.version - 1)
    for start, at_start in _starts(catalog):
        if at_start and held.catalogs.get(start, at_start) != at_start:
            raise HistoryError(version=start)


def _stands_on(held: Held, catalog: Catalog, digest: str) -> bool:
    """Whether the catalog names the held one by its hash, and contradicts nothing that was shown."""
    try:
        _check_chain(held, catalog, digest)
    except (RollbackError, HistoryError):
        return False
    version = decode_catalog(held.catalog).version
    known = held.catalogs.get(version)
    named = {digest if catalog.version == version else "", *(at for start, at in _starts(catalog) if start == version)}
    if catalog.version == version + 1:
        named.add(catalog.previous)
    return known is not None and known in named


def _starts(catalog: Catalog) -> list[tuple[int, str]]:
    return [(delta.from_, delta.at_from) for edition in catalog.editions.values() for delta in edition.deltas]
