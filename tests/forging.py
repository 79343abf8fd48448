"""Metadata that no honest signer writes, signed with whatever keys a test hands over."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner

from simulator import Mirror, Simulator
from tamizdat.format.names import sha256
from tamizdat_server.keys import KeyRing

Edit = Callable[[dict[str, Any]], object]
ABOVE = {"targets": "snapshot", "snapshot": "timestamp"}


def encoded(document: object) -> bytes:
    """The one allowed encoding."""
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def signers(folder: Path, role: str) -> list[CryptoSigner]:
    """The keys of a role in a folder."""
    ring = KeyRing(folder)
    return [ring.open(file) for file in ring.files(role)]  # type: ignore[arg-type]


def signed(part: dict[str, Any], keys: Iterable[CryptoSigner]) -> bytes:
    """A metadata file of this signed part."""
    canonical = encode_canonical(part)
    assert canonical is not None
    return encoded({"signatures": [key.sign(canonical.encode()).to_dict() for key in keys], "signed": part})


class Thief(Mirror):
    """A mirror that has a publication's files as they are now, and its keys."""

    def __init__(self, publisher: Simulator) -> None:
        super().__init__(publisher.files)
        self.keys = {role: signers(publisher.keys, role) for role in ("root", "targets", "snapshot", "timestamp")}

    def path(self, role: str) -> str:
        """Where the current file of a role is."""
        if role == "timestamp":
            return "metadata/timestamp.json"
        if role == "root":
            return max((path for path in self.files if path.endswith(".root.json")), key=lambda path: int(path[9:-10]))
        above = json.loads(self.files[self.path(ABOVE[role])])
        return f"metadata/{above['signed']['meta'][f'{role}.json']['version']}.{role}.json"

    def edit(self, role: str, how: Edit, *, keys: Iterable[CryptoSigner] | None = None, whole: bool = False) -> None:
        """Change a file's signed part (`whole`: the document, signatures included, which stay) and sign it again.

        The files that name it are made to name the new one.
        """
        path = self.path(role)
        document = json.loads(self.files[path])
        how(document if whole else document["signed"])
        data = encoded(document) if whole else signed(document["signed"], keys or self.keys[role])
        self.put(role, data, version=document["signed"]["version"])

    def put(self, role: str, data: bytes, *, version: int) -> None:
        """Let `data` be the file of a role, properly named from above."""
        path = "metadata/timestamp.json" if role == "timestamp" else f"metadata/{version}.{role}.json"
        if role in ABOVE:
            info = {"version": version, "length": len(data), "hashes": {"sha256": sha256(data)}}
            self.edit(ABOVE[role], lambda above: above["meta"].update({f"{role}.json": info}))
        self.files[path] = data

    def catalog(self, data: bytes) -> None:
        """Let the targets metadata name this catalog."""
        info = {"length": len(data), "hashes": {"sha256": sha256(data)}}
        self.files[f"targets/{sha256(data)}.catalog.json"] = data
        self.edit("targets", lambda targets: targets["targets"].update({"catalog.json": info}))
