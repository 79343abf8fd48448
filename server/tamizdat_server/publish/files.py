"""Files of the publication tree: written whole or not at all, kept a while after they were named, withdrawn at once."""

import os
import sqlite3
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from tamizdat_server.durable import TEMPORARY, sync_folder, write_whole
from tamizdat_server.live import read_live
from tamizdat_server.publish.settings import Settings
from tamizdat_server.shell import MANIFEST, WORKER

IMMUTABLE_FOLDERS: Final = ("bundles", "lists", "media")


class Tree:
    """The folder of a publication. Immutable files are also noted in the newsroom's database, table `files`."""

    def __init__(self, public: Path, db: sqlite3.Connection, *, now: int, settings: Settings) -> None:
        self.public, self.db, self.now, self.settings = public, db, now, settings
        self.written = 0
        self._unsynced: set[Path] = set()

    def add(
        self,
        path: str,
        data: bytes,
        *,
        edition: str = "",
        kind: str = "list",
        version: int = 0,
        low: str = "",
        high: str = "",
    ) -> None:
        """Write an immutable file, unless it is there, and note what it is."""
        if not self._stands(path, len(data)):
            self.replace(path, data)
        self.db.execute(
            "INSERT OR REPLACE INTO files (path, edition, kind, version, low, high) VALUES (?, ?, ?, ?, ?, ?)",
            (path, edition, kind, version, low, high),
        )
        self.db.execute("DELETE FROM withdrawn WHERE path = ?", (path,))
        self.db.execute("DELETE FROM outdated WHERE path = ?", (path,))

    def drop(self, path: str) -> None:
        """No catalog names this file from now on; it stays a while for readers who are in the middle of a sync."""
        self.db.execute("UPDATE files SET dropped = ? WHERE path = ?", (self.now, path))

    def outdate(self, path: str) -> None:
        """The next catalog won't name this file, though the live one does."""
        self.db.execute("INSERT OR IGNORE INTO outdated VALUES (?)", (path,))

    def drop_outdated(self) -> None:
        """Drop what was outdated before, as the next catalog is being made."""
        self.db.execute(
            "UPDATE files SET dropped = ? WHERE dropped IS NULL AND path IN (SELECT path FROM outdated)", (self.now,)
        )
        self.db.execute("DELETE FROM outdated")

    def withdraw(self, path: str) -> None:
        """This file holds something that was retracted: it goes once the new catalog is live, and mirrors are told."""
        self.db.execute("DELETE FROM files WHERE path = ?", (path,))
        self.db.execute("INSERT OR REPLACE INTO withdrawn VALUES (?, ?)", (path, self.now))

    def leave(self, path: str, *, tainted: bool) -> None:
        """Drop a file, or withdraw it where it is tainted."""
        (self.withdraw if tainted else self.drop)(path)

    def replace(self, path: str, data: bytes, *, modified: int | None = None) -> None:
        """Put a file in place in one step: a reader sees the old or the new one, whole, also after a power cut."""
        place = self.public / path
        moment = self.now if modified is None else modified
        write_whole(place, data, modified=moment, durable=self.settings.durable)
        self.written += len(data)
        self._unsynced.add(place.parent)

    def replace_changed(self, path: str, data: bytes) -> None:
        """Like `replace`, but a file that has these bytes already stays as it is."""
        with suppress(OSError):
            if (self.public / path).read_bytes() == data:
                return
        self.replace(path, data)

    def sync(self) -> None:
        """Make the names of all files written so far outlast a power cut."""
        for folder in sorted(self._unsynced) if self.settings.durable else ():
            sync_folder(folder)
        self._unsynced.clear()

    # -- cleaning up ---------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Delete what is withdrawn, and what nobody has named for a while. The new catalog must be live."""
        self._delete(path for (path,) in self.db.execute("SELECT path FROM withdrawn"))
        self.db.execute("DELETE FROM withdrawn WHERE at < ?", (self.now - self.settings.withdrawn_seconds,))
        old = (self.now - self.settings.kept_seconds,)
        self._delete(path for (path,) in self.db.execute("SELECT path FROM files WHERE dropped < ?", old))
        self.db.execute("DELETE FROM files WHERE dropped < ?", old)
        self._clear_signed()

    def clear_app(self, listed: Container[str]) -> None:
        """Delete an earlier reader app's files, which site.json doesn't list any more. The new catalog must be live."""
        paths = [f"app/{name}" for name in _names(self.public / "app")]
        self._delete(path for path in [*paths, WORKER, MANIFEST] if path not in listed)

    def clear_strays(self) -> None:
        """Delete immutable files that nobody noted, and half-written ones. The new catalog must be live."""
        for folder in IMMUTABLE_FOLDERS:
            known = {path for (path,) in self.db.execute("SELECT path FROM files WHERE path GLOB ?", (f"{folder}/*",))}
            self._delete(f"{folder}/{name}" for name in _names(self.public / folder) if f"{folder}/{name}" not in known)
        for folder in (".", "metadata", "targets", "feeds"):
            self._delete(f"{folder}/{name}" for name in _names(self.public / folder) if name.endswith(TEMPORARY))

    def _clear_signed(self) -> None:
        """Old metadata and targets: what was written last is always newer. Roots stay for ever."""
        live = read_live(self.public)
        current = set(live.paths.values()) if live else set[str]()
        paths = [f"{folder}/{name}" for folder in ("metadata", "targets") for name in _names(self.public / folder)]
        self._delete(
            path for path in paths if path not in current and not path.endswith(".root.json") and self._is_old(path)
        )

    def _is_old(self, path: str) -> bool:
        return (self.public / path).stat().st_mtime < self.now - self.settings.kept_seconds

    def _delete(self, paths: Iterable[str]) -> None:
        for path in list(paths):
            with suppress(FileNotFoundError):
                (self.public / path).unlink()

    def _stands(self, path: str, size: int) -> bool:
        try:
            return (self.public / path).stat().st_size == size
        except OSError:
            return False


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]
    except FileNotFoundError:
        return []
