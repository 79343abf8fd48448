"""The read API under /api/: a Litestar application over the server's own library."""

from functools import cache
from typing import Any, cast

from litestar import Litestar, Response, get
from litestar.datastructures import State

from tamizdat_server.api.handlers import ReadApi
from tamizdat_server.api.problems import HANDLERS
from tamizdat_server.api.reader import Reader
from tamizdat_server.api.schema import describe
from tamizdat_server.place import Place


def create_api(place: Place) -> Litestar:
    """The API that answers for `place`."""
    reader = Reader(place)
    return Litestar(
        [ReadApi, openapi],
        openapi_config=None,
        logging_config=None,
        exception_handlers=HANDLERS,
        state=State({"place": place, "reader": reader}),
        on_shutdown=[reader.close],
    )


@get("/api/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi() -> Response[bytes]:
    """The schema of all this."""
    headers = {"Cache-Control": "no-cache"}
    return Response(_document(), media_type="application/vnd.oai.openapi+json;version=3.1", headers=headers)


@cache
def _document() -> bytes:
    return describe(cast("list[Any]", [ReadApi]))
