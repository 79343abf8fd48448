"""Asking a site's REST API: bounded, checked, and every failure told in words."""

from typing import Final

import msgspec

from tamizdat.errors import TooLarge, TooSlow, TransportError, Unreachable
from tamizdat_server.importers.text import line
from tamizdat_server.importers.web.fetching import Fetched, Fetcher
from tamizdat_server.importers.wordpress.site import RestSite, same_host

ANSWER_BYTES: Final = 32 * 1024 * 1024
PER_PAGE: Final = 100
_CLOSED: Final = (401, 403, 404, 405, 410, 451)
_BUSY: Final = (429, 503)
_DIGITS: Final = 9


class ApiFailed(Exception):
    """No answer that could be used. `reason`: for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RouteClosed(ApiFailed):
    """This route isn't for everybody, or isn't there, or people's pages are in its place."""


class ApiDown(ApiFailed):
    """The site can't be reached, or asks to be left alone: whatever else was asked now would fail, too."""


class Page(msgspec.Struct, frozen=True):
    """One page of a list. `total` and `pages`: of the whole list, as the site counts them; None where it doesn't."""

    items: list[msgspec.Raw]
    total: int | None
    pages: int | None


class _Refusal(msgspec.Struct, frozen=True):
    code: str | int | None = None


class _Type(msgspec.Struct, frozen=True):
    rest_base: str = ""
    rest_namespace: str = "wp/v2"


_items = msgspec.json.Decoder(list[msgspec.Raw])
_types = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Api:
    """The API of one site."""

    def __init__(self, site: RestSite, fetcher: Fetcher) -> None:
        self.site = site
        self._fetcher = fetcher

    def page(self, route: str, **words: str | int) -> Page:
        """A page of a list such as `posts`, or `acme/v1/news` of a plugin's. Raises: ApiFailed."""
        answer = self._asked(route, **words)
        items = _list_of(answer)
        if len(items) > max(int(words.get("per_page", PER_PAGE)), PER_PAGE):
            raise ApiFailed("its API gives more at a time than it was asked for")
        return Page(items, _number(answer, "x-wp-total"), _number(answer, "x-wp-totalpages"))

    def types(self) -> dict[str, str]:
        """The routes of all types of posts that the site shows, by name. Raises: ApiFailed."""
        # Without `_fields`: that would choose among the types.
        answer = self._asked("types")
        try:
            found = _types.decode(answer.body.removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise ApiFailed(f"its API answers {_shape(answer)} instead of its types of posts") from error
        return {name: route for name, raw in found.items() if (route := _route(name, raw))}

    def _asked(self, route: str, **words: str | int) -> Fetched:
        answer = self._get(self.site.route(route if "/" in route else f"wp/v2/{route}", **words))
        if answer.status != 200:
            raise _refusal(answer)
        return answer

    def _get(self, url: str) -> Fetched:
        try:
            answer = self._ask(url)
        except TooLarge as error:
            raise ApiFailed(f"its API's answer is larger than {ANSWER_BYTES // 2**20} MB") from error
        except TooSlow as error:
            raise ApiFailed(str(error)) from error
        except TransportError as error:
            raise ApiDown(str(error)) from error
        if not same_host(answer.url, self.site.root):
            raise ApiFailed("its API leads to another site, which was not read")
        return answer

    def _ask(self, url: str) -> Fetched:
        try:
            return self._fetcher.get(url, max_bytes=ANSWER_BYTES, accept="application/json")
        except Unreachable:
            # A connection lost once is no reason to give up hours of an import.
            return self._fetcher.get(url, max_bytes=ANSWER_BYTES, accept="application/json")


def _list_of(answer: Fetched) -> list[msgspec.Raw]:
    try:
        return _items.decode(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        failure = RouteClosed if _is_page(answer) else ApiFailed
        raise failure(f"its API answers {_shape(answer)} instead of a list of posts") from error


def _route(name: str, raw: msgspec.Raw) -> str:
    """Where posts of a type are listed; nothing where that isn't said as WordPress does."""
    try:
        told = msgspec.json.decode(raw, type=_Type)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""
    base = told.rest_base or name
    return base if told.rest_namespace == "wp/v2" else f"{told.rest_namespace}/{base}"


def _refusal(answer: Fetched) -> ApiFailed:
    code = _code(answer)
    told = f"{answer.status}{f', {code}' if code else ''}"
    if answer.status in _CLOSED:
        return RouteClosed(f"its API is closed ({told})")
    if answer.status in _BUSY:
        return ApiDown(f"it is too busy to answer now ({told})")
    return ApiFailed(f"its API fails ({told})")


def _code(answer: Fetched) -> str:
    try:
        refusal = msgspec.json.decode(answer.body, type=_Refusal)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""
    return line(str(refusal.code or ""), 60)


def _is_page(answer: Fetched) -> bool:
    return answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _shape(answer: Fetched) -> str:
    begin = answer.body[:200].lstrip()
    if not begin:
        return "with nothing"
    if _is_page(answer):
        return "with a page for people"
    return "with half a list" if begin.startswith(b"[") else "with something"


def _number(answer: Fetched, header: str) -> int | None:
    text = answer.headers.get(header, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
