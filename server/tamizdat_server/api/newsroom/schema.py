"""The OpenAPI 3.1 document of the newsroom API, made from its routes and shapes."""

import json
from functools import cache
from importlib.metadata import version
from typing import Any, Final, cast

from litestar import Litestar, Response, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Server

from tamizdat_server.api.newsroom.desk_routes import DeskRoutes
from tamizdat_server.api.newsroom.door import OPEN, REQUESTS_PER_MINUTE
from tamizdat_server.api.newsroom.routes import ArticleRoutes

_DESCRIPTION: Final = f"""For a CMS, or a program of the newsroom's own. What is changed here is public with the next \
publish.

Each request shows a token, which `tamizdat tokens add` made: `Authorization: Bearer tamizdat_…`. Errors are problem \
documents (RFC 9457). What takes a while is answered with 202 and the `Location` of a job to ask again.

A token may ask {REQUESTS_PER_MINUTE} times a minute of each of the server's workers, of which there is one unless \
`tamizdat serve --workers` says otherwise."""


@get(OPEN, include_in_schema=False, sync_to_thread=False)
def openapi() -> Response[bytes]:
    """The schema of all this."""
    return Response(document(), media_type="application/vnd.oai.openapi+json;version=3.1")


@cache
def document() -> bytes:
    """The document as JSON. Its server address is relative, so that it holds behind any proxy."""
    config = OpenAPIConfig(
        title="tamizdat newsroom API",
        version=version("tamizdat"),
        description=_DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url="../..", description="This server")],
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"token": []}],
        use_handler_docstrings=True,
    )
    described = Litestar(cast("list[Any]", [ArticleRoutes, DeskRoutes]), openapi_config=config, logging_config=None)
    schema = described.openapi_schema.to_schema()
    # The framework describes bodies that it decodes itself; a picture is taken as it is.
    schema["paths"]["/api/newsroom/pictures"]["post"]["requestBody"] = {"required": True, "content": {"image/*": {}}}
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":")).encode()
