"""How a newsroom begins: what there is to import from, and a folder with keys. The command asks and tells."""

from pathlib import Path

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.web.fetching import Fetcher
from tamizdat_server.starting.answers import Answers
from tamizdat_server.starting.begin import begin, begun_here, is_free, is_newsroom, recall, remember
from tamizdat_server.starting.files import look_at_path
from tamizdat_server.starting.found import Found
from tamizdat_server.starting.web import look_at_address

__all__ = ["Answers", "Found", "begin", "begun_here", "is_free", "is_newsroom", "look", "recall", "remember"]


def look(place: str, *, fetcher: Fetcher) -> Found:
    """What is at `place`: a path, or an address, with or without its scheme.

    Raises: UnreadableSource, which says what can be done instead; TransportError.
    """
    path = Path(place).expanduser()
    if place.strip() and path.exists():
        return look_at_path(path)
    if "://" not in place and _looks_like_a_path(place):
        raise UnreadableSource(source=place, reason="there is no such file or folder here, and it is no address")
    return look_at_address(place, fetcher)


def _looks_like_a_path(place: str) -> bool:
    name = place.strip().lower()
    is_file = name.endswith((".xml", ".zip", ".html", ".json")) and "/" not in name
    return is_file or name.startswith((".", "/", "~")) or "\\" in name or ("." not in name and ":" not in name)
