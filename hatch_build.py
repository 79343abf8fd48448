"""Puts the built reader app and the Datasette folder into the package, where they exist.

A static `force-include` of a folder that isn't there would break every install, so a hook asks first. An editable
install takes both from the checkout.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INCLUDED = {"web/dist": "tamizdat_server/_app", "datasette": "tamizdat_server/_datasette"}


class Hook(BuildHookInterface[Any]):
    """Adds what `INCLUDED` names to a wheel; a source distribution carries those folders as they are."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders that exist. `version` is "standard" or "editable"."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"].update({str(root / a): b for a, b in INCLUDED.items() if (root / a).is_dir()})
        if not (root / "web/dist").is_dir():
            self.app.display_warning("Without the reader app (`make app`), this wheel publishes a plain page instead.")
