"""Lists of a site's posts, read while it publishes and deletes: nothing lost, nothing doubled, and no doubt hidden."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from tamizdat_server.clock import rfc3339, unix
from tamizdat_server.importers.wordpress.answers import ROW_FIELDS, NotUnderstood, Row, read_row
from tamizdat_server.importers.wordpress.api import PER_PAGE, Api, ApiFailed, Page

MAX_POSTS: Final = 300_000
TRIES: Final = 3
# As far apart as two time zones are: a site may have moved its own, and sorts and compares by local time.
MARGIN_SECONDS: Final = 26 * 3600
_NEW_PAGES: Final = 50
_FIRST: Final = "1990-01-01T00:00:00Z"


class Walk(msgspec.Struct, frozen=True):
    """One list of posts: `posts`, `pages` or that of a `type`, of one language where the site has a list of each."""

    route: str
    language: str = ""
    type: str = ""

    @property
    def name(self) -> str:
        return f"{f'type {self.type}' if self.type else self.route} {self.language}".strip()

    def words(self) -> dict[str, str | int]:
        return {"lang": self.language} if self.language else {}


class Listing(msgspec.Struct, frozen=True):
    """Posts by number, with their times of change. `whole`: by all its counts the site has these and no others.

    `total`: how many it says that it has, in all.
    """

    posts: Mapping[int, str]
    whole: bool = False
    total: int | None = None


class _Moved(Exception):
    """The list changed while it was read."""


def whole_list(api: Api, walk: Walk) -> Listing:
    """Every post of a list, read anew where it moves; whole only where every count agrees. Raises: ApiFailed."""
    seen: dict[int, str] = {}
    for _ in range(TRIES):
        reader = _ListReader(api, walk)
        try:
            whole = reader.read()
        except _Moved:
            seen |= reader.posts
            continue
        # What an earlier try saw and a whole one didn't is gone.
        return Listing(reader.posts if whole else seen | reader.posts, whole=whole, total=reader.total)
    return Listing(seen)


def newest(api: Api, walk: Walk, *, since: str, by: Literal["modified", "date"]) -> Listing:
    """The posts that were changed, or dated, since then or a while longer; without `since` one page of them.

    `total` is that of the whole list where they are by date. Raises: ApiFailed.
    """
    words = {"orderby": by, "order": "desc", "_fields": ROW_FIELDS, "per_page": PER_PAGE, **walk.words()}
    if by == "modified" and since:
        # A site too old to know this word ignores it: then the order alone brings what is asked for.
        words["modified_after"] = since
    posts: dict[int, str] = {}
    total: int | None = None
    for number in range(1, _NEW_PAGES + 1):
        page = api.page(walk.route, **words, page=number)
        total = page.total if number == 1 else total
        rows = _rows(page)
        posts.update((row.id, row.stamp) for row in rows)
        last = number >= page.pages if page.pages is not None else len(rows) < PER_PAGE
        if last or not rows or not since or _reaches(rows, since, by):
            return Listing(posts, whole=True, total=total)
    return Listing(posts, total=total)


def earlier(stamp: str, *, now: str) -> str:
    """From when on to ask for changes, where the newest known one was at `stamp`. `now`: by our clock.

    A site whose clock once ran ahead has changes dated in the future: those must not hide what came since.
    """
    return rfc3339(unix(max(min(stamp, now), _FIRST)) - MARGIN_SECONDS)


class _ListReader:
    """Reads a list once, by number, in pages that overlap by one post: one that begins with another has moved.

    A site may count posts that it doesn't show. Its pages have gaps then: an overlap tells nothing, nor is it whole.
    """

    def __init__(self, api: Api, walk: Walk) -> None:
        self._api, self._walk = api, walk
        self.posts: dict[int, str] = {}
        self.total: int | None = None
        self._has_gaps = False

    def read(self) -> bool:
        """Whether it is whole, too. Raises: _Moved, ApiFailed."""
        first = self._page(0)
        self.total = first.total
        size = _page_size(first)
        rows = self._take(first, start=0, size=size, last=0)
        start = size - 1
        while start + 1 < self._end(size) and rows:
            known = len(self.posts)
            rows = self._take(self._page(start), start=start, size=size, last=rows[-1].id)
            if len(self.posts) == known and self.total is None:
                break
            start += size - 1
        return not self._has_gaps and self.total is not None and len(self.posts) == self.total

    def _end(self, size: int) -> int:
        end = MAX_POSTS if self.total is None else self.total
        if end > MAX_POSTS or (end > size and size < 2):
            raise ApiFailed(f"its API names {end} posts in pages of {size}, which can't be read")
        return end

    def _page(self, start: int) -> Page:
        words = {"orderby": "id", "order": "asc", "per_page": PER_PAGE, "offset": start, "_fields": ROW_FIELDS}
        return self._api.page(self._walk.route, **words, **self._walk.words())

    def _take(self, page: Page, *, start: int, size: int, last: int) -> list[Row]:
        rows = _rows(page)
        if page.total != self.total:
            raise _Moved
        if self.total is not None and len(rows) < min(size, self.total - start):
            self._has_gaps = True
        if not self._has_gaps:
            self._check_overlap([row.id for row in rows], last)
        self.posts.update((row.id, row.stamp) for row in rows)
        return rows

    def _check_overlap(self, numbers: list[int], last: int) -> None:
        if last and numbers[:1] not in ([last], []):
            raise _Moved
        fresh = numbers[1:] if last else numbers
        if len(set(fresh)) < len(fresh) or any(number in self.posts for number in fresh):
            raise _Moved


def _page_size(first: Page) -> int:
    """How many posts a page has: some sites give fewer than they are asked for."""
    if first.total is None or first.pages is None or first.pages == -(-first.total // PER_PAGE):
        return PER_PAGE
    return len(first.items)


def _rows(page: Page) -> list[Row]:
    try:
        return [read_row(raw) for raw in page.items]
    except NotUnderstood as error:
        raise ApiFailed(f"its list of posts is not as WordPress writes it: {error}") from error


def _reaches(rows: list[Row], since: str, by: str) -> bool:
    """Whether the list, newest first, has come to what is older."""
    moments = [row.stamp if by == "modified" else row.dated for row in rows]
    return any(moment and moment < since for moment in moments)
