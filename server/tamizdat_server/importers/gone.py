"""How much an import may take away by itself, so that a broken source doesn't retract an archive."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tamizdat_server.importers.report import Held

MOST: Final = 5
SHARE: Final = 100
"""At most one in so many of an edition's articles."""
SECONDS: Final = 24 * 3600
"""Within so long a time, however many imports that is."""


def is_much(gone: Iterable[Held], standing: Callable[[str], int], *, lately: Mapping[str, int]) -> bool:
    """Whether these articles are too many to go without somebody's word.

    That is more than 5, or of any edition more than 1 % of the articles that stand in it (`standing`). `lately`: how
    many of each edition went in the last hours, which count as well: an hourly import must not take five each hour.
    """
    editions = Counter(article.edition for article in gone)
    if not editions:
        return False
    return editions.total() + sum(lately.values()) > MOST or any(
        (number + lately.get(code, 0)) * SHARE > standing(code) + lately.get(code, 0)
        for code, number in editions.items()
    )
