"""Private keys as files: `keys/<role>.pem` and `keys/<role>-<keyid>.pem`, readable by their owner alone.

A file is a PKCS#8 PEM block; the lines ahead of it say whose it is, so that the public half, and whether a passphrase
is needed, can be told without opening it. A passphrase goes through scrypt first: PKCS#8's own derivation is cheap
enough to try whole dictionaries.
"""

# pyright: reportPrivateImportUsage=false

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from tamizdat.errors import KeyProblem
from tamizdat_server.keys.files import write_durably
from tamizdat_server.roles import ROLES, Role

Passphrase = Callable[[], str]

SCRYPT_COST: Final = 2**17  # 128 MB and about half a second a guess
_HEADER: Final = re.compile(rb"(?m)^(role|key id|public|scrypt): (.+)$")


class KeyFile(msgspec.Struct, frozen=True):
    """A key file as its header tells. `scrypt`: cost and salt, empty where no passphrase is needed."""

    path: Path
    role: Role
    keyid: str
    public: str
    scrypt: str

    @property
    def locked(self) -> bool:
        return bool(self.scrypt)


def keyid_of(public: str) -> str:
    """Names a key by 16 hex digits of its public bytes' SHA-256: short, since it is part of every sync."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def public_key(public: str) -> SSlibKey:
    """The public half as metadata names it."""
    return SSlibKey(keyid_of(public), "ed25519", "ed25519", {"public": public})


def create_key(folder: Path, role: Role, *, passphrase: str | None, first: bool = False) -> KeyFile:
    """Make a key of `role` in `folder`. The first of a role is called `<role>.pem`, others carry their key id."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    keyid = keyid_of(public)
    path = folder / (f"{role}.pem" if first else f"{role}-{keyid}.pem")
    scrypt = f"{SCRYPT_COST} {secrets.token_hex(16)}" if passphrase else ""
    secret = BestAvailableEncryption(_stretch(passphrase, scrypt)) if passphrase else NoEncryption()
    block = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret)
    head = f"tamizdat private key; keep it secret\nrole: {role}\nkey id: {keyid}\npublic: {public}\n"
    if scrypt:
        head += f"scrypt: {scrypt}\n"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        raise KeyProblem(f"{path} exists already; nothing was changed", role=role)
    write_durably(path, head.encode() + block, mode=0o600)
    return KeyFile(path, role, keyid, public, scrypt)


def key_files(*folders: Path) -> Iterator[KeyFile]:
    """Every private key in these folders, by file name."""
    for folder in folders:
        for path in sorted(folder.glob("*.pem")) if folder.is_dir() else ():
            yield read_header(path)


def needs_passphrase(folder: Path, role: Role) -> bool:
    """Whether every key of this role in `folder` is locked. Raises: KeyProblem."""
    locked = [file.locked for file in key_files(folder) if file.role == role]
    return bool(locked) and all(locked)


def read_header(path: Path) -> KeyFile:
    """What a key file tells without being opened. Raises: KeyProblem."""
    try:
        fields = {name.decode(): value.decode("ascii").strip() for name, value in _HEADER.findall(path.read_bytes())}
        public = fields["public"]
        role = fields["role"]
        if role not in ROLES or keyid_of(public) != fields["key id"]:
            raise KeyProblem(f"{path} says it is something that it isn't; restore it from a copy")
        return KeyFile(path, role, fields["key id"], public, fields.get("scrypt", ""))
    except (OSError, KeyError, ValueError) as error:
        raise KeyProblem(f"{path} is not a tamizdat key file: {error}") from error


def open_key(file: KeyFile, passphrase: Passphrase | None) -> CryptoSigner:
    """The key, ready to sign. Raises: KeyProblem where it is damaged, or the passphrase is missing or wrong."""
    secret: bytes | None = None
    if file.locked:
        if passphrase is None:
            raise KeyProblem(
                f"the {file.role} key {file.path} needs its passphrase; set TAMIZDAT_PASSPHRASE_FILE", role=file.role
            )
        secret = _stretch(passphrase(), file.scrypt)
    try:
        private = load_pem_private_key(file.path.read_bytes(), secret)
    except (ValueError, TypeError, OSError) as error:
        what = "the passphrase is wrong, or the file damaged" if file.locked else f"it can't be read: {error}"
        raise KeyProblem(f"the {file.role} key {file.path} stays closed: {what}", role=file.role) from error
    if not isinstance(private, Ed25519PrivateKey) or private.public_key().public_bytes_raw().hex() != file.public:
        raise KeyProblem(f"{file.path} holds another key than it says; restore it from a copy", role=file.role)
    return CryptoSigner(private, public_key(file.public))


def _stretch(passphrase: str, scrypt: str) -> bytes:
    cost, salt = scrypt.split()
    if not cost.isdigit() or not 2**10 <= int(cost) <= 2**20:
        raise KeyProblem(f"a key file with an odd scrypt cost, {cost}")
    stretched = hashlib.scrypt(
        passphrase.encode(), salt=bytes.fromhex(salt), n=int(cost), r=8, p=1, maxmem=2**31 - 1, dklen=32
    )
    return stretched.hex().encode()


def forget(file: KeyFile) -> None:
    """Delete a key file, its bytes overwritten first as far as the disk allows."""
    size = file.path.stat().st_size
    with file.path.open("r+b") as stream:
        stream.write(secrets.token_bytes(size))
        stream.flush()
        os.fsync(stream.fileno())
    file.path.unlink()
