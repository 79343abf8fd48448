"""Importers: what a newsroom has elsewhere, as drafts. Each yields the same typed items; one loop takes them in."""

from tamizdat_server.importers.items import Imported, Item, Reached, Removed, Skipped
from tamizdat_server.importers.loop import Report, Warned, run
from tamizdat_server.importers.markdown.folder import read_markdown
from tamizdat_server.importers.markdown.history import read_git
from tamizdat_server.importers.markdown.repository import Repository, open_repository

__all__ = [
    "Imported",
    "Item",
    "Reached",
    "Removed",
    "Report",
    "Repository",
    "Skipped",
    "Warned",
    "open_repository",
    "read_git",
    "read_markdown",
    "run",
]
