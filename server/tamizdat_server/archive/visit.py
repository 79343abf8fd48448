"""What a page is made from, and what it may be made into."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tamizdat.library.archive import Counts, HeldEdition, Paper, Scope
from tamizdat_server.archive.links import Links, decode


class Page(msgspec.Struct, frozen=True):
    """A page to be made of a template. `type`: of its content."""

    template: str
    context: dict[str, Any]
    status: int = 200
    type: str = "text/html; charset=utf-8"


class File(msgspec.Struct, frozen=True):
    """Bytes to be given as they are. `immutable`: they never change under this address."""

    body: bytes
    type: str
    immutable: bool = False


class Missing(Exception):
    """There is no such page. The message says what there isn't, in a sentence."""


class Visit(msgspec.Struct, frozen=True):
    """One request, and the library as it stands while it is answered.

    `vars`: the parts of the path, as they came; `args`: the query's first values. `origin`: the site's address as
    the visitor knows it, without a slash at its end. `count`: how an edition's articles are spread, kept while it
    stays the same.
    """

    db: sqlite3.Connection
    papers: list[Paper]
    paper: Paper
    links: Links
    vars: Mapping[str, str]
    args: Mapping[str, str]
    origin: str
    count: Callable[[Paper, str], Counts]

    def var(self, name: str) -> str:
        """A part of the path, decoded; empty where it isn't there."""
        return decode(self.vars.get(name) or "")

    def arg(self, name: str) -> str:
        """A value of the query; empty where it isn't there."""
        return self.args.get(name, "")

    def number(self, name: str, *, highest: int = 2**31) -> int:
        """A part of the path that is a number. Raises: Missing where it is none that could be meant."""
        text = self.vars.get(name) or ""
        if len(text) > 12 or not text.isascii() or not text.isdigit() or int(text) > highest:
            raise Missing(f"There is no number {text}.")
        return int(text)

    def edition(self, code: str) -> HeldEdition:
        """An edition that is held. Raises: Missing."""
        found = self.paper.edition(code)
        if found is None:
            raise Missing(f"There is no edition “{code}” in this archive.")
        return found

    def scope(self, **narrowed: str) -> Scope:
        """The edition that the query asks for, or all, narrowed further. Raises: Missing."""
        code = self.arg("edition")
        editions = (self.edition(code),) if code else self.paper.editions
        return Scope(tuple(held.edition for held in editions), **narrowed)


Answer = Page | File
Work = Callable[[Visit], Answer]
