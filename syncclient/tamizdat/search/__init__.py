"""Full-text search over a library, by one rule for every client. docs/format.md, section 14."""

from tamizdat.search.query import Item, Query, parse
from tamizdat.search.searching import Hit, find, search

__all__ = ["Hit", "Item", "Query", "find", "parse", "search"]
