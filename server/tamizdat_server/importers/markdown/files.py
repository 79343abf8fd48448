"""The files beside an article, and nothing outside of its source."""

import posixpath
from pathlib import Path
from typing import Final, Protocol

ARTICLES: Final = (".md", ".markdown", ".mdown", ".mkd")
MAX_ARTICLE_BYTES: Final = 8 * 1024 * 1024
MAX_PICTURE_BYTES: Final = 64 * 1024 * 1024


class Files(Protocol):
    """The files of a source, by path (POSIX, relative to it)."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes; None where there is none, where it is too large, and outside of the source."""
        ...

    def has(self, path: str) -> bool: ...


class FolderFiles:
    """The files under a folder. Links that lead out of it are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, path: str) -> bytes | None:
        try:
            file = self._root / path
            if not file.is_file() or not file.resolve().is_relative_to(self._root):
                return None
            return file.read_bytes() if file.stat().st_size <= MAX_PICTURE_BYTES else None
        except (OSError, ValueError, RuntimeError):
            return None

    def has(self, path: str) -> bool:
        try:
            return (self._root / path).is_file()
        except (OSError, ValueError):
            return False


def is_article(path: str) -> bool:
    """Whether a file is a Markdown text, and not hidden."""
    return path.lower().endswith(ARTICLES) and not any(part.startswith(".") for part in path.split("/"))


def without_extension(path: str) -> str:
    return posixpath.splitext(path)[0]


def inside(path: str) -> str | None:
    """A path made plain, or None where it leads out of the source."""
    plain = posixpath.normpath(path.lstrip("/"))
    return None if plain in (".", "..") or plain.startswith("../") or "\0" in plain else plain
