"""Which address is which page. `/of/…` names a publication other than the one that was added first."""

from typing import Final

from tamizdat.format.names import LANGUAGE, SHA256
from tamizdat_server.archive import articles, finding, lists, versions
from tamizdat_server.archive.visit import Page, Visit, Work

_OF: Final = r"^(?:/of/(?P<paper>[0-9a-f]{8,64}))?"
_EDITION: Final = rf"/edition/(?P<edition>{LANGUAGE})"
_ARTICLE: Final = r"/article/(?P<key>.+?)"
_REVISION: Final = r"/revision/(?P<revision>[0-9]+)"


def about(visit: Visit) -> Page:
    """How to check this copy, and what no copy can promise."""
    return Page("archive/about.html", {"origin": visit.origin})


_PAGES: Final[tuple[tuple[str, Work], ...]] = (
    (r"", lists.front),
    (rf"{_EDITION}", lists.edition),
    (rf"{_EDITION}/topics", lists.topics),
    (rf"(?:{_EDITION})?/feed\.atom", finding.feed),
    (r"/section/(?P<name>.+?)", lists.section),
    (r"/tag/(?P<name>.+?)", lists.tag),
    (r"/year/(?P<name>[^/]+)", lists.year),
    (rf"{_ARTICLE}(?:{_REVISION})?/record\.json", articles.record),
    (rf"{_ARTICLE}{_REVISION}", articles.revision),
    (rf"{_ARTICLE}/diff/(?P<revision>[0-9]+)", articles.diff),
    (rf"{_ARTICLE}", articles.article),
    (r"/retractions", lists.retractions),
    (r"/corrections", lists.corrections),
    (r"/versions", versions.versions),
    (r"/version/(?P<version>[0-9]+)", versions.version),
    (r"/search", finding.results),
    (r"/about", about),
)
HEAVY: Final[frozenset[Work]] = frozenset({finding.results, articles.diff})
"""Pages that may cost a second: they wait for each other, and no other page waits for them."""
ROUTES: Final[list[tuple[str, Work]]] = [
    # A slash at the end is nobody's fault, and changes nothing.
    *((f"{_OF}{pattern}/?$", work) for pattern, work in _PAGES),
    (rf"^/media/(?P<sha256>{SHA256})(?:\.[a-z]+)?$", articles.picture),
]
