"""The library: a reader's own SQLite file, of one or more publications. docs/format.md, section 11."""

from pathlib import Path
from types import TracebackType

from tamizdat.library.applying import Applying
from tamizdat.library.handing import Handing, Picture
from tamizdat.library.keeping import Keeping
from tamizdat.library.mirrors import Mirrors
from tamizdat.library.reading import days_ago
from tamizdat.library.store import SCHEMA, Say, connect, is_library, silent
from tamizdat.library.values import (
    Applied,
    Choice,
    HeldArticle,
    HeldRetraction,
    Holding,
    MediaChoice,
    MirrorNote,
    Publication,
    Role,
    Standing,
    Summary,
    Sync,
)


class Library(Applying, Handing, Keeping, Mirrors):
    """A library file, opened. Use it in a `with` statement, or close it."""

    @classmethod
    def open(cls, path: Path, *, create: bool = True, readonly: bool = False, say: Say = silent) -> "Library":
        """Open the library at `path`, or make one there.

        Where file or folder can't be written to, reading works and every change raises LibraryReadOnly; `readonly` asks
        for that. An older library is brought up to date first, all or nothing, and `say` is told so.

        Raises: NotALibrary, NewerSchema, LibraryReadOnly, LibraryLocked, DiskFull, DamagedLibrary.
        """
        db, readonly = connect(path, create=create, readonly=readonly, say=say)
        return cls(path, db, readonly=readonly)

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = [
    "SCHEMA", "Applied", "Choice", "HeldArticle", "HeldRetraction", "Holding", "Library", "MediaChoice", "MirrorNote",
    "Picture", "Publication", "Role", "Standing", "Summary", "Sync", "days_ago", "is_library",
]  # fmt: skip
