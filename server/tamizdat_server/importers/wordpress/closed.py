"""A WordPress site whose API is closed, through its feeds: the same articles under the same identities, but fewer."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tamizdat.errors import TransportError, UnreadableSource
from tamizdat_server.importers.feed import open_feed
from tamizdat_server.importers.feed.entries import SHORT, SHORT_STILL
from tamizdat_server.importers.items import Imported, Item, Reached, Skipped
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.wordpress.place import Place, read_place
from tamizdat_server.importers.wordpress.posts import origin_of, source_of
from tamizdat_server.importers.wordpress.site import same_host

MAX_PAGES: Final = 2_000
# Atom says when an entry was changed, RSS doesn't. Some sites have but one of them, or no pretty addresses.
_FEEDS: Final = ("feed/atom/", "feed/", "?feed=atom", "?feed=rss2")
_guid = re.compile(r"feed (?:https?://)?([^\s?#]+)\?p=([0-9]{1,15})")
# The API tells who writes under a login, a feed doesn't: what is spelled like one may be one.
_login = re.compile(r"[a-z0-9][a-z0-9._@-]*", re.ASCII)
_NAMELESS: Final = "a byline that may be a login was left out"
_UNNUMBERED: Final = "its feed doesn't say which post of the site this is; 'tamizdat import feed' takes it all the same"

_INSTEAD: Final = (
    "its feeds were read instead, where older articles, edits, pages and other types of posts may be missing"
)
_SHORT: Final = "its API is closed, and its feed has only the beginning of this text: import an export of the site"


def open_closed(home: str, options: Options, *, reason: str) -> Source:
    """The posts of the site's feeds, newest first, as far back as those go. `reason`: why its API can't be read.

    Raises: UnreadableSource, TransportError.
    """
    home = f"{home.rstrip('/')}/"
    place = read_place(options.recall(origin_of(home)))
    # What a feed's own import may remember of it is none of this one's.
    options = msgspec.structs.replace(options, recall=_nothing, follow=True)
    for address in _FEEDS:
        try:
            first = open_feed(f"{home}{address}", options)
        except UnreadableSource:
            continue
        reader = _FeedReader(home, address, options, place=place, reason=reason)
        return Source(origin=origin_of(home), items=reader.items(first), splits=True)
    raise UnreadableSource(source=home, reason=f"{reason}, and no feed was found in its place")


class _FeedReader:
    """Reads one feed of a site, page by page."""

    def __init__(self, home: str, address: str, options: Options, *, place: Place, reason: str) -> None:
        self._home, self._address, self._options, self._place = home, address, options, place
        self._warning = f"{reason}: {_INSTEAD}"
        self._seen: set[str] = set()
        self._fed: dict[int, str] = {}
        self._known = {number: stamp for posts in place.walks.values() for number, stamp in posts.items()}

    def items(self, first: Source) -> Iterator[Item]:
        """Every entry of every page, until a page has nothing that an earlier import hadn't."""
        page: Source | None = first
        number = 1
        while page is not None:
            has_news = False
            for item in self._entries(page):
                has_news = self._is_news(item) or has_news
                yield item
            number += 1
            page = self._page(number) if has_news and number <= MAX_PAGES else None
        # Not before: what an interrupted import read must not pass for all that there is.
        self._place.fed.update(self._fed)
        yield Reached(self._place.encode())

    def _page(self, number: int) -> Source | None:
        separator = "&" if "?" in self._address else "?"
        try:
            return open_feed(f"{self._home}{self._address}{separator}paged={number}", self._options)
        except (UnreadableSource, TransportError):
            return None  # behind the last page there is none

    def _entries(self, page: Source) -> Iterator[Imported | Skipped]:
        """The entries that no earlier page had: while posts are published, the others move back."""
        for item in page.items:
            if isinstance(item, Imported | Skipped) and item.source not in self._seen:
                self._seen.add(item.source)
                post = self._as_post(item)
                if not self._is_older_news(post):
                    yield post

    def _as_post(self, item: Imported | Skipped) -> Imported | Skipped:
        """An entry under the identity that its post has wherever else the site tells of it."""
        number = self._number(item)
        if not number:
            reason = item.reason if isinstance(item, Skipped) else _UNNUMBERED
            return Skipped(item.source, reason)
        source = source_of(self._home, number)
        if isinstance(item, Skipped):
            return Skipped(source, item.reason, hidden=item.hidden)
        if SHORT in item.warnings or SHORT_STILL in item.warnings:
            return Skipped(source, _SHORT)  # it would take the place of a whole text
        stamp = item.draft.updated or ""
        self._fed[number] = stamp
        byline = ", ".join(name for name in item.draft.byline.split(", ") if not _login.fullmatch(name))
        draft = msgspec.structs.replace(item.draft, byline=byline)
        warnings = [*item.warnings, *([] if byline == item.draft.byline else [_NAMELESS]), self._warning]
        return msgspec.structs.replace(item, draft=draft, source=source, warnings=warnings, stamp=stamp, form="feed")

    def _number(self, item: Imported | Skipped) -> int:
        """A post's number, which WordPress makes the entry's id of: `https://example.kz/?p=123`.

        Ids keep the name that the site had when the post was written; what was taken over from other sites has theirs.
        """
        found = _guid.fullmatch(item.source)
        if not found:
            return 0
        link = item.draft.source_url if isinstance(item, Imported) else ""
        is_own = same_host(f"https://{found[1]}", self._home) or same_host(link, self._home)
        return int(found[2]) if is_own else 0

    def _is_older_news(self, item: Imported | Skipped) -> bool:
        """Whether the API told of this before, and better: a feed that names no time of change can't tell of one."""
        return isinstance(item, Imported) and not item.stamp and _number_of(item.source) in self._known

    def _is_news(self, item: Imported | Skipped) -> bool:
        if not isinstance(item, Imported):
            return not self._place.fed
        number = _number_of(item.source)
        return item.stamp not in (self._place.fed.get(number), self._known.get(number))


def _number_of(source: str) -> int:
    return int(source.rpartition(" ")[2])


def _nothing(_: str) -> None:
    return None
