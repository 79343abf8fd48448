"""The articles that a search may find: of one publication or all, one edition or all, and between two dates."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from tamizdat.search.widening import language_of

_MANY: Final = 1_000
_WITHIN: Final = """
    publication IN (SELECT value FROM json_each(?1)) AND ?2 IN ('', edition)
    AND published >= ?3 AND (?4 = '' OR published < ?4)
"""
# An index has all of these columns, and nothing of the texts.
_ALL: Final = (
    f"SELECT id, publication, edition, published, key FROM articles INDEXED BY articles_edition WHERE {_WITHIN}"  # noqa: S608
)
_SOME: Final = f"""
    SELECT articles.id, publication, edition, published, articles.key
    FROM json_each(?5) AS n JOIN articles ON articles.id = n.value WHERE {_WITHIN}
"""  # noqa: S608


class Known(NamedTuple):
    """What a search has to know of an article."""

    identity: str
    edition: str
    published: str
    key: str
    language: str


class Scope:
    """Looks articles up, each once; all of them where many are asked for."""

    def __init__(self, db: sqlite3.Connection, *, publication: str, edition: str, since: str, until: str) -> None:
        self._db = db
        chosen = db.execute("SELECT id, identity FROM publications WHERE ? IN ('', identity)", (publication,))
        self._identities: dict[int, str] = dict(chosen.fetchall())
        self._within = (json.dumps([*self._identities]), edition, since, until)
        self._known: dict[int, Known] = {}
        self._asked: set[int] = set()
        self._whole = False

    @property
    def languages(self) -> list[str]:
        """By whose grammars the words of its editions are bent."""
        return sorted(
            {language_of(edition) for (edition,) in self._db.execute("SELECT DISTINCT edition FROM editions")}
        )

    def all(self) -> Mapping[int, Known]:
        """Every article of the scope, by number."""
        if not self._whole:
            self._read(_ALL, self._within)
            self._whole = True
        return self._known

    def of(self, numbers: Collection[int]) -> Mapping[int, Known]:
        """At least those of these articles that are in the scope."""
        missing = [] if self._whole else [number for number in numbers if number not in self._asked]
        if len(missing) > _MANY:
            return self.all()
        if missing:
            self._read(_SOME, (*self._within, json.dumps(missing)))
            self._asked.update(missing)
        return self._known

    def _read(self, sql: str, values: tuple[str, ...]) -> None:
        for number, publication, edition, published, key in self._db.execute(sql, values):
            identity = self._identities[publication]
            self._known[number] = Known(identity, edition, published, key, language_of(edition))
