"""Changing who may sign: the next root, staged until enough holders of old and of new root keys have signed it."""

# pyright: reportPrivateImportUsage=false

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from securesystemslib.signer import Signature
from tuf.api.exceptions import RepositoryError

from tamizdat.errors import KeyProblem
from tamizdat_server.keys.files import write_durably
from tamizdat_server.keys.metadata import Current, Metadata, Root, expiry, path_of, read_current
from tamizdat_server.keys.signer import Files, KeyRing, Signer, sign
from tamizdat_server.keys.store import create_key, public_key
from tamizdat_server.roles import ROLES, Role

Change = Callable[[Root], None]
STAGED_NAME: Final = "staged.root.json"


class Staged(msgspec.Struct, frozen=True):
    """The next root, before or after it has all signatures.

    `missing_old`, `missing_new`: how many signatures of the present and of the next root keys it still needs.
    """

    version: int
    root: Metadata[Root]
    missing_old: int
    missing_new: int

    @property
    def complete(self) -> bool:
        return not self.missing_old and not self.missing_new


class Ceremony:
    """The next root of one publication. Raises in general: KeyProblem; nothing is changed then."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.path = signer.ring.folders[0] / STAGED_NAME

    def staged(self) -> Staged | None:
        """The root that waits for signatures, if one does."""
        if not self.path.exists():
            return None
        root = read_staged(self.path)
        current = read_current(self.signer.public)
        # One that was written before a crash could clear it away has nothing to wait for.
        return _look(current, root) if root.signed.version > current.root.signed.version else None

    def change(self, how: Change, *, now: int) -> Staged:
        """Stage the next root with a change, signed by every root key that is here.

        It builds on the root that is staged already; the signatures that others gave that one are void.
        """
        current = read_current(self.signer.public)
        before = self.staged()
        root = copy.deepcopy((before.root if before else current.root).signed)
        root.version = current.root.signed.version + 1
        root.expires = expiry("root", now)
        how(root)
        _check(root)
        return self._keep(current, Metadata(root))

    def cosign(self, brought: Path | None = None) -> Staged:
        """Add the signatures of the root keys that are here, and those on a copy that was signed elsewhere."""
        current = read_current(self.signer.public)
        before = self.staged()
        copied = read_staged(brought) if brought else None
        root = before.root if before else copied
        if root is None:
            raise KeyProblem("no root waits for signatures here", role="root")
        if copied and copied.signed_bytes != root.signed_bytes:
            raise KeyProblem(f"{brought} is another root than the one that is staged here", role="root")
        if copied:
            root.signatures.update(_valid(current, copied))
        if root.signed.version != current.root.signed.version + 1:
            raise KeyProblem(f"root {root.signed.version} can't follow root {current.root.signed.version}", role="root")
        return self._keep(current, root)

    def cancel(self) -> None:
        """Forget the staged root."""
        self.path.unlink(missing_ok=True)

    def files(self, staged: Staged, *, now: int) -> Files:
        """What a complete root leads to: itself, and whatever has to be signed anew under it."""
        current = read_current(self.signer.public)
        root = staged.root.signed
        files = [(path_of("root", root.version), staged.root.to_bytes())]
        if current.timestamp is None:
            return files
        stands = all(current.verifies(role, root) for role in ROLES if role != "root")
        if stands and len(self.signer.ring.named(root, "timestamp")) < root.roles["timestamp"].threshold:
            return files  # whoever has the timestamp key signs the next one under this root
        *renewed, timestamp = self.signer.resign(now=now, root=root)
        # Under this root an older timestamp may not verify, and nothing may come between the two.
        return [*renewed, *files, timestamp]

    def _keep(self, current: Current, root: Metadata[Root]) -> Staged:
        ring = self.signer.ring
        here = {file.keyid: file for of in (current.root.signed, root.signed) for file in ring.named(of, "root")}
        sign(root, [ring.open(file) for file in here.values()])
        root.signatures = _valid(current, root)
        write_durably(self.path, root.to_bytes())
        return _look(current, root)


def cosign_file(path: Path, ring: KeyRing) -> Staged:
    """Sign a staged root that was brought to where a key is, but not the publication. Raises: KeyProblem."""
    root = read_staged(path)
    files = ring.files("root")
    if not files:
        raise KeyProblem(f"no root key in {' or '.join(map(str, ring.folders))}", role="root")
    write_durably(path, sign(root, [ring.open(file) for file in files]).to_bytes())
    missing = root.signed.get_verification_result("root", root.signed_bytes, root.signatures).missing
    return Staged(root.signed.version, root, 0, missing)


def read_staged(path: Path) -> Metadata[Root]:
    """A root that waits for signatures. Raises: KeyProblem."""
    try:
        root = Metadata[Root].from_bytes(path.read_bytes())
    except (OSError, RepositoryError) as error:
        raise KeyProblem(f"{path} is not a root that waits for signatures: {error}", role="root") from error
    if root.signed.type != "root":
        raise KeyProblem(f"{path} is not a root that waits for signatures", role="root")
    return root


# -- the changes -------------------------------------------------------------------------------------------------------


def add(ring: KeyRing, role: Role, *, public: str | None = None, passphrase: str | None = None) -> Change:
    """Give `role` another key: one made here, or one whose holder sent its public half."""

    def change(root: Root) -> None:
        key = public_key(public or create_key(ring.folders[0], role, passphrase=passphrase).public)
        if any(key.keyid in keys.keyids for keys in root.roles.values()):
            raise KeyProblem(f"key {key.keyid} has a role already", role=role)
        root.add_key(key, role)

    return change


def revoke(role: Role, keyid: str) -> Change:
    """Take a key from `role`."""

    def change(root: Root) -> None:
        if keyid not in root.roles[role].keyids:
            known = ", ".join(root.roles[role].keyids)
            raise KeyProblem(f"{role} has no key {keyid}; it has {known}", role=role)
        root.revoke_key(keyid, role)

    return change


def threshold(role: Role, number: int) -> Change:
    """Ask for `number` signatures of `role`."""

    def change(root: Root) -> None:
        root.roles[role].threshold = number

    return change


def rotate(ring: KeyRing, role: Role, *, passphrase: str | None = None) -> Change:
    """Replace every key of `role` that is here by a new one. Keys elsewhere stay: revoke them by name."""

    def change(root: Root) -> None:
        old = ring.named(root, role)
        if not old:
            raise KeyProblem(f"no {role} key is here; 'keys add' a new one, then 'keys revoke' the old", role=role)
        for file in old:
            new = create_key(ring.folders[0], role, passphrase=passphrase)
            root.add_key(public_key(new.public), role)
            root.revoke_key(file.keyid, role)

    return change


def _check(root: Root) -> None:
    for role in ROLES:
        keys = root.roles[role]
        if not 1 <= keys.threshold <= len(keys.keyids):
            raise KeyProblem(
                f"{role} would need {keys.threshold} signatures and have {len(keys.keyids)} keys", role=role
            )


def _valid(current: Current, root: Metadata[Root]) -> dict[str, Signature]:
    """The signatures that count; others would make readers refuse the file."""
    result = root.signed.get_root_verification_result(current.root.signed, root.signed_bytes, root.signatures)
    return {keyid: root.signatures[keyid] for keyid in sorted(result.signed)}


def _look(current: Current, root: Metadata[Root]) -> Staged:
    old, new = (
        of.get_verification_result("root", root.signed_bytes, root.signatures)
        for of in (current.root.signed, root.signed)
    )
    return Staged(root.signed.version, root, old.missing, new.missing)
