"""Addresses of pages. They stay: keys, sections and tags go in and come out again, whatever they are made of.

`%`, `?`, `#` and `~` are written as `~25` and so on, since not every server hands on the path as it was asked for. So
is a segment's first letter where a browser or another page's address would take the segment for something else.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, unquote, urlencode

from tamizdat.library.archive import Cursor, Paper

RESERVED: Final = frozenset({".", "..", "revision", "diff", "record.json"})
SHORT: Final = 8
"""So many digits of a publication's identity name it in an address."""

_STEERING: Final = re.compile(r"[~%?#]")
_ESCAPE: Final = re.compile(r"~([0-9A-F]{2})")


def encode(name: str) -> str:
    """A key or a name as a part of a path; its slashes stay."""
    return "/".join(_segment(segment) for segment in name.split("/"))


def _segment(segment: str) -> str:
    safe = _STEERING.sub(_escaped, segment)
    if segment in RESERVED or not segment:
        safe = f"~{ord(safe[0]):02X}{safe[1:]}" if safe else "~"
    return quote(safe, safe="~!$&'()*+,;=:@")


def _escaped(found: re.Match[str]) -> str:
    return f"~{ord(found[0]):02X}"


def decode(path: str) -> str:
    """What `encode` made the path from, whether or not a server has decoded its percent signs."""
    plain = unquote(path, errors="replace")
    return "/".join(_ESCAPE.sub(_plain, segment) if segment != "~" else "" for segment in plain.split("/"))


def _plain(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


class Links:
    """The addresses of one publication's pages. `path`: makes an address of a path within this site."""

    def __init__(self, path: Callable[[str], str], papers: list[Paper], paper: Paper | None) -> None:
        self._path = path
        self._prefix = "" if paper is None or paper.id == papers[0].id else f"/of/{short_name(paper, papers)}"

    def to(self, path: str, **query: object) -> str:
        """The address of a page of this publication."""
        return self.site(f"{self._prefix}{path}", **query)

    def site(self, path: str, **query: object) -> str:
        """The address of a page that all publications share."""
        told = urlencode({name: value for name, value in query.items() if value not in ("", None)})
        return str(self._path(path)) + (f"?{told}" if told else "")

    @property
    def front(self) -> str:
        return self.to("/")

    def edition(self, code: str, **query: object) -> str:
        return self.to(f"/edition/{code}", **query)

    def topics(self, code: str) -> str:
        return self.to(f"/edition/{code}/topics")

    def feed(self, code: str = "") -> str:
        return self.to(f"/edition/{code}/feed.atom" if code else "/feed.atom")

    def section(self, name: str, edition: str = "", **query: object) -> str:
        return self.to(f"/section/{encode(name)}", edition=edition, **query)

    def tag(self, name: str, edition: str = "", **query: object) -> str:
        return self.to(f"/tag/{encode(name)}", edition=edition, **query)

    def year(self, year: str, edition: str = "", **query: object) -> str:
        return self.to(f"/year/{year}", edition=edition, **query)

    def article(self, key: str) -> str:
        return self.to(f"/article/{encode(key)}")

    def record(self, key: str, revision: int = 0) -> str:
        return f"{self.revision(key, revision) if revision else self.article(key)}/record.json"

    def revision(self, key: str, revision: int) -> str:
        return f"{self.article(key)}/revision/{revision}"

    def diff(self, key: str, revision: int) -> str:
        return f"{self.article(key)}/diff/{revision}"

    def version(self, number: int, **query: object) -> str:
        return self.to(f"/version/{number}", **query)

    def picture(self, digest: str) -> str:
        return self.site(f"/media/{digest}")


def short_name(paper: Paper, papers: list[Paper]) -> str:
    """The first digits of a publication's identity, as many as tell it from the others of the library."""
    others = [other.publication for other in papers if other.id != paper.id]
    length = SHORT
    while any(other.startswith(paper.publication[:length]) for other in others):
        length += SHORT
    return paper.publication[:length]


def cursor_query(cursor: Cursor | None, name: str) -> dict[str, str]:
    """A place in a list as a query: `after` or `before` an article."""
    return {name: f"{cursor.published} {cursor.key}"} if cursor else {}


def parse_cursor(text: str | None) -> Cursor | None:
    """A place in a list from a query; whatever it is, it is a place in between two times."""
    if not text:
        return None
    published, _, key = text.partition(" ")
    return Cursor(published, key)
