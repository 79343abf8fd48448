"""A head over its mirror: what came in one request is not asked for again."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tamizdat.errors import FileMissing, TooLarge
from tamizdat.transport.base import HeldHead, Transport, check_path

_ROOT: Final = re.compile(r"metadata/([1-9][0-9]{0,15})\.root\.json", re.ASCII)


class Overlay:
    """Answers from `files` first, from `below` otherwise.

    A head holds the newest root, so that asking for one above it is answered by FileMissing at once: the walk over
    the roots ends without a request. A mirror that hides a newer root so could as well hide it when asked.
    """

    def __init__(self, files: Mapping[str, bytes], below: Transport) -> None:
        self.where = below.where
        self._files, self._below = files, below
        self._newest_root = max((int(found[1]) for path in files if (found := _ROOT.fullmatch(path))), default=None)

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:
        """As `Transport.fetch`."""
        data = self._files.get(check_path(path))
        if data is None:
            if self._is_above_newest_root(path):
                raise FileMissing(where=self.where, path=path)
            return self._below.fetch(path, max_bytes=max_bytes, partial=partial)
        if len(data) > max_bytes:
            raise TooLarge(where=self.where, path=path, limit=max_bytes)
        return data

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        """As `Transport.fetch_head`, of the mirror below."""
        return self._below.fetch_head(path, max_bytes=max_bytes, held=held)

    def close(self) -> None:
        """Close the mirror below."""
        self._below.close()

    def _is_above_newest_root(self, path: str) -> bool:
        found = _ROOT.fullmatch(path)
        return bool(found and self._newest_root is not None and int(found[1]) > self._newest_root)
