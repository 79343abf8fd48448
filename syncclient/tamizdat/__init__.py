"""tamizdat: take what is new of a publication in one short connection, read it offline.

    import tamizdat

    with tamizdat.Library.open(Path("library.db")) as library:
        report = tamizdat.sync(library, "https://news.example/#1.abc…")
        for article in library.articles(edition="en"):
            print(article.published, article.title)

Errors are `TamizdatError` and the classes below it in `tamizdat.errors`. `tamizdat.format.article` has what articles
are made of, `tamizdat.render` shows them, `tamizdat.mirror` copies and checks publications. docs/developers.md has all
of it at work. Everything that isn't named there or here may change.
"""

from typing import TYPE_CHECKING

from tamizdat.errors import TamizdatError
from tamizdat.format.names import Address, Fingerprint
from tamizdat.library import HeldArticle, HeldRetraction, Library, Publication, Summary
from tamizdat.pack import PackOptions, PackReport, pack
from tamizdat.sync import Keep, SyncOptions, SyncReport, sync

if TYPE_CHECKING:
    from tamizdat.search import Hit

__all__ = [
    "Address", "Fingerprint", "HeldArticle", "HeldRetraction", "Keep", "Library", "PackOptions", "PackReport",
    "Publication", "Summary", "SyncOptions", "SyncReport", "TamizdatError", "find", "pack", "sync",
]  # fmt: skip


def find(
    library: Library, words: str, *, publication: str = "", edition: str = "", limit: int = 20, offset: int = 0
) -> "list[Hit]":
    """Articles of the library that have what `words` ask for, best first; docs/format.md, section 14, has their signs.

    A hit's `snippet` is plain text: escape it before it becomes HTML. Raises: LibraryError.
    """
    from tamizdat.search import search

    return search(library.db, words, publication=publication, edition=edition, limit=limit, offset=offset)
