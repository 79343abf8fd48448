"""What the `tamizdat keys` commands do to a publication on disk."""

# pyright: reportPrivateImportUsage=false

from pathlib import Path

from tamizdat.errors import KeyProblem
from tamizdat_server.heads import build_heads
from tamizdat_server.keys.ceremony import Ceremony, Change, Staged, add, rotate
from tamizdat_server.keys.files import write_all, write_durably
from tamizdat_server.keys.metadata import read_current
from tamizdat_server.keys.signer import Files, KeyRing, Signer
from tamizdat_server.keys.store import KeyFile, forget, open_key, read_header
from tamizdat_server.roles import Role


def resign(signer: Signer, *, now: int, targets: bool = False) -> list[str]:
    """Renew timestamp and, in time, snapshot, and rebuild the heads; returns the paths written. Raises: KeyProblem."""
    return _write(signer, signer.resign(now=now, targets=targets), now=now)


def change(signer: Signer, how: Change, *, now: int) -> tuple[Staged, list[str]]:
    """Stage a change of keys, and install it if all signatures are there. Raises: KeyProblem."""
    ceremony = Ceremony(signer)
    before = ceremony.staged()
    staged = ceremony.change(how, now=now)
    if before:
        current = read_current(signer.public).root.signed
        _forget(signer.ring, set(before.root.signed.keys) - set(current.keys) - set(staged.root.signed.keys))
    return _install(ceremony, staged, now=now)


def cosign(signer: Signer, brought: Path | None, *, now: int) -> tuple[Staged, list[str]]:
    """Sign the staged root, and install it if that was the last signature it needed. Raises: KeyProblem."""
    ceremony = Ceremony(signer)
    return _install(ceremony, ceremony.cosign(brought), now=now)


def renew_root(signer: Signer, *, now: int) -> tuple[Staged, list[str]]:
    """The next root without a change, so that it holds for another year. Raises: KeyProblem."""
    return change(signer, lambda _: None, now=now)


def add_key(
    signer: Signer, role: Role, *, now: int, public: str | None = None, passphrase: str | None = None
) -> tuple[Staged, list[str]]:
    """Add a key to a role: one whose holder sent its `public` half, or a new one.

    A new one is locked by `passphrase`, else by that of the role's other keys if they have one.
    """
    if public is None and passphrase is None:
        passphrase = _passphrase(signer.ring, role)
    return change(signer, add(signer.ring, role, public=public, passphrase=passphrase), now=now)


def rotate_keys(signer: Signer, role: Role, *, now: int) -> tuple[Staged, list[str]]:
    """Replace the keys of a role that are here. New ones have a passphrase where the old ones had."""
    return change(signer, rotate(signer.ring, role, passphrase=_passphrase(signer.ring, role)), now=now)


def export_root(ring: KeyRing, destination: Path) -> list[Path]:
    """Move the root keys to `destination`; each copy is read back and opened before the original goes.

    Raises: KeyProblem; then both are there.
    """
    keys = ring.folders[0]
    if destination.resolve().is_relative_to(keys.resolve().parent):
        raise KeyProblem(f"{destination} is inside the newsroom; choose a place that leaves this machine", role="root")
    files = [file for file in ring.files("root") if file.path.parent == keys]
    if not files:
        raise KeyProblem(f"{keys} holds no root key; it was moved off before", role="root")
    copies = [_copy(file, destination, ring) for file in files]
    for file in files:
        forget(file)
    return copies


def _install(ceremony: Ceremony, staged: Staged, *, now: int) -> tuple[Staged, list[str]]:
    if not staged.complete:
        return staged, []
    signer = ceremony.signer
    before = read_current(signer.public).root.signed
    paths = _write(signer, ceremony.files(staged, now=now), now=now)
    ceremony.cancel()
    _forget(signer.ring, set(before.keys) - set(staged.root.signed.keys))
    return staged, paths


def _forget(ring: KeyRing, keyids: set[str]) -> None:
    """Delete keys that this publication named once and names no more, in its own folder."""
    for file in ring.files():
        if file.path.parent == ring.folders[0] and file.keyid in keyids:
            forget(file)


def _write(signer: Signer, files: Files, *, now: int) -> list[str]:
    write_all(signer.public, files, modified=now)
    try:
        heads = build_heads(signer.public)
    except OSError as error:
        raise KeyProblem(f"signed, but the heads can't be rebuilt: {error}; 'tamizdat publish' repairs it") from error
    write_all(signer.public, heads, modified=now)
    return [path for path, _ in (*files, *heads)]


def _passphrase(ring: KeyRing, role: Role) -> str | None:
    if not any(file.locked for file in ring.files(role)):
        return None
    if ring.passphrase is None:
        raise KeyProblem(f"a new {role} key needs a passphrase; set TAMIZDAT_PASSPHRASE_FILE", role=role)
    return ring.passphrase()


def _copy(file: KeyFile, destination: Path, ring: KeyRing) -> Path:
    path = destination / file.path.name
    data = file.path.read_bytes()
    if path.exists() and path.read_bytes() != data:
        raise KeyProblem(f"{path} exists already and is another key; nothing was moved", role="root")
    write_durably(path, data, mode=0o600)
    if path.read_bytes() != data:
        raise KeyProblem(f"the copy at {path} isn't what was written; nothing was moved", role="root")
    open_key(read_header(path), ring.passphrase)
    return path
