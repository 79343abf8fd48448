"""Where a site's API lists the posts of its own types, and which of them an import leaves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.items import Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.wordpress.api import Api, ApiFailed, RouteClosed
from tamizdat_server.importers.wordpress.place import Place
from tamizdat_server.importers.wordpress.posts import origin_of
from tamizdat_server.importers.wordpress.types import HANDFUL, left, may_be_articles

_COUNTED: Final = 20
_ROUTE: Final = re.compile(r"[\w-]{1,60}(?:/[\w-]{1,60}){0,4}", re.ASCII)


class Routes:
    """The types of one site and their routes. Those once found are remembered in `place`."""

    def __init__(self, api: Api, place: Place) -> None:
        self._api, self._place = api, place
        self._shown: Mapping[str, str] | None = None

    def find(self, names: Iterable[str]) -> None:
        """Learn the routes of these types. Raises: UnreadableSource for one that the site never had; ApiFailed."""
        for name in names:
            if name not in self._place.routes:
                self._place.routes[name] = self._found(name)

    def _found(self, name: str) -> str:
        try:
            shown = self.shown()
        except RouteClosed:
            return name  # as WordPress has it unless a plugin says otherwise
        if name in shown or name in self._place.types():
            return shown.get(name, name)
        told = ", ".join(filter(may_be_articles, shown))[:300] or "none of its own"
        reason = f"its API shows no type '{name}', but {told}; an export of the site may have it"
        raise UnreadableSource(source=self._api.site.home, reason=reason)

    def shown(self) -> Mapping[str, str]:
        """Each type that the site shows to everybody, with its route. Raises: ApiFailed."""
        if self._shown is None:
            found = self._api.types()
            self._shown = {name: route for name, route in found.items() if _ROUTE.fullmatch(route)}
            known = self._place.types() | self._place.routes.keys()
            self._place.routes |= {name: route for name, route in self._shown.items() if name in known}
        return self._shown

    def left(self, options: Options) -> Iterator[Skipped]:
        """How many posts of which types weren't asked for, where that is more than a handful each."""
        for name, number in self.counts():
            if name not in options.types:
                told = f"{number:,} posts are {left(name)}"
                yield Skipped(f"{origin_of(self._api.site.home)} {name}", told)

    def counts(self) -> Iterator[tuple[str, int]]:
        """The types that may be articles, with how many posts the site shows of each, where that is many."""
        try:
            names = [*filter(may_be_articles, self.shown())][:_COUNTED]
        except ApiFailed:
            return
        for name in names:
            try:
                total = self._api.page(self.shown()[name], per_page=1, _fields="id").total or 0
            except ApiFailed:
                continue
            if total > HANDFUL:
                yield name, total
