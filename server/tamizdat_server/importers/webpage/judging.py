"""Pages that are no article, or none for the public."""

import re
from typing import Final

from tamizdat_server.importers.items import Refused
from tamizdat_server.importers.webpage.facts import Facts, is_list
from tamizdat_server.importers.webpage.tree import Tag, text_of

# What WordPress says of its pages in the classes of their elements.
_HIDDEN: Final = frozenset(
    (*(f"status-{word}" for word in ("draft", "private", "pending", "future", "trash")), "post-password-required")
)
_LISTS: Final = (frozenset(("archive",)), frozenset(("search-results",)), frozenset(("blog", "home")))
_error_title: Final = re.compile(
    r"\W*(?:(?:error|ошибка)\W*)?(?:[45]\d\d\b.{0,40}|(?:page )?not found.{0,40}|forbidden|access denied.{0,40}"
    r"|страница не найдена.{0,40}|доступ (?:запрещ[её]н|ограничен).{0,40}|бет табылмады.{0,40}|just a moment\W*"
    r"|attention required.{0,40}|are you a (?:robot|human).{0,20}|checking your browser.{0,40}|ddos-guard)",
    re.IGNORECASE,
)  # fmt: skip
_login_title: Final = re.compile(r"\W*(?:log ?in|sign in|войти|вход|авторизация|кіру)\b.{0,60}", re.IGNORECASE)
_LINKED_HEADINGS: Final = 6
_BOXES: Final = ("body", "article", "div", "main", "form")
_HEADINGS: Final = ("h1", "h2", "h3", "h4")


def check(root: Tag, facts: Facts) -> None:
    """Raises: Refused for drafts, locked pages, error pages, log-ins, what must be paid for, and lists of articles."""
    classes = [frozenset((element.get("class") or "").lower().split()) for element in root.iter(*_BOXES)]
    if any(names & _HIDDEN or "post-password-form" in names for names in classes):
        raise Refused("a draft, or private, or protected by a password", hidden=True)
    title = next((text_of(element) for element in root.iter("title")), "")
    body = classes[0] if classes else frozenset[str]()
    if "error404" in body or _error_title.fullmatch(title):
        raise Refused(f"an error page ({title[:60]})" if title else "an error page")
    if _login_title.match(title) and any((field.get("type") or "") == "password" for field in root.iter("input")):
        raise Refused("it asks for a password")
    if not facts.free:
        raise Refused("only a part of it is public: it must be paid for")
    if is_list(facts) or any(names <= body for names in _LISTS):
        raise Refused("a list of articles, not an article")


def check_headings(root: Tag, words: int) -> None:
    """Raises: Refused where most of a page is headings that lead to other pages: `words` are those of its text."""
    headings = [heading for heading in root.iter(*_HEADINGS) if _leads_away(heading)]
    if len(headings) >= _LINKED_HEADINGS and words < 60 * len(headings):
        raise Refused("a list of articles, not an article")


def _leads_away(heading: Tag) -> bool:
    parent = heading.getparent()
    return next(heading.iter("a"), None) is not None or (parent is not None and parent.tag == "a")
