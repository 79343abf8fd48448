"""Single web pages: the article that each of them is about."""

from tamizdat_server.importers.webpage.opening import Unanswered, fetch_story, open_pages
from tamizdat_server.importers.webpage.story import Story, StoryReader

__all__ = ["Story", "StoryReader", "Unanswered", "fetch_story", "open_pages"]
