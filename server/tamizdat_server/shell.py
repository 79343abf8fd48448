"""The reader app as `web/` built it: files that are the same for every publication, and what each of them is for."""

from pathlib import Path
from typing import Final, Literal

import msgspec

from tamizdat.errors import NewsroomError
from tamizdat.format.names import sha256

LIST: Final = "app/shell.json"
WORKER: Final = "sw.js"
MANIFEST: Final = "manifest.webmanifest"
_HERE: Final = Path(__file__).resolve().parent
# A wheel carries the app in the package; a checkout has it where it was built.
_PLACES: Final = (_HERE / "_app", _HERE.parent.parent / "web" / "dist")


class ShellFile(msgspec.Struct, frozen=True):
    """A file that shell.json lists. `role`: what it is for, such as `page`, `style`, `engine`."""

    role: str
    path: str
    sha256: str
    bytes: int


class _List(msgspec.Struct, frozen=True):
    format: Literal["tamizdat.shell.1"]
    version: str
    files: list[ShellFile]


class Shell(msgspec.Struct, frozen=True):
    """`files`: path → bytes of all, shell.json and the service worker included. `paths`: by role."""

    version: str
    files: dict[str, bytes]
    paths: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> "Shell":
        """The app that was built into `folder`. Raises: NewsroomError where it isn't whole."""
        try:
            listing = (folder / LIST).read_bytes()
            listed = msgspec.json.decode(listing, type=_List)
            files = {file.path: (folder / file.path).read_bytes() for file in listed.files}
            worker = (folder / WORKER).read_bytes()
        except (OSError, msgspec.MsgspecError) as error:
            raise NewsroomError(f"the reader app in {folder} can't be read: {error}") from error
        if any(sha256(files[file.path]) != file.sha256 for file in listed.files):
            raise NewsroomError(f"the reader app in {folder} is damaged: build or install it again")
        paths = {file.role: file.path for file in listed.files}
        return cls(listed.version, {**files, LIST: listing, WORKER: worker}, paths)

    @property
    def for_ever(self) -> list[str]:
        """The paths that are named after their content."""
        return sorted(self.files.keys() - {LIST, WORKER})

    @property
    def hash(self) -> str:
        """What the app shows as its hash: the digest of shell.json, which names all else by digest."""
        return sha256(self.files[LIST])


def installed_shell() -> Shell | None:
    """The app that came with this installation; None where none was built. Raises: NewsroomError."""
    return next((Shell.read(place) for place in _PLACES if (place / LIST).is_file()), None)
