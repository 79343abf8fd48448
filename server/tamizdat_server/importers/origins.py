"""Which articles came from which source, under which keys, and what their sources have no more."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tamizdat_server.draft import Draft
from tamizdat_server.drafting import decode_draft
from tamizdat_server.importers.text import KEY_CHARACTERS
from tamizdat_server.newsroom import BY_AN_EDITOR, Newsroom

_DRAFT: Final = "SELECT draft FROM articles WHERE key = ? AND retracted IS NULL"
_SITE: Final = re.compile(r"\w+ (?:https?://)?(?:www\.)?([^/?#\s]+\.[^/?#\s]+)", re.IGNORECASE)


class Standing(NamedTuple):
    """An article that stands. `gone`: why its source has it no more, or nothing. `public`: readers have it."""

    source: str
    key: str
    edition: str
    origin: str
    gone: str
    public: bool


class Origins:
    """What newsroom.db knows of the articles of one origin. What changes something is called inside `editing()`."""

    def __init__(self, newsroom: Newsroom, origin: str, *, splits: bool = False) -> None:
        self._newsroom, self._origin, self._splits = newsroom, origin, splits

    def standing(self) -> Iterator[Standing]:
        """The origin's articles that aren't retracted, by source."""
        yield from self._articles("origin = ? ORDER BY source", self._origin)

    def of(self, source: str) -> Standing | None:
        """The article that stands of this source; also one that came before origins were noted."""
        return next(self._articles("source = ? AND origin IN (?, '')", source, self._origin), None)

    def whole(self, source: str) -> str:
        """The source of which this is one language, else itself."""
        whole, _, code = source.rpartition(" ")
        return whole if self._splits and code.isalpha() else source

    def all_of(self, source: str) -> list[Standing]:
        """What stands of this source: its article, and those in each of its languages."""
        if not self._splits:
            return [found] if (found := self.of(source)) else []
        where = "(source = ? OR (source > ? || ' ' AND source < ? || '!')) AND origin IN (?, '')"
        return [*self._articles(where, source, source, source, self._origin)]

    def group_of(self, sources: Iterable[str]) -> str:
        """The group of translations in which most of these stand; nothing where they stand in none."""
        keys = [found.key for source in sources if (found := self.of(source))]
        rows = [self._newsroom.db.execute(_DRAFT, (key,)).fetchone() for key in keys]
        groups = Counter(filter(None, (decode_draft(row[0]).translation_group for row in rows)))
        return min(groups, key=lambda group: (-groups[group], group), default="")

    def under(self, key: str) -> Standing | None:
        """The article of this origin that stands under a key; also one that came before origins were noted."""
        return next(self._articles("key = ? AND origin IN (?, '')", key, self._origin), None)

    def count(self, edition: str) -> int:
        """How many articles of an edition stand, whatever their origin."""
        query = "SELECT count(*) FROM articles WHERE edition = ? AND retracted IS NULL"
        return int(self._newsroom.db.execute(query, (edition,)).fetchone()[0])

    def lately(self, since: str) -> dict[str, int]:
        """How many public articles of each edition imports of this origin took away after that time, RFC 3339."""
        query = (
            "SELECT edition, count(*) FROM articles WHERE origin = ? AND gone <> '' AND public <> '' AND retracted > ?"
            " AND NOT held GROUP BY edition"
        )
        return dict(self._newsroom.db.execute(query, (self._origin, since)).fetchall())

    def other_site(self, source: str) -> str:
        """The origin on another site that this source came from; nothing where it is this one's, or nobody's.

        A feed calls its entries what it likes, also by the names of another site's.
        """
        found = self._newsroom.db.execute("SELECT origin FROM articles WHERE source = ?", (source,)).fetchall()
        # What an editor keeps has no origin any more.
        origins = [source if origin == BY_AN_EDITOR else origin for (origin,) in found if origin]
        mine = _site(self._origin)
        if any(origin == self._origin or (mine and _site(origin) == mine) for origin in origins):
            return ""
        return next(iter(origins), "")

    def is_withdrawn(self, draft: Draft) -> bool:
        """Whether an editor withdrew an article of this key and title."""
        found = self._newsroom.db.execute("SELECT draft FROM articles WHERE key = ? AND held", (draft.key,))
        return any(decode_draft(row[0]).title.casefold() == draft.title.casefold() for row in found.fetchall())

    def free_key(self, wanted: str, *, source: str) -> str | None:
        """The key under which a source came first; else the one that it wants, or one like it where that is taken.

        None where both are another's.
        """
        if known := self._newsroom.key_of(source):
            return known
        mark = f"-{zlib.crc32(source.encode()):08x}"
        marked = wanted[: KEY_CHARACTERS - len(mark)].rstrip("-/") + mark
        return next((key for key in (wanted, marked) if not self._is_taken(key)), None)

    def has_another(self, key: str, *, source: str) -> bool:
        """Whether an article of another origin and another source stands under this key."""
        others = self._articles("key = ? AND source <> ? AND origin NOT IN (?, '')", key, source, self._origin)
        return next(others, None) is not None

    def miss(self, key: str, reason: str) -> None:
        """Note why the source of a standing article has it no more; an empty reason: it has it again."""
        self._newsroom.db.execute(
            "UPDATE articles SET gone = ?, origin = ? WHERE key = ? AND retracted IS NULL", (reason, self._origin, key)
        )

    def _is_taken(self, key: str) -> bool:
        return self._newsroom.db.execute("SELECT 1 FROM articles WHERE key = ?", (key,)).fetchone() is not None

    def _articles(self, where: str, *values: str) -> Iterator[Standing]:
        columns = "source, key, edition, origin, gone, public <> ''"
        query = f"SELECT {columns} FROM articles WHERE retracted IS NULL AND {where}"  # noqa: S608 - our own words
        for row in self._newsroom.db.execute(query, values):
            yield Standing(*row)


def _site(origin: str) -> str:
    """The host that an origin or a source is named after; nothing where it is none."""
    found = _SITE.match(origin)
    return found[1].lower() if found else ""
