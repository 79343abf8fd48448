"""The library as an archive: what pages show, read from one connection inside the caller's transaction.

Every function takes a library's connection (read-only will do) and the number by which the file calls a publication.
None of them tells anything that a reader did: what was saved, chosen or asked for is nobody's business.
"""

from tamizdat.library.archive.articles import article, neighbours, picture, revision
from tamizdat.library.archive.lists import corrections, page, retractions
from tamizdat.library.archive.places import counts, holdings, papers, state
from tamizdat.library.archive.values import (
    Articles,
    Change,
    Counts,
    Cursor,
    EarlierRevision,
    Found,
    Held,
    HeldEdition,
    Item,
    NewCorrection,
    Paper,
    Picture,
    Retracted,
    Retractions,
    Scope,
    Span,
    Translation,
    VersionLine,
)
from tamizdat.library.archive.versions import brought, changes, version, versions

__all__ = [
    "Articles", "Change", "Counts", "Cursor", "EarlierRevision", "Found", "Held", "HeldEdition", "Item",
    "NewCorrection", "Paper", "Picture", "Retracted", "Retractions", "Scope", "Span", "Translation", "VersionLine",
    "article", "brought", "changes", "corrections", "counts", "holdings", "neighbours", "page", "papers", "picture",
    "retractions", "revision", "state", "version", "versions",
]  # fmt: skip
