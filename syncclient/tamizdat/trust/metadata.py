"""The form of metadata files, stricter than TUF's own. docs/format.md, section 11.2.

A file must be exactly what its own compact re-encoding gives (sorted keys, ASCII, lower case escapes, nothing twice),
so that a flipped bit can't hide where no signature covers it, and a verifier in another language agrees.
"""

import json
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata

from tamizdat.errors import FormatError
from tamizdat.format.limits import LIMITS
from tamizdat.format.nesting import check_nesting
from tamizdat.trust.ed25519 import is_sound

Role = Literal["root", "timestamp", "snapshot", "targets"]

Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]
KeyId = Annotated[str, Meta(pattern=r"^[0-9a-f]{8,64}\Z")]
Expiry = Annotated[str, Meta(pattern=r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]
Version = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Threshold = Annotated[int, Meta(ge=1, le=64)]

SIZES: Final[dict[str, int]] = {
    "root": LIMITS.root_bytes,
    "timestamp": LIMITS.timestamp_bytes,
    "snapshot": LIMITS.snapshot_metadata_bytes,
    "targets": LIMITS.targets_bytes,
}


class Exact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something outside the signed part, or whose field names are data: nothing unknown may be in it."""


class Signature(Exact, frozen=True):
    """One Ed25519 signature."""

    keyid: KeyId
    sig: Hex64


class Hashes(Exact, frozen=True):
    """SHA-256 and nothing else."""

    sha256: Hex32


class Public(Exact, frozen=True):
    """The 32 bytes of an Ed25519 public key."""

    public: Hex32


class Key(msgspec.Struct, frozen=True):
    """An Ed25519 key of a role."""

    keytype: Literal["ed25519"]
    scheme: Literal["ed25519"]
    keyval: Public


class RoleKeys(msgspec.Struct, frozen=True):
    """Who may sign for a role, and how many must."""

    keyids: Annotated[list[KeyId], Meta(min_length=1, max_length=64)]
    threshold: Threshold


class Roles(Exact, frozen=True):
    """The four top-level roles."""

    root: RoleKeys
    timestamp: RoleKeys
    snapshot: RoleKeys
    targets: RoleKeys


class Signed(msgspec.Struct, frozen=True):
    """What the signed parts share. Unknown fields are allowed in them: they are signed."""

    version: Version
    spec_version: Annotated[str, Meta(pattern=r"^1\.[0-9]{1,3}(?:\.[0-9]{1,3})?\Z")]
    expires: Expiry


class Root(Signed, frozen=True):
    """The keys of the four roles."""

    type: Literal["root"] = msgspec.field(name="_type")
    consistent_snapshot: bool
    keys: Annotated[dict[KeyId, Key], Meta(max_length=64)]
    roles: Roles


class MetaInfo(msgspec.Struct, frozen=True):
    """Names one version of another metadata file, with its length and hash."""

    version: Version
    length: Annotated[int, Meta(ge=1, le=LIMITS.targets_bytes)]
    hashes: Hashes


class TimestampMeta(Exact, frozen=True):
    """The one file that a timestamp names."""

    snapshot: MetaInfo = msgspec.field(name="snapshot.json")


class Timestamp(Signed, frozen=True):
    """Which snapshot is current. Its version is the Unix time of signing."""

    type: Literal["timestamp"] = msgspec.field(name="_type")
    meta: TimestampMeta


class SnapshotMeta(Exact, frozen=True):
    """The one file that a snapshot names."""

    targets: MetaInfo = msgspec.field(name="targets.json")


class Snapshot(Signed, frozen=True):
    """Which targets metadata is current."""

    type: Literal["snapshot"] = msgspec.field(name="_type")
    meta: SnapshotMeta


class CatalogInfo(msgspec.Struct, frozen=True):
    """Length and hash of catalog.json."""

    length: Annotated[int, Meta(ge=1, le=LIMITS.catalog_bytes)]
    hashes: Hashes


class SiteInfo(msgspec.Struct, frozen=True):
    """Length and hash of site.json."""

    length: Annotated[int, Meta(ge=1, le=LIMITS.site_bytes)]
    hashes: Hashes


class TargetFiles(Exact, frozen=True):
    """The two targets of a publication."""

    catalog: CatalogInfo = msgspec.field(name="catalog.json")
    site: SiteInfo = msgspec.field(name="site.json")


class Targets(Signed, frozen=True):
    """The two targets. Delegations are refused: there is nobody to delegate to."""

    type: Literal["targets"] = msgspec.field(name="_type")
    targets: TargetFiles
    delegations: Any = UNSET


AnySigned = TypeVar("AnySigned", Root, Timestamp, Snapshot, Targets)


class File(Exact, Generic[AnySigned], frozen=True):
    """A whole metadata file."""

    signatures: Annotated[list[Signature], Meta(min_length=1, max_length=64)]
    signed: AnySigned


def read_root(data: bytes, path: str) -> Root:
    """The signed part of a root file in the one allowed form; signatures aren't checked here. Raises: FormatError."""
    root = _read(data, File[Root], path)
    publics = [key.keyval.public for key in root.keys.values()]
    named = {keyid for role in _roles(root) for keyid in role.keyids}
    if not root.consistent_snapshot:
        raise FormatError("a root without consistent snapshots", path=path)
    # One key under two ids would count twice towards a threshold.
    if len(set(publics)) != len(publics) or named != set(root.keys):
        raise FormatError("a root that names a key twice, or one that it doesn't hold", path=path)
    if not all(map(is_sound, publics)):
        raise FormatError("a root with a key by which anybody could sign", path=path)
    return root


def read_timestamp(data: bytes, path: str) -> Timestamp:
    """The signed part of a timestamp in the one allowed form. Raises: FormatError."""
    return _read(data, File[Timestamp], path)


def read_snapshot(data: bytes, path: str) -> Snapshot:
    """The signed part of a snapshot in the one allowed form. Raises: FormatError."""
    return _read(data, File[Snapshot], path)


def read_targets(data: bytes, path: str) -> Targets:
    """The signed part of targets metadata in the one allowed form. Raises: FormatError."""
    targets = _read(data, File[Targets], path)
    if targets.delegations is not UNSET:
        raise FormatError("targets metadata with delegations", path=path)
    return targets


READERS: Final = {"root": read_root, "timestamp": read_timestamp, "snapshot": read_snapshot, "targets": read_targets}


def _roles(root: Root) -> tuple[RoleKeys, ...]:
    return root.roles.root, root.roles.timestamp, root.roles.snapshot, root.roles.targets


def _read(data: bytes, shape: type[File[AnySigned]], path: str) -> AnySigned:
    check_nesting(data, path=path)
    try:
        _check_numbers(data)
        file = msgspec.json.decode(data, type=shape)
        # Round trip through python-tuf: what it verified is then what stands in the file, and nothing else does.
        again = Metadata[Any].from_bytes(data).to_bytes()
    except (msgspec.MsgspecError, RepositoryError, RecursionError, ValueError) as error:
        raise FormatError(f"not metadata of format 1: {error}", path=path) from error
    if again != data:
        raise FormatError("metadata that isn't in its one compact encoding", path=path)
    return file.signed


def _check_numbers(data: bytes) -> None:
    # What is unknown here is signed, too, and every language must be able to write its canonical form.
    json.loads(data, parse_int=_integer, parse_float=_integer, parse_constant=_integer)


def _integer(text: str) -> int:
    if not text.lstrip("-").isdigit() or abs(int(text[:20])) >= 2**53:
        raise ValueError(f"the number {text[:20]}, where only integers up to 2^53 - 1 may be")
    return int(text)
