"""Where trust begins: a root that is held, that a fingerprint names, or that is taken at its word once."""

from typing import NamedTuple

from tamizdat.errors import FirstContact, FormatError, WrongRoot
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint
from tamizdat.format.state import Held
from tamizdat.trust.metadata import read_root
from tamizdat.trust.updater import Fetch, is_html


class Anchor(NamedTuple):
    """The root from which the others are walked."""

    path: str
    data: bytes


def find_anchor(held: Held | None, fetch: Fetch, fingerprint: Fingerprint | None, *, first_use: bool) -> Anchor:
    """The root from which the newer ones are walked. Raises: FirstContact, WrongRoot, FormatError, TransportError."""
    if fingerprint is not None:
        named = _named_root(held, fetch, fingerprint)
        if held is None or fingerprint.version not in held.roots:
            return named
    if held is not None:
        newest = max(held.roots)
        return Anchor(_root_path(newest), held.roots[newest])
    path = _root_path(1)
    data = fetch(path, max_bytes=LIMITS.root_bytes)
    _readable(data, path)
    if not first_use:
        raise FirstContact(fingerprint=str(Fingerprint.of(1, data)))
    return Anchor(path, data)


def _named_root(held: Held | None, fetch: Fetch, fingerprint: Fingerprint) -> Anchor:
    """The root that the fingerprint names, held or fetched. Raises: WrongRoot."""
    path = _root_path(fingerprint.version)
    data = held.roots.get(fingerprint.version) if held else None
    if data is None:
        data = fetch(path, max_bytes=LIMITS.root_bytes)
        _readable(data, path)
    offered = Fingerprint.of(fingerprint.version, data)
    if offered != fingerprint:
        raise WrongRoot(expected=str(fingerprint), offered=str(offered))
    return Anchor(path, data)


def _readable(data: bytes, path: str) -> None:
    if is_html(data):
        raise FormatError("a web page came instead; does this network ask you to log in first?", path=path)
    read_root(data, path)


def _root_path(version: int) -> str:
    return f"metadata/{version}.root.json"
