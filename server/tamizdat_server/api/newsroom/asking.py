"""What all routes share: who asks, what that token may do, and how refusals are described."""

import time
from http import HTTPStatus
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from tamizdat_server.api.newsroom.door import HOLDER
from tamizdat_server.api.newsroom.work import Work
from tamizdat_server.api.problems import MEDIA_TYPE, refuse
from tamizdat_server.api.shapes import Problem
from tamizdat_server.clock import rfc3339
from tamizdat_server.desk.tokens import Scope, Token

Asked = Request[Any, Any, State]
_MAY: Final = "may"
_TOLD: Final = {
    400: "The request is not as described here.",
    401: "No token was shown, or one that holds no more.",
    403: "The token may not do this.",
    404: "There is no such article, import or job.",
    409: "The newsroom as it stands doesn't allow this.",
    412: "The article changed since it was read (If-Match), or is there already (If-None-Match).",
    413: "The body is larger than may be sent here.",
    422: "This can't be published, or is no picture.",
    429: "Too many requests in this minute; Retry-After says when to go on.",
    503: "Somebody else is changing the newsroom; Retry-After says when to try again.",
    507: "There is no space left on the newsroom's disk.",
}


def needs(*scopes: Scope) -> dict[str, Any]:
    """For a route's `opt`: every one of these scopes is needed."""
    return {_MAY: scopes}


def needs_any(*scopes: Scope) -> dict[str, Any]:
    """For a route's `opt`: one of these scopes will do."""
    return {"may_any": scopes}


def check_scopes(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route. Raises: Failed."""
    may = token_of(connection).may
    wanted: tuple[Scope, ...] = handler.opt.get(_MAY, ())
    either: tuple[Scope, ...] = handler.opt.get("may_any", ())
    if not all(scope in may for scope in wanted) or (either and not any(scope in may for scope in either)):
        told = " and ".join(wanted) or " or ".join(either)
        raise refuse(HTTPStatus.FORBIDDEN, f"This token may {', '.join(may)}; this needs {told}.")


def token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Token:
    return connection.scope[HOLDER]  # pyright: ignore[reportGeneralTypeIssues, reportTypedDictNotRequiredAccess, reportUnknownVariableType]


def work_of(request: Asked) -> Work:
    return request.app.state.work


def now_text() -> str:
    """The time, RFC 3339."""
    return rfc3339(int(time.time()))


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """How a route's refusals are described; those that any route may give are among them."""
    return {
        status: ResponseSpec(Problem, generate_examples=False, description=_TOLD[status], media_type=MEDIA_TYPE)
        for status in sorted({401, 403, 429, 503, 507, *statuses})
    }
