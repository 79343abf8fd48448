"""Pages of what came when."""

from itertools import groupby
from typing import Final

from tamizdat.library import archive
from tamizdat_server.archive.visit import Missing, Page, Visit

PER_PAGE: Final = 50
CHANGES_PER_PAGE: Final = 300


def versions(visit: Visit) -> Page:
    """The versions that this library met, newest first."""
    before = visit.arg("before")
    limit = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found = archive.versions(visit.db, visit.paper.id, before=limit, limit=PER_PAGE + 1)
    more = len(found) > PER_PAGE
    older = visit.links.to("/versions", before=found[PER_PAGE - 1].version) if more else ""
    return Page(
        "archive/versions.html",
        {"items": found[:PER_PAGE], "older": older, "newest": visit.links.to("/versions") if before else ""},
    )


def version(visit: Visit) -> Page:
    """What a version added, revised, restored and retracted."""
    number = visit.number("version", highest=2**53)
    found = archive.version(visit.db, visit.paper.id, number)
    if found is None:
        raise Missing(f"This archive never met version {number}.")
    page = max(1, min(_page(visit.arg("page")), 1 + sum(span.changed for span in found.spans) // CHANGES_PER_PAGE))
    changes = archive.changes(
        visit.db, visit.paper.id, number, limit=CHANGES_PER_PAGE + 1, offset=(page - 1) * CHANGES_PER_PAGE
    )
    shown = groupby(changes[:CHANGES_PER_PAGE], key=lambda change: change.kind)
    return Page(
        "archive/version.html",
        {
            "version": found,
            "ended": [span for span in found.spans if span.to_version == number],
            "passed": [span for span in found.spans if span.to_version > number],
            "changes": [(kind, list(items)) for kind, items in shown],
            "newer": visit.links.version(number, page=page - 1) if page > 1 else "",
            "older": visit.links.version(number, page=page + 1) if len(changes) > CHANGES_PER_PAGE else "",
        },
    )


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
