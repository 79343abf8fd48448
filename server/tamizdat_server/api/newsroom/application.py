"""The Litestar application behind the door of the newsroom API."""

from pathlib import Path

from litestar import Litestar
from litestar.datastructures import State

from tamizdat_server.api.newsroom.desk_routes import DeskRoutes
from tamizdat_server.api.newsroom.problems import HANDLERS
from tamizdat_server.api.newsroom.routes import ArticleRoutes
from tamizdat_server.api.newsroom.schema import openapi
from tamizdat_server.api.newsroom.work import Work


def create(folder: Path) -> Litestar:
    """The API of the newsroom in `folder`, for who was let in."""
    return Litestar(
        [ArticleRoutes, DeskRoutes, openapi],
        openapi_config=None,
        logging_config=None,
        exception_handlers=HANDLERS,
        state=State({"work": Work(folder)}),
    )
