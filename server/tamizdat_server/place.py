"""What is served and from where: a newsroom's folder, or a bare tree such as a mirror's."""

from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from tamizdat.errors import UsageError

RESIGN_SECONDS: Final = 86_400
Role: TypeAlias = Literal["all", "readers", "newsroom"]
"""For whom a server answers: for both at one port, or for either alone."""


class Place(msgspec.Struct, frozen=True):
    """`public`: the tree. `keys`: the keys that re-sign it, if they are here. `library`: the server's own file.

    `newsroom`: the folder with newsroom.db, if that is here.
    """

    public: Path
    keys: Path | None
    library: Path
    newsroom: Path | None = None

    @classmethod
    def of(cls, folder: Path) -> "Place":
        """Look what `folder` is. Raises: UsageError."""
        folder = folder.resolve()
        if (folder / "tamizdat.toml").is_file():
            keys = folder / "keys"
            newsroom = folder if (folder / "newsroom.db").is_file() else None
            return cls(folder / "public", keys if keys.is_dir() else None, folder / "serve.db", newsroom)
        if (folder / "metadata").is_dir():
            # Beside the tree, not in it: what lies in a tree is what its metadata names.
            return cls(folder, None, folder.parent / f"{folder.name}.serve.db")
        raise UsageError(f"{folder} is neither a newsroom (no tamizdat.toml) nor a publication (no metadata folder)")
