"""Where Datasette and its folder of metadata, plugins, templates and settings are found."""

import importlib.util
import json
from pathlib import Path
from typing import Any, Final

import msgspec

_HERE: Final = Path(__file__).resolve().parent.parent
# A wheel carries the folder in the package; a checkout has it at its root.
_PLACES: Final = (_HERE / "_datasette", _HERE.parent.parent / "datasette")
_METADATA: Final = ("metadata.yaml", "metadata.json")


def is_installed() -> bool:
    """Whether Datasette can be imported. A folder named `datasette` is a package, too, but an empty one."""
    try:
        return importlib.util.find_spec("datasette.app") is not None
    except ModuleNotFoundError:
        return False


class Folder(msgspec.Struct, frozen=True):
    """What Datasette is told to use. Each part may be missing."""

    path: Path

    @classmethod
    def find(cls) -> "Folder":
        """The folder that came with this installation."""
        return cls(next((place for place in _PLACES if place.is_dir()), _PLACES[0]))

    @property
    def plugins(self) -> str | None:
        return self._part("plugins")

    @property
    def templates(self) -> str | None:
        return self._part("templates")

    @property
    def static(self) -> list[tuple[str, str]]:
        part = self._part("static")
        return [("static", part)] if part else []

    @property
    def metadata(self) -> str:
        """The text of the metadata file; empty where there is none."""
        found = (self.path / name for name in _METADATA)
        return next((file.read_text(encoding="utf-8") for file in found if file.is_file()), "")

    @property
    def settings(self) -> dict[str, Any]:
        """Limits and switches, as Datasette names them."""
        file = self.path / "settings.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    def _part(self, name: str) -> str | None:
        part = self.path / name
        return str(part) if part.is_dir() else None
