"""How a newsroom begins: what there is to import from, and a folder with keys. The command asks and tells."""

from tamizdat_server.starting.begin import Answers, begin, recall
from tamizdat_server.starting.look import Found, look

__all__ = ["Answers", "Found", "begin", "look", "recall"]
