"""Pages that list: the front, editions, their topics, sections, tags, years, and what was retracted."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from tamizdat.library import archive
from tamizdat.library.archive import Counts, Cursor, HeldEdition, Scope
from tamizdat_server.archive.links import cursor_query, parse_cursor
from tamizdat_server.archive.visit import Missing, Page, Visit

PER_PAGE: Final = 40
ON_FRONT: Final = 6
NEWS_ON_FRONT: Final = 4
"""So many corrections, retractions and versions."""
TOPICS: Final = 30
"""So many tags are named beside an edition; the page of its topics has more."""


def front(visit: Visit) -> Page:
    """What this is, from whom, how fresh, and the newest of each edition."""
    db, number = visit.db, visit.paper.id
    shelves = [_shelf(visit, held) for held in visit.paper.editions]
    return Page(
        "archive/front.html",
        {
            "shelves": shelves,
            "corrections": archive.corrections(db, number, limit=NEWS_ON_FRONT),
            "retractions": archive.retractions(db, number, limit=NEWS_ON_FRONT).items,
            "versions": archive.versions(db, number, limit=NEWS_ON_FRONT),
            "total": sum(shelf["counts"].articles for shelf in shelves),
        },
    )


def _shelf(visit: Visit, held: HeldEdition) -> dict[str, Any]:
    newest = archive.page(visit.db, visit.paper.id, Scope((held.edition,)), limit=ON_FRONT)
    return {"edition": held, "counts": visit.count(visit.paper, held.edition), "items": newest.items}


def edition(visit: Visit) -> Page:
    """An edition, newest first."""
    held = visit.edition(visit.var("edition"))
    counts = visit.count(visit.paper, held.edition)
    told = {"edition": held, "counts": counts, "topics": counts.tags[:TOPICS], "total": counts.articles}
    return _list(
        visit, "archive/edition.html", Scope((held.edition,)), told, partial(visit.links.edition, held.edition)
    )


def topics(visit: Visit) -> Page:
    """Every section and the most used tags of an edition."""
    held = visit.edition(visit.var("edition"))
    return Page("archive/topics.html", {"edition": held, "counts": visit.count(visit.paper, held.edition)})


def section(visit: Visit) -> Page:
    """A section, in one edition or in all that have it."""
    name = visit.var("name")
    return _narrowed(visit, "Section", name, visit.scope(section=name), visit.links.section, lambda of: of.sections)


def tag(visit: Visit) -> Page:
    """A tag, in one edition or in all that have it."""
    name = visit.var("name")
    return _narrowed(visit, "Tag", name, visit.scope(tag=name), visit.links.tag, lambda of: of.tags)


def year(visit: Visit) -> Page:
    """A year, in one edition or in all."""
    name = visit.var("name")
    if not re.fullmatch(r"[0-9]{4}", name):
        raise Missing(f"There is no year {name}.")
    return _narrowed(visit, "Year", name, visit.scope(year=name), visit.links.year, lambda of: of.years)


def _narrowed(
    visit: Visit,
    kind: str,
    name: str,
    scope: Scope,
    link: Callable[..., str],
    spread: Callable[[Counts], tuple[tuple[str, int], ...]],
) -> Page:
    counts = {held.edition: dict(spread(visit.count(visit.paper, held.edition))) for held in visit.paper.editions}
    having = [held for held in visit.paper.editions if counts[held.edition].get(name)]
    chosen = visit.arg("edition")
    told = {
        "kind": kind,
        "name": name,
        "chosen": chosen,
        "choices": [(held, link(name, held.edition), counts[held.edition][name]) for held in having],
        "everywhere": link(name),
        "total": sum(counts[code].get(name, 0) for code in scope.editions),
    }
    page = _list(visit, "archive/narrowed.html", scope, told, partial(link, name, chosen))
    if not page.context["items"] and not visit.args.keys() & {"after", "before"}:
        raise Missing(f"Nothing in this archive stands under “{name}”.")
    return page


def _list(visit: Visit, template: str, scope: Scope, told: dict[str, Any], here: Callable[..., str]) -> Page:
    after, before = parse_cursor(visit.arg("after")), parse_cursor(visit.arg("before"))
    found = archive.page(visit.db, visit.paper.id, scope, after=after, before=before, limit=PER_PAGE)
    turned = _turn(here, found.newer, found.older, begun=bool(after or before))
    return Page(template, {**told, **turned, "items": found.items})


def _turn(here: Callable[..., str], newer: Cursor | None, older: Cursor | None, *, begun: bool) -> dict[str, Any]:
    """Where the pages before and after this one are."""
    return {
        "newest": here() if begun else "",
        "newer": here(**cursor_query(newer, "before")) if newer else "",
        "older": here(**cursor_query(older, "after")) if older else "",
    }


def retractions(visit: Visit) -> Page:
    """What was withdrawn, with the notices that say why."""
    chosen = visit.arg("edition")
    if chosen:
        visit.edition(chosen)
    after = parse_cursor(visit.arg("after"))
    found = archive.retractions(visit.db, visit.paper.id, edition=chosen, after=after, limit=PER_PAGE)
    counts = {held.edition: visit.count(visit.paper, held.edition).retractions for held in visit.paper.editions}
    told = {
        "items": found.items,
        "chosen": chosen,
        "choices": [
            (held, visit.links.to("/retractions", edition=held.edition), counts[held.edition])
            for held in visit.paper.editions
            if counts[held.edition]
        ],
        "everywhere": visit.links.to("/retractions"),
        "total": counts[chosen] if chosen else sum(counts.values()),
    }
    here = partial(visit.links.to, "/retractions", edition=chosen)
    turned = _turn(here, None, found.older, begun=bool(after))
    return Page("archive/retractions.html", {**told, **turned})


def corrections(visit: Visit) -> Page:
    """The newest corrections."""
    found = archive.corrections(visit.db, visit.paper.id, limit=PER_PAGE)
    return Page("archive/corrections.html", {"items": found})
