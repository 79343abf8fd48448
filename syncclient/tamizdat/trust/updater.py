"""The seam to python-tuf: its client workflow, on memory instead of a folder.

Everything here that overrides a private name is pinned by tests/test_trust_seam.py.
"""

# pyright: reportPrivateImportUsage=false
# (tuf.api.metadata is where tuf documents its types, though it imports them from elsewhere)

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from tuf.api import exceptions
from tuf.api.metadata import (
    Metadata,
    Root,
    Signed,
    TargetFile,
    Targets,
)
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from tamizdat.errors import (
    ExpiredError,
    FileMissing,
    FormatError,
    HashMismatch,
    RollbackError,
    TamizdatError,
    ThresholdError,
    TooLarge,
)
from tamizdat.format.limits import LIMITS
from tamizdat.trust.ed25519 import is_sound
from tamizdat.trust.metadata import READERS, SIZES

TIMESTAMP_PATH: Final = "metadata/timestamp.json"


class Fetch(Protocol):
    """How trust asks for a file of the publication."""

    def __call__(self, path: str, *, max_bytes: int) -> bytes:
        """The whole file at `path`. Raises: FileMissing, TransportError."""
        ...


def role_of(path: str) -> str:
    """`root` of `metadata/2.root.json`."""
    return path.rsplit("/", 1)[-1].split(".")[-2]


def is_html(data: bytes) -> bool:
    """Whether these bytes are a web page: what a captive portal, or a host without 404s, answers to everything."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


class Source(FetcherInterface):
    """python-tuf's fetcher over a `Fetch`; remembers what came, and what came last, for error messages.

    With `walk` off, no next root is asked for.
    """

    def __init__(self, fetch: Fetch) -> None:
        self.walk = True
        self.path = ""
        self.seen: dict[str, bytes] = {}
        self._fetch_file = fetch
        self._ahead: dict[str, bytes] = {}

    @property
    def data(self) -> bytes:
        """What came last."""
        return self.seen[self.path]

    def ahead(self, path: str) -> bytes:
        """Fetch a file before the workflow asks for it."""
        self._ahead[path] = self._file(path)
        return self._ahead[path]

    def download_bytes(self, url: str, max_length: int) -> bytes:  # noqa: ARG002
        """The metadata file at `url`, which is a path here; its limit is the format's, not `max_length`.

        A file that is longer than was signed for is then told as such, not as an overlong transfer.
        """
        self.path = url
        self.seen[url] = self._root(url) if role_of(url) == "root" else self._file(url)
        return self.seen[url]

    def _file(self, path: str) -> bytes:
        return self._ahead.pop(path, None) or self._fetch_file(path, max_bytes=SIZES[role_of(path)])

    def _root(self, path: str) -> bytes:
        if not self.walk:
            raise exceptions.DownloadHTTPError("not asked for", 404)
        try:
            data = self._file(path)
        except (FileMissing, TooLarge) as error:
            raise exceptions.DownloadHTTPError(str(error), 404) from error
        if is_html(data):
            raise exceptions.DownloadHTTPError("a web page", 404)
        self._ahead.clear()  # what was fetched ahead may be of the time before this root
        return data

    def _fetch(self, url: str) -> Iterator[bytes]:
        yield self.download_bytes(url, SIZES[role_of(url)])


class MemoryUpdater(Updater):
    """python-tuf's workflow; what it would keep in a folder is in `files` (by role) and `roots` (by version)."""

    def __init__(self, anchor: bytes, held: Mapping[str, bytes], source: Source, *, reference: datetime) -> None:
        self.files = dict(held)
        self.roots: dict[int, bytes] = {}
        self.reference = reference
        self._before: Root | None = None
        config = UpdaterConfig(max_root_rotations=LIMITS.root_rotations)
        # A "folder" in which nothing can be opened: roots are walked from `anchor`, not from files.
        super().__init__(os.devnull, "metadata", fetcher=source, config=config, bootstrap=anchor)
        self._trusted_set.reference_time = reference

    @property
    def root(self) -> Root:
        """The newest verified root."""
        return self._trusted_set.root

    @property
    def targets(self) -> Targets:
        """The verified targets metadata, after `refresh`."""
        return self._trusted_set.targets

    def trusted(self, role: str) -> Any:
        """What is verified so far of `role`, or None."""
        return self._trusted_set[role] if role in self._trusted_set else None  # noqa: SIM401 (its keys are untyped)

    def _load_local_metadata(self, rolename: str) -> bytes:
        if rolename not in self.files:
            raise FileNotFoundError(rolename)
        return self.files[rolename]

    def _persist_metadata(self, rolename: str, data: bytes) -> None:
        path = f"metadata/{rolename}.json"
        READERS[rolename](data, path)
        no_idle_signatures(rolename, data, (self.root,), path)
        self.files[rolename] = data

    def _persist_root(self, version: int, data: bytes) -> None:
        path = f"metadata/{version}.root.json"
        READERS["root"](data, path)
        before, self._before = self._before, self.root
        # Those of an anchor were made with an earlier root's keys, which aren't known here.
        if before is not None or version == 1:
            no_idle_signatures("root", data, (before or self.root, self.root), path)
        self.roots[version] = data

    def _update_root_symlink(self) -> None:
        pass


def refresh(updater: MemoryUpdater, source: Source) -> None:
    """Run the workflow. Raises: TrustError, FormatError, and what `Fetch` raises."""
    try:
        updater.refresh()
    except exceptions.RepositoryError as error:
        raise _ours(error, updater, source) from error


def load_anchor(
    data: bytes, held: Mapping[str, bytes], source: Source, *, reference: datetime, path: str
) -> MemoryUpdater:
    """An updater that trusts the root in `data`. Raises: ThresholdError, FormatError."""
    READERS["root"](data, path)
    try:
        return MemoryUpdater(data, held, source, reference=reference)
    except exceptions.UnsignedMetadataError as error:
        raise ThresholdError(role="root") from error
    except exceptions.RepositoryError as error:
        raise FormatError(str(error), path=path) from error


def verifies(root: Root, role: str, data: bytes) -> bool:
    """Whether `data` is signed by enough of the keys that `root` names for `role`."""
    try:
        file = Metadata[Any].from_bytes(data)
        root.verify_delegate(role, file.signed_bytes, file.signatures)
    except (exceptions.RepositoryError, ValueError):
        return False
    return True


def names_its_files(updater: MemoryUpdater) -> bool:
    """Whether the timestamp names the very snapshot in `files`; a held one was taken by its version alone."""
    try:
        updater.trusted("timestamp").snapshot_meta.verify_length_and_hashes(updater.files["snapshot"])
    except exceptions.LengthOrHashMismatchError:
        return False
    return True


def replaces(updater: MemoryUpdater, role: str, held: bytes) -> bool:
    """Whether a role's metadata are others than those `held`, under their version and with keys that still count."""
    same = Metadata[Any].from_bytes(held).signed.version == updater.trusted(role).version
    return same and updater.files[role] != held and verifies(updater.root, role, held)


def target(updater: MemoryUpdater, name: str) -> tuple[str, int]:
    """SHA-256 and length of a target."""
    file: TargetFile = updater.targets.targets[name]
    return file.hashes["sha256"], file.length


def no_idle_signatures(role: str, data: bytes, signers: tuple[Root, ...], path: str) -> None:
    """Every signature must be valid: beyond the threshold, too, no bit may be changed unseen. Raises: FormatError."""
    file = Metadata[Any].from_bytes(data)
    valid: set[str] = set()
    for root in signers:
        valid |= set(root.get_verification_result(role, file.signed_bytes, file.signatures).signed)
    sound = {keyid for keyid, signature in file.signatures.items() if is_sound(signature.signature)}
    if set(file.signatures) != valid & sound:
        raise FormatError("carries a signature that doesn't belong there or doesn't verify", path=path)


def _ours(error: exceptions.RepositoryError, updater: MemoryUpdater, source: Source) -> TamizdatError:
    role = role_of(source.path)
    match error:
        case exceptions.UnsignedMetadataError():
            return ThresholdError(role=role)
        case exceptions.ExpiredMetadataError():
            return _expired(updater, source)
        case exceptions.BadVersionNumberError():
            return _backwards(role, updater, source)
        case exceptions.LengthOrHashMismatchError():
            return HashMismatch(path=source.path)
        case _:
            return FormatError(f"metadata that can't be read: {error}", path=source.path)


def _expired(updater: MemoryUpdater, source: Source) -> ExpiredError:
    """Names the role that expired: of those verified, else the targets metadata that came last."""
    for role in ("root", "timestamp", "snapshot"):
        signed: Signed | None = updater.trusted(role)
        if signed is not None and signed.is_expired(updater.reference):
            return ExpiredError(role=role, expired=iso(signed.expires))
    return ExpiredError(role="targets", expired=iso(Metadata[Targets].from_bytes(source.data).signed.expires))


def _backwards(role: str, updater: MemoryUpdater, source: Source) -> TamizdatError:
    offered = Metadata[Any].from_bytes(source.data).signed
    accepted = updater.trusted(role)
    if accepted is not None and offered.version < accepted.version:
        return RollbackError(role=role, accepted=accepted.version, offered=offered.version)
    named = {"timestamp": "snapshot", "snapshot": "targets"}.get(role)
    if named and accepted is not None:
        was, now = (_named_version(signed, named) for signed in (accepted, offered))
        if now < was:
            return RollbackError(role=named, accepted=was, offered=now)
    return FormatError(f"holds version {offered.version}, which isn't the one that was named", path=source.path)


def _named_version(signed: Any, role: str) -> int:
    return signed.snapshot_meta.version if role == "snapshot" else signed.meta[f"{role}.json"].version


def iso(moment: datetime) -> str:
    """`2026-11-22T06:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
