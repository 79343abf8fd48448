"""How much an import may take away by itself, so that a broken source doesn't retract an archive."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from tamizdat_server.importers.report import Held

MOST: Final = 5
SHARE: Final = 100
"""At most one in so many of an edition's articles."""


def is_much(gone: Iterable[Held], standing: Callable[[str], int]) -> bool:
    """Whether these articles are too many to go without somebody's word.

    That is more than 5 at once, or of any edition more than 1 % of the articles that stand in it (`standing`).
    """
    editions = Counter(article.edition for article in gone)
    return editions.total() > MOST or any(number * SHARE > standing(code) for code, number in editions.items())
