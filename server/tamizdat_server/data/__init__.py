"""The library as a public Datasette: made here as an ASGI application, to run alone or inside the server.

What it looks like and what it allows lies in the folder `datasette/` of the checkout. Nothing here imports Datasette
before it is asked for, since the extra may not be installed.
"""

from tamizdat_server.data.factory import DataOptions, Robots, create_data
from tamizdat_server.data.folder import is_installed

__all__ = ["DataOptions", "Robots", "create_data", "is_installed"]
