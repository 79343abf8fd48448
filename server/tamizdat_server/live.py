"""What lies in a publication tree right now, read from its own metadata without checking any signature.

For those who made the tree: the publisher asks what it left there, and heads are packed from it. Readers use
`tamizdat.trust`.
"""

from pathlib import Path
from typing import Any

import msgspec

from tamizdat.errors import FormatError
from tamizdat.format.catalog import Catalog, decode_catalog
from tamizdat.format.names import sha256, target_path


class Live(msgspec.Struct, frozen=True):
    """The state that a tree's timestamp.json leads to. `signed`: when it was signed, Unix seconds."""

    signed: int
    paths: dict[str, str]
    catalog_bytes: bytes
    catalog: Catalog

    @property
    def sha256(self) -> str:
        return sha256(self.catalog_bytes)


def read_live(public: Path) -> Live | None:
    """The tree's current state; None where there is none yet, or not a whole one."""
    try:
        timestamp = _signed(public / "metadata" / "timestamp.json")
        snapshot = f"metadata/{int(timestamp['meta']['snapshot.json']['version'])}.snapshot.json"
        targets = f"metadata/{int(_signed(public / snapshot)['meta']['targets.json']['version'])}.targets.json"
        named = _signed(public / targets)["targets"]
        paths = {
            name: target_path(name, str(named[name]["hashes"]["sha256"])) for name in ("catalog.json", "site.json")
        }
        data = (public / paths["catalog.json"]).read_bytes()
        paths |= {"timestamp": "metadata/timestamp.json", "snapshot": snapshot, "targets": targets}
        return Live(int(timestamp["version"]), paths, data, decode_catalog(data))
    except (OSError, KeyError, TypeError, ValueError, FormatError):
        return None


def root_versions(public: Path) -> list[int]:
    """The versions of the roots in the tree, ascending."""
    names = (path.name.partition(".")[0] for path in (public / "metadata").glob("*.root.json"))
    return sorted(int(name) for name in names if name.isdecimal())


def _signed(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())["signed"]
