"""The page of a search, and what feed readers ask for."""

from typing import Final

from tamizdat.library import archive
from tamizdat.library.archive import Scope
from tamizdat.search import search
from tamizdat_server.archive.visit import Page, Visit

PER_PAGE: Final = 20
PAGES: Final = 25
IN_FEED: Final = 30
LONGEST: Final = 500
# Of private use. If a text did have them, a word too much would be marked.
_MARKS: Final = ("\ue000", "\ue001")


def results(visit: Visit) -> Page:
    """What was found; any input is a search, an empty one is the form alone."""
    words = " ".join(visit.arg("q").split())[:LONGEST]
    chosen = visit.arg("edition")
    if chosen:
        visit.edition(chosen)
    number = visit.arg("page")
    page = min(int(number), PAGES) if number.isascii() and number.isdigit() and 0 < len(number) < 4 else 1
    page = max(page, 1)
    hits = search(
        visit.db, words, publication=visit.paper.publication, edition=chosen or None, limit=PER_PAGE + 1,
        offset=(page - 1) * PER_PAGE, marks=_MARKS,
    )  # fmt: skip
    more = len(hits) > PER_PAGE and page < PAGES

    def to(number: int) -> str:
        return visit.links.to("/search", q=words, edition=chosen, page=number if number > 1 else "")

    return Page(
        "archive/search.html",
        {
            "words": words,
            "chosen": chosen,
            "first": (page - 1) * PER_PAGE + 1,
            "items": [(hit, snippet(hit.snippet)) for hit in hits[:PER_PAGE]],
            "newer": to(page - 1) if page > 1 else "",
            "older": to(page + 1) if more else "",
        },
    )


def snippet(text: str) -> list[tuple[bool, str]]:
    """A snippet in pieces, each with whether it is one of the words that were looked for."""
    opened, closed = _MARKS
    pieces: list[tuple[bool, str]] = []
    for number, piece in enumerate(text.split(opened)):
        marked, found, rest = piece.partition(closed)
        if number and found:
            pieces += [(True, marked), (False, rest)]
        else:
            pieces.append((False, marked + rest))
    return [(is_marked, words) for is_marked, words in pieces if words]


def feed(visit: Visit) -> Page:
    """The newest articles as an Atom feed, of one edition or of all."""
    code = visit.var("edition")
    editions = (visit.edition(code),) if code else visit.paper.editions
    scope = Scope(tuple(held.edition for held in editions))
    items = archive.page(visit.db, visit.paper.id, scope, limit=IN_FEED).items
    return Page(
        "archive/feed.xml",
        {
            "edition": editions[0] if code else None,
            "items": items,
            "updated": max([visit.paper.published, *(item.updated for item in items)]),
            "origin": visit.origin,
        },
        type="application/atom+xml; charset=utf-8",
    )
