"""Keys that are the same each time, and metadata signed with them; none of it is borrowed from the publisher."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from making.case import compact, digest

NOW = 1_795_327_200  # 2026-11-22T06:00:00Z
HOUR, DAY = 3600, 86_400
LIVES = {"root": 365 * DAY, "targets": 90 * DAY, "snapshot": 30 * DAY, "timestamp": 7 * DAY}
ORDER = 2**252 + 27742317777372353535851937790883648493
NEUTRAL = bytes([1]) + bytes(31)
Part = dict[str, Any]
Files = dict[str, bytes]


class Key:
    """An Ed25519 key whose seed is the SHA-256 of its name."""

    def __init__(self, name: str) -> None:
        self._seed = hashlib.sha256(f"vectors: {name}".encode()).digest()
        self._private = Ed25519PrivateKey.from_private_bytes(self._seed)
        self.public = self._private.public_key().public_bytes_raw().hex()
        self.id = digest(bytes.fromhex(self.public))[:16]

    def sign(self, part: Part) -> dict[str, str]:
        return {"keyid": self.id, "sig": self._private.sign(canonical(part).encode()).hex()}

    def sign_without_a_nonce(self, part: Part) -> dict[str, str]:
        """A signature whose R is the neutral element: right by the equation, and gives the key away."""
        secret = int.from_bytes(hashlib.sha512(self._seed).digest()[:32], "little") & (2**254 - 8) | 2**254
        start = NEUTRAL + bytes.fromhex(self.public)
        challenge = int.from_bytes(hashlib.sha512(start + canonical(part).encode()).digest(), "little")
        return {"keyid": self.id, "sig": (NEUTRAL + (challenge * secret % ORDER).to_bytes(32, "little")).hex()}

    def sign_beyond_the_order(self, part: Part) -> dict[str, str]:
        """A signature whose S is not the smallest of those that fulfil the equation."""
        sig = bytes.fromhex(self.sign(part)["sig"])
        beyond = int.from_bytes(sig[32:], "little") + ORDER
        return {"keyid": self.id, "sig": (sig[:32] + beyond.to_bytes(32, "little")).hex()}

    @property
    def told(self) -> Part:
        return {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": self.public}}


def canonical(value: Any) -> str:
    """OLPC canonical JSON."""
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case dict():
            members = (f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value))  # type: ignore[reportUnknown]
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case _:
            return {True: "true", False: "false", None: "null"}[value] if not _is_number(value) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def encoded(document: Any) -> bytes:
    """The one encoding that a metadata file may have."""
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode("ascii")


def signed(part: Part, keys: Iterable[Key]) -> bytes:
    """A metadata file."""
    return encoded({"signatures": [key.sign(part) for key in keys], "signed": part})


def told(moment: int) -> str:
    """A time as metadata and catalogs write it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def info(version: int, data: bytes) -> Part:
    """How one metadata file names another."""
    return {"version": version, "length": len(data), "hashes": {"sha256": digest(data)}}


class Press:
    """A publication in memory. `files` is its tree as it is now; `keys` and `thresholds` are by role."""

    def __init__(self, name: str = "press", *, now: int = NOW) -> None:
        self.name, self.now = name, now
        self.keys = {role: [Key(f"{name} {role}")] for role in LIVES}
        self.thresholds = dict.fromkeys(LIVES, 1)
        self.versions = {"root": 1, "targets": 0, "snapshot": 0, "timestamp": 0}
        self.files: Files = {}
        self.parts: dict[str, Part] = {}
        self.catalogs: list[bytes] = []
        self.put("root", self.root_part(), self.keys["root"])

    @property
    def publication(self) -> str:
        return digest(self.files["metadata/1.root.json"])

    def path(self, role: str) -> str:
        return "metadata/timestamp.json" if role == "timestamp" else f"metadata/{self.versions[role]}.{role}.json"

    def root_part(self, **members: Any) -> Part:
        every = {key.id: key.told for keys in self.keys.values() for key in keys}
        roles = {
            role: {"keyids": [key.id for key in keys], "threshold": self.thresholds[role]}
            for role, keys in self.keys.items()
        }
        return self._part("root", consistent_snapshot=True, keys=every, roles=roles) | members

    def put(self, role: str, part: Part, keys: Iterable[Key] | None = None) -> bytes:
        """Sign a file and let it be the current one of its role."""
        data = signed(part, self.keys[role] if keys is None else keys)
        self.parts[role] = part
        self.versions[role] = part["version"]
        self.files[self.path(role)] = data
        return data

    def rotate(self, *roles: str, **members: Any) -> None:
        """The next root: each of these roles has a new key. Metadata are signed anew by `resign` or `publish`."""
        before = self.keys["root"]
        self.versions["root"] += 1
        for role in roles:
            self.keys[role] = [Key(f"{self.name} {role} {self.versions['root']}")]
        signers = {key.id: key for key in (*before, *self.keys["root"])}
        self.put("root", self.root_part(**members), signers.values())

    def catalog(self, **members: Any) -> bytes:
        """The next catalog; `members` replace its own."""
        plain: Part = {
            "format": "tamizdat.catalog.1", "publication": self.publication, "root": 1, "title": "The Press",
            "version": len(self.catalogs) + 1, "published": told(self.now),
            "previous": digest(self.catalogs[-1]) if self.catalogs else "", "editions": {},
        }  # fmt: skip
        return compact(plain | members).encode()

    def publish(self, *, after: int = HOUR, data: bytes | None = None, **members: Any) -> bytes:
        """The next version."""
        self.now += after
        catalog = self.catalog(**members) if data is None else data
        self.catalogs.append(catalog)
        self.offer(catalog)
        return catalog

    def offer(self, catalog: bytes) -> None:
        """Sign for this catalog, whatever it is."""
        site = b'{"format":"tamizdat.site.1","files":[]}'
        self.files |= {f"targets/{digest(catalog)}.catalog.json": catalog, f"targets/{digest(site)}.site.json": site}
        named = {"catalog.json": catalog, "site.json": site}
        self.targets({name: {"length": len(data), "hashes": {"sha256": digest(data)}} for name, data in named.items()})

    def targets(self, targets: Part | None = None, **members: Any) -> None:
        """The next targets metadata, and what names it."""
        named = targets or self.parts["targets"]["targets"]
        self.put("targets", self._next("targets", targets=named) | members)
        self.snapshot()

    def snapshot(self, **members: Any) -> None:
        """The next snapshot, and the timestamp that names it."""
        named = info(self.versions["targets"], self.files[self.path("targets")])
        self.put("snapshot", self._next("snapshot", meta={"targets.json": named}) | members)
        self.timestamp()

    def timestamp(self, **members: Any) -> None:
        """The next timestamp."""
        named = info(self.versions["snapshot"], self.files[self.path("snapshot")])
        part = self._part("timestamp", meta={"snapshot.json": named}) | {"version": self.now} | members
        self.put("timestamp", part)

    def resign(self, *, after: int = DAY) -> None:
        """A later timestamp."""
        self.now += after
        self.timestamp()

    def edited(self, role: str, how: Callable[[bytes], bytes]) -> Files:
        """The tree with other bytes in the file of a role, signatures untouched."""
        return self.files | {self.path(role): how(self.files[self.path(role)])}

    def _next(self, role: str, **members: Any) -> Part:
        return self._part(role, **members) | {"version": self.versions[role] + 1}

    def _part(self, role: str, **members: Any) -> Part:
        plain = {
            "_type": role, "spec_version": "1.0.31", "version": self.versions[role],
            "expires": told(self.now + LIVES[role]),
        }  # fmt: skip
        return plain | members


def but(files: Mapping[str, bytes], *names: str) -> Files:
    """The files without those whose path holds one of these names."""
    return {path: data for path, data in files.items() if not any(name in path for name in names)}
