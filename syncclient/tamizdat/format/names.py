"""Paths, fingerprints and addresses: the names by which a publication's files are called."""

import base64
import hashlib
import re
from typing import Final, NamedTuple

from tamizdat.errors import FormatError, UsageError

SHA256: Final = r"[0-9a-f]{64}"
LANGUAGE: Final = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"
NUMBER: Final = r"[1-9][0-9]{0,15}"

METADATA_PATH: Final = re.compile(rf"metadata/(?:timestamp|{NUMBER}\.(?:root|snapshot|targets))\.json", re.ASCII)
TARGET_PATH: Final = re.compile(rf"targets/{SHA256}\.(?:catalog|site)\.json", re.ASCII)
IMMUTABLE_PATH: Final = re.compile(
    rf"bundles/{SHA256}\.jsonl(?:\.zst)?|lists/{SHA256}\.json(?:\.zst)?|media/{SHA256}\.(?:tar|jpg|png|webp|avif|gif)",
    re.ASCII,
)
HEAD_PATH: Final = re.compile(rf"head(?:-{LANGUAGE})?\.tar\.zst", re.ASCII)
SITE_PATH: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}/){0,4}[A-Za-z0-9._-]{1,128}", re.ASCII)
HOST_PATHS: Final = frozenset((".htaccess", "_headers"))
"""Settings for common web servers, which those don't hand out: a copy that lacks them is whole all the same."""
FINGERPRINT: Final = re.compile(rf"({NUMBER})\.([a-z2-7]{{52}})", re.ASCII)


def sha256(data: bytes) -> str:
    """SHA-256 of `data`, 64 lowercase hex digits."""
    return hashlib.sha256(data).hexdigest()


def is_pack_path(path: str) -> bool:
    """Whether a pack may carry this path: metadata, targets, bundles, lists and media, nothing else."""
    return any(rule.fullmatch(path) for rule in (METADATA_PATH, TARGET_PATH, IMMUTABLE_PATH))


def is_site_path(path: str) -> bool:
    """Whether site.json may list this path: a harmless one, and none that another signed file speaks for."""
    free = not is_pack_path(path) and not HEAD_PATH.fullmatch(path)
    return free and path not in (".", "..") and not path.endswith(("/.", "/..")) and bool(SITE_PATH.fullmatch(path))


def bundle_path(digest: str) -> str:
    """Where the compressed bundle of this SHA-256 lies."""
    return f"bundles/{digest}.jsonl.zst"


def raw_bundle_path(digest: str) -> str:
    """Where a pack may carry the plain bundle of this SHA-256."""
    return f"bundles/{digest}.jsonl"


def list_path(digest: str) -> str:
    """Where the list (history, snapshot, revisions, media, withdrawn, mirrors) of this SHA-256 lies."""
    return f"lists/{digest}.json.zst"


def stock_path(digest: str) -> str:
    """Where a pack carries the stock list of this SHA-256."""
    return f"lists/{digest}.json"


def media_bundle_path(digest: str) -> str:
    """Where the media bundle of this SHA-256 lies."""
    return f"media/{digest}.tar"


def target_path(name: str, digest: str) -> str:
    """Where the TUF target `name` (catalog.json or site.json) of this SHA-256 lies."""
    return f"targets/{digest}.{name}"


def head_path(edition: str | None = None) -> str:
    """Where the head of one edition, or of all, lies."""
    return f"head-{edition}.tar.zst" if edition else "head.tar.zst"


class Fingerprint(NamedTuple):
    """Names one root metadata file by its version and the SHA-256 of its exact bytes."""

    version: int
    sha256: str

    def __str__(self) -> str:
        digest = base64.b32encode(bytes.fromhex(self.sha256)).decode("ascii")
        return f"{self.version}.{digest.rstrip('=').lower()}"

    @classmethod
    def of(cls, version: int, root: bytes) -> "Fingerprint":
        """The fingerprint of the exact bytes of `<version>.root.json`."""
        return cls(version, sha256(root))

    @classmethod
    def parse(cls, text: str) -> "Fingerprint":
        """Read `N.base32`; upper case is accepted, since people type it. Raises: FormatError."""
        found = FINGERPRINT.fullmatch(text.strip(" \t\r\n").lower()) if text.isascii() else None
        if not found or int(found[1]) >= 2**53:
            raise FormatError(f"{text!r} is not a fingerprint like 1.abc… (52 letters and digits after the dot)")
        digest = base64.b32decode(found[2].upper() + "====")
        fingerprint = cls(int(found[1]), digest.hex())
        if str(fingerprint) != found[0]:
            raise FormatError(f"{text!r} is not a fingerprint: its last letter is off")
        return fingerprint


class Address(NamedTuple):
    """Where to find a publication (an https URL, a folder or a pack file) and whom to trust."""

    place: str
    fingerprint: Fingerprint | None

    def __str__(self) -> str:
        return f"{self.place}#{self.fingerprint}" if self.fingerprint else self.place

    @property
    def is_url(self) -> bool:
        return self.place.startswith(("http://", "https://"))

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `https://host/path/#FINGERPRINT`, or a path with or without `#FINGERPRINT`. Raises: UsageError."""
        place, hash_mark, name = text.strip(" \t\r\n").partition("#")
        if not place:
            raise UsageError(f"{text!r} is not an address; one looks like https://host/path/#1.abc…")
        if "://" in place and not place.startswith(("http://", "https://")):
            raise UsageError(f"{text!r}: only https:// and http:// addresses, folders and packs can be synced from")
        try:
            fingerprint = Fingerprint.parse(name) if hash_mark and name else None
        except FormatError as error:
            raise UsageError(str(error)) from error
        if place.startswith(("http://", "https://")) and not place.endswith("/"):
            place += "/"
        return cls(place, fingerprint)
