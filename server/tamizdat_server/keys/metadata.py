"""The metadata files of a publication tree, as they stand now."""

# pyright: reportPrivateImportUsage=false
# (tuf.api.metadata is where tuf documents its types, though it imports them from elsewhere)

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    Metadata,
    Root,
    Snapshot,
    Targets,
    Timestamp,
)

from tamizdat.errors import KeyProblem
from tamizdat_server.roles import ROLES, Role

LIFETIMES: Final[Mapping[Role, timedelta]] = {
    "root": timedelta(days=365),
    "targets": timedelta(days=90),
    "snapshot": timedelta(days=30),
    "timestamp": timedelta(days=7),
}

T = TypeVar("T", Root, Snapshot, Targets, Timestamp)
_VERSIONED: Final = re.compile(r"([1-9][0-9]{0,15})\.(root|snapshot|targets)\.json")


class Current(msgspec.Struct, frozen=True):
    """The newest root and, once something was published, what the timestamp leads to.

    `least`: what the next versions of targets and snapshot must not be below.
    """

    root: Metadata[Root]
    timestamp: Metadata[Timestamp] | None = None
    snapshot: Metadata[Snapshot] | None = None
    targets: Metadata[Targets] | None = None
    least: int = 0

    def of(self, role: Role) -> Metadata[Any] | None:
        """The file of `role`."""
        return getattr(self, role)

    def verifies(self, role: Role, root: Root) -> bool:
        """Whether `root`'s keys vouch for the current file of `role`; so they do where there is none yet."""
        file = self.of(role)
        return file is None or is_signed(file, role, root)


def is_signed(file: Metadata[Any], role: Role, root: Root) -> bool:
    """Whether a threshold of the keys that `root` names for `role` signed `file`."""
    return bool(root.get_verification_result(role, file.signed_bytes, file.signatures))


def path_of(role: Role, version: int) -> str:
    """Where metadata of a role lies in the tree."""
    return "metadata/timestamp.json" if role == "timestamp" else f"metadata/{version}.{role}.json"


def read_current(public: Path, *, least: int = 0) -> Current:
    """Raises: KeyProblem where files are missing or damaged."""
    version = max(versions_on_disk(public, "root"), default=0)
    if not version:
        raise KeyProblem(f"{public} has no root metadata; is it a publication?", role="root")
    root: Metadata[Root] = read_file(public, "root", version)
    if not (public / path_of("timestamp", 0)).exists():
        return Current(root, least=least)
    timestamp: Metadata[Timestamp] = read_file(public, "timestamp", 0)
    snapshot: Metadata[Snapshot] = read_file(public, "snapshot", timestamp.signed.snapshot_meta.version)
    targets: Metadata[Targets] = read_file(public, "targets", snapshot.signed.meta["targets.json"].version)
    return Current(root, timestamp, snapshot, targets, least)


def read_file(public: Path, role: Role, version: int) -> Metadata[Any]:
    """One metadata file. Raises: KeyProblem."""
    path = public / path_of(role, version)
    try:
        file = Metadata[Any].from_bytes(path.read_bytes())
    except (OSError, RepositoryError) as error:
        raise KeyProblem(f"{path} can't be read ({error}); restore it from a mirror", role=role) from error
    if file.signed.type != role:
        raise KeyProblem(f"{path} is {file.signed.type} metadata; restore it from a mirror", role=role)
    return file


def versions_on_disk(public: Path, role: Role) -> set[int]:
    """The versions of a role's files in the tree, those included that a crash left unreferred to."""
    found = (_VERSIONED.fullmatch(path.name) for path in (public / "metadata").glob(f"*.{role}.json"))
    return {int(match[1]) for match in found if match and match[2] == role}


def expiry(role: Role, now: int) -> datetime:
    """When metadata signed now expire."""
    return datetime.fromtimestamp(now, UTC) + LIFETIMES[role]


__all__ = [
    "LIFETIMES", "ROLES", "Current", "Metadata", "Role", "Root", "Snapshot", "Targets", "Timestamp",
    "expiry", "is_signed", "path_of", "read_current", "read_file", "versions_on_disk",
]  # fmt: skip
