"""Errors of the read API as problem documents (RFC 9457), which repeat nothing that was asked."""

import re
from http import HTTPStatus
from typing import Any, Final, cast

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from tamizdat.errors import LibraryError, NoSuchArticle
from tamizdat_server.api.shapes import Problem
from tamizdat_server.logs import log

_MISSING: Final = re.compile(r"Missing required query parameter '(\w+)'")
MEDIA_TYPE: Final = "application/problem+json"


class Failed(Exception):
    """Ends a request with a problem document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def problem(status: HTTPStatus, detail: str, **more: str) -> Problem:
    """A problem document with the status's own title."""
    return Problem(title=status.phrase, status=status.value, detail=detail, **more)


def refuse(status: HTTPStatus, detail: str, **more: str) -> Failed:
    """To be raised."""
    return Failed(problem(status, detail, **more))


def respond(told: Problem) -> Response[bytes]:
    retry = {"Retry-After": "5"} if told.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    headers = {"Cache-Control": "no-store", **retry}
    return Response(told.encode(), status_code=told.status, media_type=MEDIA_TYPE, headers=headers)


def on_failed(_: Request[Any, Any, Any], error: Failed) -> Response[bytes]:
    return respond(error.problem)


def on_validation(_: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    extra = cast("list[dict[str, str]]", error.extra if isinstance(error.extra, list) else [])
    wrong = [f"{item.get('key', 'parameter')}: {item.get('message', 'not allowed')}" for item in extra]
    missing = _MISSING.search(error.detail)
    detail = "; ".join(wrong) or (f"{missing[1]}: must be given" if missing else "A parameter is not allowed.")
    return respond(problem(HTTPStatus.BAD_REQUEST, detail))


def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = HTTPStatus(error.status_code)
    details = {
        HTTPStatus.NOT_FOUND: "There is nothing here; /api/openapi.json says what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This API is read only.",
    }
    return respond(problem(status, details.get(status, status.description or status.phrase)))


def on_no_article(_: Request[Any, Any, Any], error: NoSuchArticle) -> Response[bytes]:
    return respond(problem(HTTPStatus.NOT_FOUND, "There is no article of this key.", code=error.code))


def on_library(_: Request[Any, Any, Any], error: LibraryError) -> Response[bytes]:
    log.warning("the API can't read the server's library (%s)", error.code)
    detail = "The server's library isn't ready; the files of the publication are served all the same."
    return respond(problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, code=error.code))


def on_anything(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("an API request failed", exc_info=error)
    return respond(problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The server made a mistake."))


HANDLERS: Final[dict[Any, Any]] = {
    Failed: on_failed,
    ValidationException: on_validation,
    HTTPException: on_http,
    NoSuchArticle: on_no_article,
    LibraryError: on_library,
    Exception: on_anything,
}
