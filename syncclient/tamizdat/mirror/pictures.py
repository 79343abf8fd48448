"""Pictures in media bundles: a tree has each of them as a file of its own as well, so none is fetched twice."""

from collections.abc import Iterator, Mapping
from typing import Final

from tamizdat.errors import FormatError, HashMismatch
from tamizdat.format.names import is_pack_path, sha256
from tamizdat.format.pack import decode_tar, tar_entries
from tamizdat.mirror.folder import Folder

NOTHING: Final[Mapping[str, int]] = {}


class Inside:
    """Which pictures are in the media bundles that lie in a folder; each is looked into once."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, int]] = {}

    def of(self, path: str) -> Mapping[str, int] | None:
        """Path and size of each picture; None where the bundle isn't there, or can't be read as one."""
        if path not in self._known:
            try:
                with (self._folder.root / path).open("rb") as file:
                    self._known[path] = dict(tar_entries(file, allowed=is_pack_path, path=path))
            except (OSError, FormatError):
                return None
        return self._known[path]


def pictures(tar: bytes, path: str) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each picture in a verified media bundle. Raises: FormatError, HashMismatch."""
    for name, data in decode_tar(tar, allowed=is_pack_path, path=path):
        if sha256(data) not in name:
            raise HashMismatch(path=path)
        yield name, data
