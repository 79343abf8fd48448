"""Feeds: RSS, RDF, Atom and JSON Feed, of whatever quality."""

from tamizdat_server.importers.feed.opening import open_feed
from tamizdat_server.importers.feed.parts import Entry, Feed, Medium, NotAFeed
from tamizdat_server.importers.feed.reading import read_feed

__all__ = ["Entry", "Feed", "Medium", "NotAFeed", "open_feed", "read_feed"]
