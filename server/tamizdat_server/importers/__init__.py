"""Importers: what a newsroom has elsewhere, as drafts. Each yields the same typed items; one loop takes them in."""

from tamizdat_server.importers.items import Complete, Imported, Item, Reached, Removed, Skipped
from tamizdat_server.importers.loop import run
from tamizdat_server.importers.markdown.folder import open_markdown, read_markdown
from tamizdat_server.importers.markdown.history import read_git
from tamizdat_server.importers.markdown.repository import Repository, open_repository
from tamizdat_server.importers.report import Held, Progress, Report, Silent, Undescribed, Warned
from tamizdat_server.importers.source import Options, Source

__all__ = [
    "Complete",
    "Held",
    "Imported",
    "Item",
    "Options",
    "Progress",
    "Reached",
    "Removed",
    "Report",
    "Repository",
    "Silent",
    "Skipped",
    "Source",
    "Undescribed",
    "Warned",
    "open_markdown",
    "open_repository",
    "read_git",
    "read_markdown",
    "run",
]
