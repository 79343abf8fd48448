"""Single web pages: the article that each of them is about."""

from tamizdat_server.importers.webpage.opening import open_pages

__all__ = ["open_pages"]
