"""The API's OpenAPI 3.1 document, made from its handlers and shapes."""

import json
from importlib.metadata import version
from typing import Final

from litestar import Litestar
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import License, Server
from litestar.types import ControllerRouterHandler

_DESCRIPTION: Final = """Reads what this server's publication holds. Nothing here is signed: who must be sure syncs.

Answers carry an `ETag` and are answered with 304 where the asker holds them. Errors are problem documents (RFC 9457).
Files that are named here (`media/…`) lie beside `api/`."""


def describe(handlers: list[ControllerRouterHandler]) -> bytes:
    """The document as JSON. Its server address is relative, so that it holds behind any proxy."""
    config = OpenAPIConfig(
        title="tamizdat read API",
        version=version("tamizdat"),
        description=_DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url="..", description="This server")],
        use_handler_docstrings=True,
    )
    described = Litestar(handlers, openapi_config=config, logging_config=None)
    return json.dumps(described.openapi_schema.to_schema(), ensure_ascii=False, separators=(",", ":")).encode()
