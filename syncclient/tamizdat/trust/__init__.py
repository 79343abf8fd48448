"""What may be accepted next of a publication. Decides; opens no connection and keeps nothing.

The Update Framework's client workflow (specification 1.0, section 5; python-tuf does it), then the chain of catalogs.
"""

from datetime import UTC, datetime
from typing import Literal

from tamizdat.errors import (
    ExpiredError,
    HashMismatch,
    HistoryError,
    RollbackError,
    TrustError,
    WrongPublication,
    WrongRoot,
)
from tamizdat.format.catalog import decode_catalog
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint, sha256, target_path
from tamizdat.format.state import Accepted, Held
from tamizdat.trust.anchor import Anchor, find_anchor
from tamizdat.trust.chain import check_clock, check_identity, follows, seconds
from tamizdat.trust.metadata import read_timestamp
from tamizdat.trust.updater import (
    TIMESTAMP_PATH,
    Fetch,
    MemoryUpdater,
    Source,
    iso,
    load_anchor,
    names_its_files,
    refresh,
    replaces,
    target,
    verifies,
)

_CARRIED = datetime.min.replace(tzinfo=UTC)


def accept(
    held: Held | None,
    fetch: Fetch,
    *,
    now: int,
    fingerprint: Fingerprint | None = None,
    first_use: bool = False,
    carried: bool = False,
) -> Accepted:
    """The publication's newest state as `fetch` offers it, if it may follow `held`; asks for as little as possible.

    `now`: this machine's clock, Unix seconds. `first_use`: trust whatever root 1 is offered. `carried`: a pack
    that came by hand may have expired. Nothing is kept anywhere: commit what is returned, whole.

    Raises: FirstContact, TrustError, FormatError, and whatever `fetch` raises.
    """
    anchor = find_anchor(held, fetch, fingerprint, first_use=first_use)
    state = _refresh(held, fetch, anchor, now=now, carried=carried)
    check_clock(_signed(state), now)
    roots = _join_roots(held, state)
    catalog_sha256, size = target(state, "catalog.json")
    data = _catalog_bytes(held, fetch, catalog_sha256, size)
    catalog = decode_catalog(data)
    check_identity(catalog, publication=_identity(held, roots), root=state.root.version, now=now)
    replaced = held is not None and not verifies(state.root, "targets", held.targets)
    restart = held is not None and not follows(held, catalog, catalog_sha256, replaced=replaced)
    return Accepted(
        publication=catalog.publication,
        roots=roots,
        timestamp=state.files["timestamp"],
        snapshot=state.files["snapshot"],
        targets=state.files["targets"],
        catalog_bytes=data,
        catalog_sha256=catalog_sha256,
        catalog=catalog,
        signed=_signed(state),
        site=target(state, "site.json"),
        restart=restart,
    )


def freshness(signed: int, now: int) -> Literal["fresh", "stale", "very old"]:
    """How to call a state whose timestamp was signed at `signed`: up to two days, up to thirty, or beyond."""
    age = now - signed
    if age <= LIMITS.fresh_seconds:
        return "fresh"
    return "stale" if age <= LIMITS.stale_seconds else "very old"


def _refresh(held: Held | None, fetch: Fetch, anchor: Anchor, *, now: int, carried: bool) -> MemoryUpdater:
    """Run TUF's workflow from `anchor` and what is held."""
    reference = _CARRIED if carried else datetime.fromtimestamp(max(now, _floor(held)), UTC)
    source = Source(fetch)
    updater = load_anchor(anchor.data, _local(held), source, reference=reference, path=anchor.path)
    if held is not None and source.ahead(TIMESTAMP_PATH) == held.timestamp:
        _check_unexpired(held.timestamp, reference)
        # Nothing else has to be asked, not even for a next root: whoever signs a root signs a timestamp, too.
        source.walk = updater.root.is_expired(reference) or updater.root.version not in held.roots
    refresh(updater, source)
    if source.seen[TIMESTAMP_PATH] != updater.files["timestamp"]:
        raise TrustError("two different timestamps of one version exist; wait for the next one, or try another mirror")
    if held is not None and _is_other_history(held, updater):
        raise HistoryError(version=decode_catalog(held.catalog).version)
    return updater


def _is_other_history(held: Held, updater: MemoryUpdater) -> bool:
    # python-tuf goes on with the held snapshot of an equal version, unless that has expired, and takes other targets
    # metadata of one: whoever signed another file of a version has another history.
    again = replaces(updater, "snapshot", held.snapshot) or replaces(updater, "targets", held.targets)
    return again or not names_its_files(updater)


def _local(held: Held | None) -> dict[str, bytes]:
    return {"timestamp": held.timestamp, "snapshot": held.snapshot, "targets": held.targets} if held else {}


def _floor(held: Held | None) -> int:
    """The time that it surely is by now: a slow clock must not let a frozen copy pass."""
    if held is None:
        return 0
    return max(seconds(decode_catalog(held.catalog).published), read_timestamp(held.timestamp, TIMESTAMP_PATH).version)


def _check_unexpired(timestamp: bytes, reference: datetime) -> None:
    expires = read_timestamp(timestamp, TIMESTAMP_PATH).expires
    if expires <= iso(reference):
        raise ExpiredError(role="timestamp", expired=expires)


def _signed(state: MemoryUpdater) -> int:
    return read_timestamp(state.files["timestamp"], TIMESTAMP_PATH).version


def _join_roots(held: Held | None, state: MemoryUpdater) -> dict[int, bytes]:
    """The roots held and the ones just walked, which mustn't contradict them. Raises: WrongRoot, RollbackError."""
    known = dict(held.roots) if held else {}
    for version, data in state.roots.items():
        if known.setdefault(version, data) != data:
            ours, theirs = (Fingerprint.of(version, root) for root in (known[version], data))
            raise WrongRoot(expected=str(ours), offered=str(theirs))
    if max(known) > state.root.version:
        raise RollbackError(role="root", accepted=max(known), offered=state.root.version)
    return known


def _identity(held: Held | None, roots: dict[int, bytes]) -> str:
    """The publication's identity, where root 1 is known or was; else empty."""
    first = sha256(roots[1]) if 1 in roots else ""
    if held and first and held.publication != first:
        raise WrongPublication(expected=held.publication, offered=first)
    return held.publication if held else first


def _catalog_bytes(held: Held | None, fetch: Fetch, digest: str, size: int) -> bytes:
    """The catalog that the targets metadata name, held or fetched. Raises: HashMismatch."""
    if held and sha256(held.catalog) == digest:
        return held.catalog
    path = target_path("catalog.json", digest)
    data = fetch(path, max_bytes=LIMITS.catalog_bytes)
    if len(data) != size or sha256(data) != digest:
        raise HashMismatch(path=path)
    return data


__all__ = ["Fetch", "accept", "freshness"]
