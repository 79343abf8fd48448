"""What an import of a site remembers for the next one, so that it asks for little."""

import re
from typing import Final

import msgspec

from tamizdat_server.importers.source import Options

_FORMAT: Final = 1
_stamp = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class Place(msgspec.Struct):
    """How far a site was read. Times are the site's own, in GMT.

    `walks`: of each list, its posts and the time of change of the version that was taken; "" where it is to be asked
    for again. `hidden`: posts that the site lists but keeps from the public. `passed`: posts that were understood and
    not imported, for reasons that hold while `given`, the importer's options, are the same. `poor`: posts of
    whose pictures some couldn't be fetched. `pictures`: the choice with which all were taken. `listed`: when the lists
    were last read as a whole, by our clock; empty while such a reading isn't finished. `fed`: the posts that came by
    feeds, and their times of change. `routes`: of the site's own types of posts that were asked for, by name.
    """

    format: int = _FORMAT
    walks: dict[str, dict[int, str]] = {}
    hidden: set[int] = set()
    passed: set[int] = set()
    given: str = ""
    poor: set[int] = set()
    pictures: str = ""
    listed: str = ""
    fed: dict[int, str] = {}
    routes: dict[str, str] = {}

    def known(self, walk: str) -> dict[int, str]:
        """The posts of one list."""
        return self.walks.setdefault(walk, {})

    def newest(self, walk: str) -> str:
        """The latest time of change that was seen in a list; empty before the first."""
        return max(filter(_stamp.fullmatch, self.known(walk).values()), default="")

    def types(self) -> set[str]:
        """The site's own types of posts of which an import, also one of an export, brought some."""
        return {name.split()[1] for name in self.walks if name.startswith("type ")}

    def present(self) -> set[int]:
        """All posts that the site shows to everybody, as far as it was read."""
        return {number for posts in self.walks.values() for number in posts} - self.hidden

    def heed(self, options: Options) -> None:
        """Ask again for what would come otherwise now, where the options are others than last time."""
        given = given_by(options)
        if given != self.given:
            self.ask_again(self.passed)
            self.passed, self.given = set(), given
        if options.pictures != self.pictures:
            self.ask_again({number for posts in self.walks.values() for number in posts})
            self.pictures = options.pictures

    def ask_again(self, numbers: set[int]) -> None:
        """Take these posts for changed, whatever the site says."""
        for posts in self.walks.values():
            posts.update((number, "") for number in numbers & posts.keys())

    def encode(self) -> str:
        return msgspec.json.encode(self).decode()


def given_by(options: Options) -> str:
    """The options on which it hangs whether a post becomes an article."""
    return "|".join((",".join(options.editions), options.zone, options.language, options.date or ""))


def read_place(text: str | None) -> Place:
    """What was remembered; nothing where another version of this importer wrote it."""
    try:
        place = msgspec.json.decode(text or "{}", type=Place)
    except (msgspec.MsgspecError, RecursionError):
        return Place()
    return place if place.format == _FORMAT else Place()
