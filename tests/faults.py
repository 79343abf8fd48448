"""What can go wrong on the way, as decorators over a real transport. Each says in `only` which paths it spoils."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.errors import FileMissing, TooLarge, TooSlow, Unreachable
from tamizdat.transport import HeldHead, Transport


@dataclass
class Fault:
    """Passes everything on. Subclasses spoil the paths that match `only`, as a regular expression."""

    inner: Transport
    only: str = ""
    spoiled: list[str] = field(default_factory=list[str], kw_only=True)

    @property
    def where(self) -> str:
        return self.inner.where

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:
        if not re.search(self.only, path):
            return self.inner.fetch(path, max_bytes=max_bytes, partial=partial)
        self.spoiled.append(path)
        return self.spoil(path, max_bytes=max_bytes, partial=partial)

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        if not re.search(self.only, path):
            return self.inner.fetch_head(path, max_bytes=max_bytes, held=held)
        self.spoiled.append(path)
        return self.spoil(path, max_bytes=max_bytes, partial=None)

    def close(self) -> None:
        self.inner.close()

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        return self.inner.fetch(path, max_bytes=max_bytes, partial=partial)


@dataclass
class CutAfter(Fault):
    """Loses the connection after `limit` bytes of every file, each time; what arrived stays in the partial file."""

    limit: int = field(default=0, kw_only=True)

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        data = self.inner.fetch(path, max_bytes=max_bytes)
        held = partial.read_bytes() if partial and partial.exists() else b""
        arrived = held + data[len(held) : len(held) + self.limit]
        if partial:
            partial.write_bytes(arrived)
        if len(arrived) < len(data):
            raise Unreachable(where=self.where, path=path, reason="the connection was lost")
        return arrived


@dataclass
class Corrupt(Fault):
    """Flips one bit of each file: bit `bit`, counted from its start, as often round as it takes."""

    bit: int = field(default=0, kw_only=True)

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        data = bytearray(self.inner.fetch(path, max_bytes=max_bytes, partial=partial))
        if data:
            data[self.bit // 8 % len(data)] ^= 1 << self.bit % 8
        return bytes(data)


@dataclass
class Truncated(Fault):
    """Loses the last `lost` bytes of each file, and says nothing of it."""

    lost: int = field(default=1, kw_only=True)

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        return self.inner.fetch(path, max_bytes=max_bytes, partial=partial)[: -self.lost]


@dataclass
class Longer(Fault):
    """Adds bytes behind the end, where the limit has room for them; TooLarge otherwise, as a real transport says."""

    extra: bytes = field(default=b"\n", kw_only=True)

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        data = self.inner.fetch(path, max_bytes=max_bytes, partial=partial) + self.extra
        if len(data) > max_bytes:
            raise TooLarge(where=self.where, path=path, limit=max_bytes)
        return data


@dataclass
class Missing(Fault):
    """Says that the file isn't there."""

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        raise FileMissing(where=self.where, path=path)


@dataclass
class MissingOnce(Fault):
    """Says so the first time that a path is asked for."""

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        if self.spoiled.count(path) == 1:
            raise FileMissing(where=self.where, path=path)
        return self.inner.fetch(path, max_bytes=max_bytes, partial=partial)


@dataclass
class Endless(Fault):
    """Sends and sends."""

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        raise TooLarge(where=self.where, path=path, limit=max_bytes)


@dataclass
class Drip(Fault):
    """Sends next to nothing, for ever."""

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        raise TooSlow(where=self.where, path=path, reason="only 60 bytes in 60 seconds")


@dataclass
class Down(Fault):
    """Can't be reached."""

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        raise Unreachable(where=self.where, path=path, reason="Connection refused")


@dataclass
class Portal(Fault):
    """Answers with a log-in page, whatever is asked."""

    page: bytes = field(default=b"<!doctype html><title>Welcome</title><p>Please log in.", kw_only=True)

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        return self.page[:max_bytes]


@dataclass
class Replaced(Fault):
    """Answers with other bytes: an older file, another publication's, whatever a mirror may try."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes], kw_only=True)

    def spoil(self, path: str, *, max_bytes: int, partial: Path | None) -> bytes:
        if path in self.files:
            return self.files[path]
        return self.inner.fetch(path, max_bytes=max_bytes, partial=partial)
