"""tamizdat: take what is new of a publication in one short connection, read it offline.

    import tamizdat

    with tamizdat.Library.open(Path("library.db")) as library:
        report = tamizdat.sync(library, "https://news.example/#1.abc…")
        for article in library.articles(edition="en"):
            print(article.published, article.title)

Errors are `TamizdatError` and the classes below it in `tamizdat.errors`. Everything that isn't named here may change.
"""

from tamizdat.errors import TamizdatError
from tamizdat.format.names import Address
from tamizdat.library import Library
from tamizdat.sync import SyncOptions, SyncReport, sync

__all__ = ["Address", "Library", "SyncOptions", "SyncReport", "TamizdatError", "sync"]
