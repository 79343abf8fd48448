"""Signing a publication's metadata: at each publish, daily afterwards, and after a change of keys."""

# pyright: reportPrivateImportUsage=false

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    MetaFile,
    TargetFile,
)

from tamizdat.errors import KeyProblem
from tamizdat.format.names import Fingerprint, sha256, target_path
from tamizdat_server.keys.metadata import (
    LIFETIMES,
    Current,
    Metadata,
    Root,
    Snapshot,
    Targets,
    Timestamp,
    expiry,
    path_of,
    read_current,
    versions_on_disk,
)
from tamizdat_server.keys.store import KeyFile, Passphrase, create_key, key_files, open_key, public_key
from tamizdat_server.roles import ROLES, Role

Files = list[tuple[str, bytes]]

_SNAPSHOT_RENEWED: Final = LIFETIMES["snapshot"] / 2
_TARGETS_RENEWED: Final = LIFETIMES["targets"] * 2 / 3
"""At these ages metadata are signed anew."""


def create_keys(folder: Path, *, passphrase: str | None, now: int) -> tuple[Fingerprint, bytes]:
    """Make a key for each role in `folder`; returns the fingerprint and the bytes of `1.root.json`.

    `passphrase` guards the root and targets keys; the online ones work unattended. Raises: KeyProblem.
    """
    root = Root(version=1, expires=expiry("root", now), consistent_snapshot=True)
    for role in ROLES:
        guarded = passphrase if role in ("root", "targets") else None
        root.add_key(public_key(create_key(folder, role, passphrase=guarded, first=True).public), role)
    ring = KeyRing(folder, passphrase=(lambda: passphrase) if passphrase else None)
    data = sign(Metadata(root), ring.signers(root, "root")).to_bytes()
    return Fingerprint.of(1, data), data


def sign(file: Metadata[Any], signers: Iterable[CryptoSigner]) -> Metadata[Any]:
    """`file` with these signatures beside those it has."""
    for signer in signers:
        file.sign(signer, append=True)
    return file


class KeyRing:
    """The private keys in some folders. A passphrase is asked for when a key needs it, and once."""

    def __init__(self, *folders: Path, passphrase: Passphrase | None = None) -> None:
        self.folders = folders
        self._ask = passphrase
        self._told: str | None = None
        self._open: dict[str, CryptoSigner] = {}

    @property
    def passphrase(self) -> Passphrase | None:
        """Asks at the first call only."""
        return self._tell if self._ask else None

    def _tell(self) -> str:
        assert self._ask is not None
        if self._told is None:
            self._told = self._ask()
        return self._told

    def files(self, role: Role | None = None) -> list[KeyFile]:
        """The key files here, of one role or all."""
        return [file for file in key_files(*self.folders) if role in (None, file.role)]

    def named(self, root: Root, role: Role) -> list[KeyFile]:
        """The key files here that `root` names for `role`, whatever role they were made for."""
        wanted = set(root.roles[role].keyids)
        return list({file.keyid: file for file in self.files() if file.keyid in wanted}.values())

    def signers(self, root: Root, role: Role) -> list[CryptoSigner]:
        """The keys here that `root` names for `role`, opened: at least its threshold. Raises: KeyProblem."""
        named, threshold = self.named(root, role), root.roles[role].threshold
        if len(named) < threshold:
            where = " or ".join(str(folder) for folder in self.folders)
            raise KeyProblem(f"{threshold} of the {role} keys must sign, but {where} has {len(named)}", role=role)
        # As many as are asked for: each more would be 150 bytes of every sync. Keys that open by themselves come first.
        named = sorted(named, key=lambda file: file.locked)[:threshold]
        return [self.open(file) for file in named]

    def open(self, file: KeyFile) -> CryptoSigner:
        """Raises: KeyProblem."""
        if file.keyid not in self._open:
            self._open[file.keyid] = open_key(file, self.passphrase)
        return self._open[file.keyid]


class Signer:
    """One publication's metadata: what stands in `public/metadata`, and the keys that make the next.

    It returns files, in writing order, and writes none. Raises in general: KeyProblem.
    """

    def __init__(self, public: Path, keys: Path, *more: Path, passphrase: Callable[[], str] | None = None) -> None:
        """`more`: other folders with keys, such as a stick; new keys are made in `keys`."""
        self.public = public
        self.ring = KeyRing(keys, *more, passphrase=passphrase)

    def publish(self, catalog: bytes, site: bytes, *, now: int, leap: bool = False) -> Files:
        """Sign for a new catalog and site list: both, targets, snapshot, and timestamp.json last.

        `leap`: let the metadata versions go on from `now`, which is above all that may have been signed before a
        backup was restored; readers refuse lower ones.
        """
        current = read_current(self.public, least=now if leap else 0)
        files = [
            (target_path(name, sha256(data)), data) for name, data in (("catalog.json", catalog), ("site.json", site))
        ]
        targets = {
            "catalog.json": TargetFile.from_data("catalog.json", catalog, ["sha256"]),
            "site.json": TargetFile.from_data("site.json", site, ["sha256"]),
        }
        unseen = _unseen_renewals(current.targets, now, after=_TARGETS_RENEWED)
        return files + self._from_targets(current, targets, now, unseen=unseen)

    def resign(self, *, now: int, targets: bool = False, root: Root | None = None) -> Files:
        """Renew the timestamp; the snapshot where half its life is over; and what the root's keys don't vouch for.

        `targets`: the targets metadata, too; without being told so, it is renewed in its last month if its key is
        here and needs no passphrase. `root`: one that is about to be written; else the newest.
        """
        current = read_current(self.public)
        timestamp, snapshot, editors = current.timestamp, current.snapshot, current.targets
        if timestamp is None or snapshot is None or editors is None:
            raise KeyProblem(
                "nothing was published here yet, so there is nothing to sign anew; 'tamizdat publish' first"
            )
        if root is not None:
            current = Current(Metadata(root), timestamp, snapshot, editors)
        if (
            targets
            or not current.verifies("targets", current.root.signed)
            or self._can_renew(editors.signed, current, now)
        ):
            return self._from_targets(current, editors.signed.targets, now)
        if not current.verifies("snapshot", current.root.signed) or _half_over(snapshot.signed, now):
            return self._from_snapshot(current, snapshot.signed.meta["targets.json"], now)
        return self._from_timestamp(current, timestamp.signed.snapshot_meta, now)

    def _can_renew(self, targets: Targets, current: Current, now: int) -> bool:
        root = current.root.signed
        unlocked = [file for file in self.ring.named(root, "targets") if not file.locked]
        late = _age(targets, now) > _TARGETS_RENEWED
        return late and len(unlocked) >= root.roles["targets"].threshold

    def _from_targets(self, current: Current, targets: dict[str, TargetFile], now: int, *, unseen: int = 0) -> Files:
        version = self._next(current, "targets") + unseen
        signed = Targets(version=version, expires=expiry("targets", now), targets=targets)
        data = self._sign(current, "targets", signed)
        info = MetaFile.from_data(version, data, ["sha256"])
        files = self._from_snapshot(
            current, info, now, unseen=_unseen_renewals(current.snapshot, now, after=_SNAPSHOT_RENEWED)
        )
        return [(path_of("targets", version), data), *files]

    def _from_snapshot(self, current: Current, targets: MetaFile, now: int, *, unseen: int = 0) -> Files:
        version = self._next(current, "snapshot") + unseen
        signed = Snapshot(version=version, expires=expiry("snapshot", now), meta={"targets.json": targets})
        data = self._sign(current, "snapshot", signed)
        info = MetaFile.from_data(version, data, ["sha256"])
        return [(path_of("snapshot", version), data), *self._from_timestamp(current, info, now)]

    def _from_timestamp(self, current: Current, snapshot: MetaFile, now: int) -> Files:
        last = current.timestamp.signed.version if current.timestamp else 0
        # The Unix time of signing, so that two signers never collide, and readers see how fresh it is.
        signed = Timestamp(version=max(now, last + 1), expires=expiry("timestamp", now), snapshot_meta=snapshot)
        return [(path_of("timestamp", 0), self._sign(current, "timestamp", signed))]

    def _sign(self, current: Current, role: Role, signed: Any) -> bytes:
        return sign(Metadata(signed), self.ring.signers(current.root.signed, role)).to_bytes()

    def _next(self, current: Current, role: Role) -> int:
        """One more than any version in the tree, so that no file is written twice, also after a crash."""
        file = current.of(role)
        last = max({file.signed.version if file else 0, *versions_on_disk(self.public, role)})
        return max(last + 1, current.least)


def _unseen_renewals(held: Metadata[Snapshot] | Metadata[Targets] | None, now: int, *, after: timedelta) -> int:
    """How often another machine may have renewed these metadata meanwhile, at most; readers saw those.

    Who only serves renews the snapshot; a second copy of the newsroom, or one before a backup was restored, targets.
    """
    return max(0, _age(held.signed, now) // after) if held else 0


def _half_over(snapshot: Snapshot, now: int) -> bool:
    return _age(snapshot, now) > _SNAPSHOT_RENEWED


def _age(signed: Snapshot | Targets, now: int) -> timedelta:
    role = "snapshot" if isinstance(signed, Snapshot) else "targets"
    return expiry(role, now) - signed.expires
