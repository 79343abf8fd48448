"""Making the application."""

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import msgspec

from tamizdat_server.data.app import NAME, Data
from tamizdat_server.data.folder import Folder
from tamizdat_server.data.querying import isolated
from tamizdat_server.data.under import Under

Robots = Literal["pages", "none"]


class DataOptions(msgspec.Struct, frozen=True):
    """Choices of whoever runs it.

    `robots`: whether search engines may list the archive's pages; tables they never may. `public_url`: scheme and host
    that feeds and permalinks name; empty: those by which each was asked for.
    """

    robots: Robots = "pages"
    public_url: str = ""


def create_data(library: Path, *, base_url: str = "/", options: DataOptions = DataOptions()) -> Any:  # noqa: B008
    """The ASGI application that shows the library at `library`, which need not be there yet.

    `base_url`: the path that it answers under, with a slash at both ends; requests come with it.
    Raises: ModuleNotFoundError where Datasette isn't installed.
    """
    import_module("datasette.app")  # now, and not when the first reader comes
    app = Data(library, partial(create_datasette, library, base_url=base_url, options=options))
    return app if base_url == "/" else Under(base_url, app)


def create_datasette(library: Path, *, base_url: str, options: DataOptions) -> Any:
    """The Datasette of a library."""
    app: Any = import_module("datasette.app")  # it comes without types
    folder = Folder.find()
    metadata: dict[str, Any] = app.parse_metadata(folder.metadata) if folder.metadata else {}
    metadata.setdefault("plugins", {})["tamizdat"] = msgspec.to_builtins(options)
    datasette = app.Datasette(
        metadata=metadata,
        plugins_dir=folder.plugins,
        template_dir=folder.templates,
        static_mounts=folder.static,
        settings={**folder.settings, "base_url": base_url},
    )
    datasette.remove_database("_memory")  # comes along where no file is named
    datasette.add_database(isolated(datasette, library), name=NAME)
    return datasette
