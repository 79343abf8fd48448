"""Replies: pages and files with their headers, and readable pages for what can't be shown."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from tamizdat.errors import LibraryError, LibraryLocked, LibraryReadOnly, NewerSchema, NotALibrary
from tamizdat_server.archive.readers import Busy, TooSlow
from tamizdat_server.archive.site import FUNCTIONS, Asked, Site, Unchanged
from tamizdat_server.archive.visit import File, Page, Work

Render = Callable[[str, dict[str, Any]], Awaitable[str]]
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_RENEWED: Final = "This archive is being renewed"
_HTML: Final = "text/html; charset=utf-8"


class Reply(msgspec.Struct, frozen=True):
    """A response of whatever server."""

    body: str | bytes
    status: int
    headers: dict[str, str]
    type: str


async def reply(site: Site, asked: Asked, work: Work, render: Render) -> Reply:
    """Answer a request for a page. `render`: makes text of a template's name and its context."""
    try:
        answer, tag = await site.answer(asked, work)
    except (Busy, TooSlow, LibraryError) as error:
        frame = await site.frame(asked) if isinstance(error, TooSlow) else {}
        return await _unavailable(error, frame, render)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    match answer:
        case Unchanged():
            return Reply(b"", 304, headers, _HTML)
        case File(body, type, immutable):
            # format.md 5: a picture is named by its bytes, and stays what it is as long as it is there.
            headers |= {"Cache-Control": _IMMUTABLE} if immutable else {}
            return Reply(body, 200, headers, type)
        case Page(template, context, status, type):
            if status == 404:
                headers.pop("ETag")
            return Reply(await render(template, context), status, headers, type)


async def _unavailable(error: Exception, frame: dict[str, Any], render: Render) -> Reply:
    heading, message = _explanation(error)
    headers = {"Cache-Control": "no-store", "Retry-After": "30"}
    told = {**FUNCTIONS, **frame, "heading": heading, "message": message}
    return Reply(await render("archive/unavailable.html", told), 503, headers, _HTML)


def _explanation(error: Exception) -> tuple[str, str]:
    match error:
        case NotALibrary():
            return "Nothing has been synced yet", "The archive is empty until its first sync is through."
        case NewerSchema():
            return (
                _RENEWED,
                "Its library was written by a newer tamizdat than the one that shows it.",
            )
        case LibraryReadOnly():
            return _RENEWED, "Its library can't be opened, or is of an older tamizdat: the next sync renews it."
        case LibraryLocked() | Busy():
            return "Too many readers at once", "The archive is busy. Try again in half a minute."
        case TooSlow():
            return "This took too long", "The page would have kept others waiting. Try something narrower, or later."
        case _:
            return "The archive can't be read", "Something is wrong with its library; whoever runs it has to look."
