"""Feeds: RSS, RDF, Atom and JSON Feed, of whatever quality."""

from tamizdat_server.importers.feed.opening import open_feed

__all__ = ["open_feed"]
