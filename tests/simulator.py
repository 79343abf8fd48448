"""A publisher in memory: real keys, real metadata, a `Fetch` over a dict of path to bytes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tamizdat.errors import FileMissing, TooLarge
from tamizdat.format.catalog import Catalog, DeltaRef, Edition, ListRef, Site, encode
from tamizdat.format.names import Fingerprint, sha256
from tamizdat.format.state import Accepted, Held
from tamizdat.trust import accept
from tamizdat_server.keys import Signer, create_keys

NOW = 1_795_000_000
DAY = 86_400


class Mirror:
    """Answers from `files`, which a test may change at will; `asked` lists the paths that were asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.asked: list[str] = []

    def fetch(self, path: str, *, max_bytes: int) -> bytes:
        self.asked.append(path)
        if path not in self.files:
            raise FileMissing(where="simulator", path=path)
        if len(self.files[path]) > max_bytes:
            raise TooLarge(where="simulator", path=path, limit=max_bytes)
        return self.files[path]


class Simulator(Mirror):
    """Publishes catalogs of its own; `clock` is the publisher's time: `publish` and `resign` move it on, or set it."""

    def __init__(self, folder: Path, *, now: int = NOW, passphrase: str | None = None) -> None:
        super().__init__({})
        self.folder, self.clock = folder, now
        self.public, self.keys = folder / "public", folder / "keys"
        self.catalogs: list[str] = []
        self.fingerprint, root = create_keys(self.keys, passphrase=passphrase, now=now)
        self.write([("metadata/1.root.json", root)])

    @property
    def publication(self) -> str:
        return self.fingerprint.sha256

    @property
    def signer(self) -> Signer:
        return Signer(self.public, self.keys)

    def write(self, files: list[tuple[str, bytes]]) -> None:
        """Put files into the tree on disk and into `files`."""
        for path, data in files:
            target = self.public / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            self.files[path] = data

    def catalog(self, **fields: Any) -> Catalog:
        """The next catalog; `fields` replace what stands in it."""
        version = fields.get("version", len(self.catalogs) + 1)
        plain: dict[str, Any] = {
            "format": "tamizdat.catalog.1",
            "publication": self.publication,
            "root": 1,
            "title": "Simulated",
            "version": version,
            "published": told(self.clock),
            "previous": self.catalogs[-1] if self.catalogs else "",
            "editions": {},
        }
        return Catalog(**(plain | fields))

    def publish(self, *, now: int | None = None, site: bytes | None = None, **fields: Any) -> Catalog:
        """Publish the next version, an hour after the last unless `now` says when."""
        self.clock = self.clock + 3600 if now is None else now
        catalog = self.catalog(**fields)
        data = encode(catalog)
        self.catalogs.append(sha256(data))
        self.write(self.signer.publish(data, site or encode(Site("tamizdat.site.1", [])), now=self.clock))
        return catalog

    def resign(self, *, now: int | None = None) -> None:
        """Re-sign, a day after the last signing unless `now` says when."""
        self.clock = self.clock + DAY if now is None else now
        self.write(self.signer.resign(now=self.clock))


def edition(version: int, deltas: list[DeltaRef] | None = None, **fields: Any) -> Edition:
    """An edition of a catalog, filled with what doesn't matter."""
    plain: dict[str, Any] = {
        "title": "English",
        "direction": "ltr",
        "articles": 1,
        "version": version,
        "deltas": deltas or [],
        "snapshot": ListRef("0" * 64, 100),
    }
    return Edition(**(plain | fields))


def delta(start: int, end: int, at_from: str) -> DeltaRef:
    """A reference to a delta that doesn't exist."""
    return DeltaRef(from_=start, to=end, at_from=at_from, sha256="1" * 64, bytes=10, raw_sha256="2" * 64, raw_bytes=20)


def hold(accepted: Accepted, before: Held | None = None) -> Held:
    """What a library holds after it committed `accepted`."""
    catalogs = {} if before is None or accepted.restart else dict(before.catalogs)
    return Held(
        publication=accepted.publication,
        roots=accepted.roots,
        timestamp=accepted.timestamp,
        snapshot=accepted.snapshot,
        targets=accepted.targets,
        catalog=accepted.catalog_bytes,
        catalogs=catalogs | {accepted.catalog.version: accepted.catalog_sha256},
    )


def follow(publisher: Simulator, before: Held | None = None) -> Held:
    """What a reader holds after syncing from the publisher itself, at the moment of the last signing."""
    known = publisher.fingerprint if before is None else None
    return hold(accept(before, publisher.fetch, now=publisher.clock, fingerprint=known), before)


def fingerprint(files: Mapping[str, bytes], version: int = 1) -> Fingerprint:
    """Of the root of this version among `files`."""
    return Fingerprint.of(version, files[f"metadata/{version}.root.json"])


def told(moment: int) -> str:
    """A Unix time as catalogs write it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
