"""Whole posts by their numbers, a hundred at a time; a post that its site fails at stops no other one."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import msgspec

from tamizdat_server.importers.wordpress.answers import EMBEDDED, POST_FIELDS, NotUnderstood, read_post, read_row
from tamizdat_server.importers.wordpress.api import PER_PAGE, Api, ApiDown, ApiFailed, RouteClosed
from tamizdat_server.importers.wordpress.listing import Walk
from tamizdat_server.importers.wordpress.posts import Post

# Seven halvings find one bad post of a hundred. A site that fails more often in a row fails at everything.
_FAILURES: Final = 16


class Unread(msgspec.Struct, frozen=True):
    """A post that the site couldn't give; `reason`: for people."""

    reason: str


_GONE: Final = Unread("the site lists it and doesn't give it: it may have been withdrawn just now")
Read: TypeAlias = tuple[int, Post | Unread]


class Batches:
    """Reads posts of one list. `size`: how many at a time the site can bear, as far as it is known."""

    def __init__(self, api: Api, walk: Walk) -> None:
        self._api, self._walk = api, walk
        self._failures = 0
        self._unread = 0
        self.size = PER_PAGE

    def read(self, numbers: Sequence[int]) -> Iterator[Read]:
        """At most a hundred posts, each once. Raises: ApiFailed where the site fails at everything."""
        assert len(numbers) <= PER_PAGE
        if not numbers:
            return
        try:
            found = self._ask(numbers)
        except (ApiDown, RouteClosed):
            raise
        except ApiFailed as failure:
            self._failures += 1
            if self._failures >= _FAILURES:
                raise
            yield from self._by_halves(numbers, failure.reason)
            return
        self._failures = 0
        yield from ((number, found[number]) for number in numbers if number in found)
        missing = [number for number in numbers if number not in found]
        if len(missing) < len(numbers):
            yield from self.read(missing)  # some sites give fewer at a time than they are asked for
        else:
            yield from ((number, _GONE) for number in missing)

    def _by_halves(self, numbers: Sequence[int], reason: str) -> Iterator[Read]:
        if len(numbers) == 1:
            self._unread += 1
            yield numbers[0], Unread(reason)
            return
        unread, middle = self._unread, len(numbers) // 2
        yield from self.read(numbers[:middle])
        yield from self.read(numbers[middle:])
        if self._unread == unread:
            self.size = min(self.size, middle)  # none of them was bad: they were too many for a weak server

    def _ask(self, numbers: Sequence[int]) -> dict[int, Post | Unread]:
        page = self._api.page(
            self._walk.route,
            include=",".join(map(str, numbers)),
            orderby="id",
            order="asc",
            per_page=PER_PAGE,
            _embed=EMBEDDED,
            _fields=POST_FIELDS,
            **self._walk.words(),
        )
        return dict(_read(raw) for raw in page.items)


def _read(raw: msgspec.Raw) -> Read:
    try:
        number = read_row(raw).id
    except NotUnderstood as error:
        return 0, Unread(str(error))
    try:
        return number, read_post(raw)
    except NotUnderstood as error:
        return number, Unread(str(error))
