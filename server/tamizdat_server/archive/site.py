"""Answering: from a request to a reply, whatever state the library is in."""

import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Final

import msgspec

from tamizdat.errors import LibraryError, NotALibrary
from tamizdat.library import archive
from tamizdat.library.archive import Counts, Paper
from tamizdat.trust import freshness
from tamizdat_server.archive import words
from tamizdat_server.archive.links import Links
from tamizdat_server.archive.readers import Busy, Readers, TooSlow
from tamizdat_server.archive.visit import Answer, Missing, Page, Visit, Work
from tamizdat_server.feeds import fit, name_of

FUNCTIONS: Final[dict[str, Any]] = {
    "day": words.day, "moment": words.moment, "number": words.number, "counted": words.counted,
    "month": words.month, "language": words.language, "fit": fit, "name_of": name_of,
}  # fmt: skip


class Options(msgspec.Struct, frozen=True):
    """What whoever runs the site may say.

    `public_url`: its scheme and host, for feeds and permalinks; empty: those by which it was asked.
    """

    public_url: str = ""


class Unchanged(msgspec.Struct, frozen=True):
    """The visitor has this page already."""


class Asked(msgspec.Struct, frozen=True):
    """What an archive needs to know of a request. `origin`: scheme and host; `path`: whole, with its query."""

    origin: str
    path: str
    vars: dict[str, str]
    args: dict[str, str]
    held: str = ""  # If-None-Match


class Site:
    """The archive behind one Datasette. It has its own connections, so that no query of a stranger's can hold it up.

    `heavy`: pages that cost much more than others, and have connections of their own for that.

    `link`: makes an address of a path within the site. `build`: a name for the templates, as pages change with them.
    """

    def __init__(
        self,
        library: Path,
        *,
        link: Callable[[str], str],
        options: Options,
        heavy: frozenset[Work] = frozenset(),
        build: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.library, self.link, self.options, self.clock, self.heavy = library, link, options, clock, heavy
        self.readers = Readers(library)
        self.slow_readers = Readers(library, at_once=2, waiting=16, seconds=5.0)
        self.build = f"{version('tamizdat')} {build}"
        self._counts: dict[tuple[str, int, str], Counts] = {}
        self._counting = Lock()

    async def answer(self, asked: Asked, work: Work) -> tuple[Answer | Unchanged, str]:
        """What `work` makes of the library, and the tag of that; nothing is made of what the visitor has already.

        Raises: Busy, TooSlow, LibraryError.
        """
        readers = self.slow_readers if work in self.heavy else self.readers
        return await readers.read(lambda db: self._answer(db, asked, work))

    def close(self) -> None:
        """Close all connections."""
        self.readers.close()
        self.slow_readers.close()

    async def frame(self, asked: Asked) -> dict[str, Any]:
        """What the frame around a page needs, for pages that others make; empty where the library can't be read."""
        try:
            return await self.readers.read(lambda db: self._frame(self._visit(db, asked, self._papers(db))))
        except (Busy, TooSlow, LibraryError):
            return {}

    def _answer(self, db: sqlite3.Connection, asked: Asked, work: Work) -> tuple[Answer | Unchanged, str]:
        papers = self._papers(db)
        tag = self._tag(db, asked, papers)
        if tag in asked.held:
            return Unchanged(), tag
        visit = self._visit(db, asked, papers)
        try:
            if not visit.paper.publication.startswith(asked.vars.get("paper") or ""):
                raise Missing("There is no such publication in this archive.")
            answer = work(visit)
        except Missing as missing:
            answer = Page("archive/missing.html", {"message": str(missing)}, status=404)
        if isinstance(answer, Page):
            answer = msgspec.structs.replace(answer, context={**self._frame(visit), **answer.context})
        return answer, tag

    def _papers(self, db: sqlite3.Connection) -> list[Paper]:
        papers = archive.papers(db)
        if not papers:
            raise NotALibrary(library=str(self.library), reason="it holds no publication yet")
        return papers

    def _visit(self, db: sqlite3.Connection, asked: Asked, papers: list[Paper]) -> Visit:
        chosen = asked.vars.get("paper") or ""
        paper = next((paper for paper in papers if paper.publication.startswith(chosen)), papers[0])
        held = archive.holdings(db)
        return Visit(
            db=db,
            papers=papers,
            paper=paper,
            links=Links(self.link, papers, paper),
            vars=asked.vars,
            args=asked.args,
            origin=self.options.public_url.rstrip("/") or asked.origin,
            count=lambda of, edition: self._count(db, held, of, edition),
        )

    def _count(self, db: sqlite3.Connection, held: str, paper: Paper, edition: str) -> Counts:
        with self._counting:  # a new version is counted once, not by everyone who comes at that moment
            place = (held, paper.id, edition)
            if place not in self._counts:
                self._counts = {known: counts for known, counts in self._counts.items() if known[0] == held}
                self._counts[place] = archive.counts(db, paper.id, edition)
            return self._counts[place]

    def _tag(self, db: sqlite3.Connection, asked: Asked, papers: list[Paper]) -> str:
        ages = [self._freshness(paper) for paper in papers]
        shown = [self.build, archive.state(db), ages, asked.origin, asked.path]
        return f'"{sha256(msgspec.json.encode(shown)).hexdigest()[:32]}"'

    def _freshness(self, paper: Paper) -> str:
        return freshness(int(datetime.fromisoformat(paper.signed).timestamp()), int(self.clock()))

    def _frame(self, visit: Visit) -> dict[str, Any]:
        paper, papers = visit.paper, visit.papers
        others = [other for other in papers if other.id != paper.id]
        return {
            **FUNCTIONS,
            "paper": paper,
            "links": visit.links,
            "freshness": self._freshness(paper),
            "others": [(other.title, Links(self.link, papers, other).front) for other in others],
            "direction_of": {held.edition: held.direction for held in paper.editions},
        }
