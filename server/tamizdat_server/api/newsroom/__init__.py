"""The newsroom API under /api/newsroom/: for a CMS, or a program of the newsroom's own, that has a token."""

from pathlib import Path
from typing import Any

from tamizdat_server.api.newsroom.door import BASE, Door
from tamizdat_server.blobs import App

__all__ = ["BASE", "create_newsroom_api"]


def create_newsroom_api(folder: Path, *, otherwise: App) -> Door:
    """The API of the newsroom in `folder`; `otherwise` answers while there is no token, as if this weren't here."""
    return Door(folder, _create, otherwise=otherwise)


def _create(folder: Path) -> Any:
    from tamizdat_server.api.newsroom.application import create

    return create(folder)
