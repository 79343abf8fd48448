"""A WordPress site through its REST API: all of it once, then only what changed, and what is gone."""

from collections.abc import Iterator
from typing import Final

import msgspec

from tamizdat.errors import SourceBrokeOff, UnreadableSource
from tamizdat_server.clock import unix
from tamizdat_server.importers.items import Complete, Imported, Item, Reached, Skipped
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.web.fetching import Fetcher
from tamizdat_server.importers.wordpress.answers import moment
from tamizdat_server.importers.wordpress.api import Api, ApiFailed, RouteClosed
from tamizdat_server.importers.wordpress.articles import PostReader
from tamizdat_server.importers.wordpress.batches import Batches, Unread
from tamizdat_server.importers.wordpress.closed import open_closed
from tamizdat_server.importers.wordpress.listing import Listing, Walk, earlier, newest, whole_list
from tamizdat_server.importers.wordpress.noticing import NoticingFetcher
from tamizdat_server.importers.wordpress.place import Place, read_place
from tamizdat_server.importers.wordpress.posts import Post, origin_of, source_of
from tamizdat_server.importers.wordpress.routes import Routes
from tamizdat_server.importers.wordpress.site import ApiClosed, RestSite, find_site

# However little seems to have changed: so often whole lists are compared, since counts alone don't show everything.
_WHOLE_SECONDS: Final = 7 * 24 * 3600
# What is remembered grows with the archive: of a large one it is written less often.
_POSTS_A_BATCH: Final = 10_000
_POSTS: Final = Walk("posts")
_PAGES: Final = Walk("pages")
_DOUBTFUL: Final = (
    "whether posts were deleted can't be told this time: its list of posts changed while it was read, is empty, or has"
    " others than it counts"
)


def open_site(source: str, options: Options) -> Source:
    """The articles of the site at this address, by its API or, where that is closed, by its feeds.

    They have the identities that an export of the same site gives them. Raises: UnreadableSource, TransportError.
    """
    if options.fetcher is None:
        raise UnreadableSource(source=source, reason="nothing may be fetched from the web here")
    try:
        site = find_site(source, options.fetcher)
    except ApiClosed as closed:
        return open_closed(closed.home, options, reason=closed.reason)
    api, place = Api(site, options.fetcher), read_place(options.recall(origin_of(site.home)))
    routes = Routes(api, place)
    try:
        routes.find(options.types)
        since = _since(place, _POSTS, options) if place.listed else ""
        first = newest(api, _POSTS, since=since, by="date")
    except RouteClosed as closed:
        return open_closed(site.home, options, reason=closed.reason)
    except ApiFailed as failure:
        raise UnreadableSource(source=source, reason=failure.reason) from failure
    items = _SiteReader(api, options.fetcher, place, options, first, routes).items()
    total = None if place.listed or options.pages or options.types else first.total
    return Source(origin=origin_of(site.home), items=items, total=total, splits=True)


class _SiteReader:
    """One import of one site. `first`: its newest posts by date, asked for to see whether it answers at all."""

    def __init__(
        self, api: Api, fetcher: Fetcher, place: Place, options: Options, first: Listing, routes: Routes
    ) -> None:
        self._api, self._home, self._place, self._options = api, api.site.home, place, options
        self._first, self._routes = first, routes
        self._fetcher = NoticingFetcher(fetcher)
        self._posts = PostReader(api.site, msgspec.structs.replace(options, fetcher=self._fetcher))
        self._read: set[int] = set()

    def items(self) -> Iterator[Item]:
        """Raises: SourceBrokeOff."""
        try:
            yield from self._items()
        except ApiFailed as failure:
            raise SourceBrokeOff(source=self._home, reason=failure.reason) from failure

    def _items(self) -> Iterator[Item]:
        place, now = self._place, self._options.now
        place.heed(self._options)
        listed = place.listed
        is_thorough = not listed or not 0 <= unix(now) - unix(listed) < _WHOLE_SECONDS
        if is_thorough:
            place.ask_again(place.poor)
        # Empty until all is done: after an interruption the lists are compared anew.
        place.listed = ""
        is_whole = True
        for walk in _walks(self._api.site, self._options, place):
            try:
                listing = whole_list(self._api, walk) if is_thorough else self._listing(walk)
            except RouteClosed as closed:
                if not walk.type:
                    raise
                # What was known of this list stays known, so none of it passes for gone.
                told = f"posts of this type weren't read: {closed.reason}"
                yield Skipped(f"{origin_of(self._home)} {walk.name}", told)
                continue
            is_whole = self._note(walk, listing) and is_whole
            yield from self._changes(walk, listing)
        if is_thorough:
            yield from self._routes.left(self._options)
            is_whole = self._count_others() and is_whole
        is_whole = is_whole and bool(place.present())
        if is_whole:
            place.listed = now if is_thorough else listed
        yield Reached(place.encode())
        yield Complete(self._present()) if is_whole else Skipped(origin_of(self._home), _DOUBTFUL)

    # -- what there is -------------------------------------------------------------------------------------------------

    def _listing(self, walk: Walk) -> Listing:
        """What a list comes to, from its newest posts and its count where those explain it, else as a whole."""
        since = _since(self._place, walk, self._options)
        dated = self._first if walk == _POSTS else newest(self._api, walk, since=since, by="date")
        try:
            changed = newest(self._api, walk, since=since, by="modified")
        except ApiFailed:
            return whole_list(self._api, walk)  # a site too old to sort so
        posts = {**self._place.known(walk.name), **dated.posts, **changed.posts}
        if dated.whole and changed.whole and dated.total == len(posts):
            return Listing(posts, whole=True, total=dated.total)
        # Something is gone, or came without a date that says so.
        return whole_list(self._api, walk)

    def _note(self, walk: Walk, listing: Listing) -> bool:
        """Forget what a list has no more. Whether it can be relied on for that."""
        known = self._place.known(walk.name)
        if not listing.whole or (known and not listing.posts):
            return False
        for number in known.keys() - listing.posts.keys():
            del known[number]
        return True

    def _count_others(self) -> bool:
        """Posts of types that aren't asked for are counted all the same: an earlier import may have brought them."""
        lists = [] if self._options.pages else [_PAGES]
        left = self._place.routes.keys() - {*self._options.types}
        lists += [Walk(self._place.routes[name], type=name) for name in sorted(left)]
        return all(self._count(walk) for walk in _in_languages(lists, self._api.site, self._options))

    def _count(self, walk: Walk) -> bool:
        try:
            listing = whole_list(self._api, walk)
        except ApiFailed as failure:
            return bool(walk.type) and isinstance(failure, RouteClosed)
        known = self._place.known(walk.name)
        for number in listing.posts:
            known.setdefault(number, "")
        return self._note(walk, listing)

    def _present(self) -> frozenset[str]:
        return frozenset(source_of(self._home, number) for number in self._place.present())

    # -- what changed --------------------------------------------------------------------------------------------------

    def _changes(self, walk: Walk, listing: Listing) -> Iterator[Item]:
        known, batches = self._place.known(walk.name), Batches(self._api, walk)
        changed = sorted(number for number, stamp in listing.posts.items() if not stamp or known.get(number) != stamp)
        known.update((number, listing.posts[number]) for number in changed if number in self._read)
        changed = [number for number in changed if number not in self._read]
        batch = 0
        while changed:
            some, changed = changed[: batches.size], changed[batches.size :]
            for number, post in batches.read(some):
                is_done, items = self._items_of(number, post)
                yield from items
                known[number] = listing.posts[number] if is_done else ""
                self._read.add(number)
            if batch % (1 + len(known) // _POSTS_A_BATCH) == 0:
                yield Reached(self._place.encode())
            batch += 1

    def _items_of(self, number: int, post: Post | Unread) -> tuple[bool, list[Imported | Skipped]]:
        """What a post comes to, and whether that holds until it is changed."""
        if isinstance(post, Unread):
            return False, [Skipped(source_of(self._home, number), post.reason)]
        items = [*self._posts.read(post)]
        skipped = [item for item in items if isinstance(item, Skipped)]
        _put(self._place.hidden, number, is_in=any(item.hidden for item in skipped))
        _put(self._place.passed, number, is_in=bool(skipped) and len(skipped) == len(items))
        is_due = (moment(post.date_gmt) or moment(post.date)) <= self._options.now
        return is_due and not self._is_poor(number), items

    def _is_poor(self, number: int) -> bool:
        """Whether pictures failed now and not before: then they are tried once more the next time, else only weekly."""
        failed, before = self._fetcher.noticed(), number in self._place.poor
        _put(self._place.poor, number, is_in=failed)
        return failed and not before


def _since(place: Place, walk: Walk, options: Options) -> str:
    stamp = place.newest(walk.name)
    return earlier(stamp, now=options.now) if stamp else ""


def _walks(site: RestSite, options: Options, place: Place) -> list[Walk]:
    """The lists to read; where a site lists one language at a time, those of the newsroom's languages."""
    lists = [_POSTS, _PAGES] if options.pages else [_POSTS]
    lists += [Walk(place.routes[name], type=name) for name in dict.fromkeys(options.types)]
    return _in_languages(lists, site, options)


def _in_languages(lists: list[Walk], site: RestSite, options: Options) -> list[Walk]:
    codes = _codes(options) if site.languages else ()
    return [Walk(each.route, language, each.type) for each in lists for language in ("", *codes)]


def _codes(options: Options) -> tuple[str, ...]:
    """What a site may call the newsroom's languages."""
    codes = dict.fromkeys([*options.editions, *(edition.split("-")[0].lower() for edition in options.editions)])
    return (*codes, "kz") if "kk" in codes else (*codes,)


def _put(numbers: set[int], number: int, *, is_in: bool) -> None:
    (numbers.add if is_in else numbers.discard)(number)
