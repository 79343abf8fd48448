"""Pages of one article: as it is, as it was, what changed, its exact record, and what is left after a retraction."""

from typing import Any, Final

from tamizdat.format.article import Article, images_of
from tamizdat.library import archive
from tamizdat.library.archive import Found, Held
from tamizdat.render import body_to_html
from tamizdat_server.archive.citation import cite
from tamizdat_server.archive.difference import difference
from tamizdat_server.archive.visit import Answer, File, Missing, Page, Visit

_RECORD: Final = "application/json; charset=utf-8"


def article(visit: Visit) -> Answer:
    """An article as it stands, or the notice that took its place."""
    found = _found(visit)
    if isinstance(found, Held):
        return _retracted(visit, found)
    earlier, later = archive.neighbours(visit.db, visit.paper.id, found.article)
    return Page(
        "archive/article.html",
        {
            **_told(visit, found),
            "older": earlier,
            "newer": later,
            "brought": archive.brought(visit.db, visit.paper.id, found.article.edition, found.article.key),
        },
    )


def revision(visit: Visit) -> Answer:
    """An article as it was at one of its revisions."""
    found = _found(visit)
    if isinstance(found, Held):
        return _retracted(visit, found)
    then = _at(visit, found, visit.number("revision"))
    return Page("archive/article.html", {**_told(visit, then), "current": found.article})


def diff(visit: Visit) -> Answer:
    """What a revision changed of the one before it, as far as that is held."""
    found = _found(visit)
    if isinstance(found, Held):
        return _retracted(visit, found)
    new = _at(visit, found, visit.number("revision"))
    before = [held.revision for held in found.earlier if held.revision < new.article.revision]
    if not before:
        raise Missing(f"No revision before revision {new.article.revision} is held here.")
    old = _at(visit, found, max(before))
    return Page(
        "archive/diff.html",
        {
            "current": found.article,
            "old": old.article,
            "new": new.article,
            "difference": difference(old.article, new.article),
            "corrections": [c for c in new.article.corrections if c.revision == new.article.revision],
            "skips": old.article.revision + 1 != new.article.revision,
            "direction": _direction(visit, new.article),
        },
    )


def record(visit: Visit) -> Answer:
    """The exact bytes of the newsroom's record, of an article or a retraction."""
    found = _found(visit)
    if visit.vars.get("revision") and isinstance(found, Found):
        found = _at(visit, found, visit.number("revision"))
    return File(found.line, _RECORD)


def picture(visit: Visit) -> Answer:
    """A picture's file."""
    found = archive.picture(visit.db, visit.var("sha256"))
    if found is None:
        raise Missing("There is no such picture in this archive.")
    return File(found[1], found[0], immutable=True)


def _found(visit: Visit) -> Found | Held:
    key = visit.var("key")
    found = archive.article(visit.db, visit.paper.id, key)
    if found is None:
        raise Missing(f"There is no article “{key}” in this archive.")
    return found


def _at(visit: Visit, found: Found, number: int) -> Found:
    then = archive.revision(visit.db, found, number)
    if then is None:
        raise Missing(f"Revision {number} of this article isn't held here.")
    return then


def _retracted(visit: Visit, held: Held) -> Page:
    retraction = held.retraction
    brought = archive.brought(visit.db, visit.paper.id, retraction.edition, retraction.key)
    return Page("archive/retracted.html", {"retraction": retraction, "brought": brought}, status=410)


def _told(visit: Visit, found: Found) -> dict[str, Any]:
    article = found.article
    links = visit.links
    url = visit.origin + links.revision(article.key, article.revision)
    shown = {file.sha256 for image in images_of(article) for file in image.variants}
    return {
        "article": article,
        "body": body_to_html(article, root=links.site("/"), held=found.held),
        "direction": _direction(visit, article),
        "earlier": found.earlier,
        "translations": found.translations,
        "citation": cite(article, found.line, publication=visit.paper.title, url=url),
        "permalink": visit.origin + links.article(article.key),
        "lacks_pictures": bool(shown) and not found.held,
        "picture": _lead(visit, found),
    }


def _lead(visit: Visit, found: Found) -> str:
    """The address of the lead picture's largest file that is held, or nothing."""
    image = next(images_of(found.article), None)
    files = [file for file in image.variants if file.sha256 in found.held] if image else []
    return visit.origin + visit.links.picture(max(files, key=lambda file: file.width).sha256) if files else ""


def _direction(visit: Visit, article: Article) -> str:
    held = visit.paper.edition(article.edition)
    return held.direction if held else "auto"
