"""Errors of the newsroom API as problem documents. They name no path of this machine, and nobody's token."""

from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from tamizdat.errors import (
    FormatError,
    KeyProblem,
    NewsroomError,
    NewsroomFull,
    NewsroomLocked,
    NoSuchImport,
    NoSuchKey,
)
from tamizdat_server.api.newsroom.door import FULL
from tamizdat_server.api.problems import Failed, on_anything, on_failed, on_validation, problem, respond
from tamizdat_server.logs import log
from tamizdat_server.wrapping import is_full

LOCKED: Final = "Somebody else is changing the newsroom. Try again in a few seconds."
_DETAILS: Final = {
    HTTPStatus.NOT_FOUND: "There is nothing here; /api/newsroom/openapi.json says what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This can't be done here; /api/newsroom/openapi.json says what can.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is more than may be sent here.",
    HTTPStatus.BAD_REQUEST: "The body can't be read as /api/newsroom/openapi.json describes it.",
}


def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = HTTPStatus(error.status_code)
    return respond(problem(status, _DETAILS.get(status, status.description or status.phrase)))


def on_newsroom(request: Request[Any, Any, Any], error: NewsroomError) -> Response[bytes]:
    """What the newsroom refuses, by its type; what isn't foreseen is told by its code alone."""
    match error:
        case NoSuchKey():
            return _told(HTTPStatus.NOT_FOUND, "There is no article of this key.", error)
        case NoSuchImport():
            return _told(HTTPStatus.NOT_FOUND, "tamizdat.toml names no import of this name.", error)
        case NewsroomLocked():
            return _told(HTTPStatus.SERVICE_UNAVAILABLE, LOCKED, error)
        case NewsroomFull():
            return _told(HTTPStatus.INSUFFICIENT_STORAGE, FULL, error)
        case KeyProblem():
            return _told(
                HTTPStatus.CONFLICT, "The newsroom's keys can't be used: 'tamizdat keys status' says why.", error
            )
        case _ if is_full(request.app.state.work.folder):
            return _told(HTTPStatus.INSUFFICIENT_STORAGE, FULL, NewsroomFull(folder=""))
        case _:
            log.warning("the newsroom API can't use the newsroom (%s)", error.code)
            return _told(HTTPStatus.CONFLICT, "The newsroom refuses this; its own commands say why.", error)


def on_format(_: Request[Any, Any, Any], error: FormatError) -> Response[bytes]:
    return _told(HTTPStatus.UNPROCESSABLE_ENTITY, f"This can't be published: {error.what}", error)


def on_nesting(_: Request[Any, Any, Any], __: RecursionError) -> Response[bytes]:
    return respond(problem(HTTPStatus.BAD_REQUEST, "The body is nested too deep."))


def _told(status: HTTPStatus, detail: str, error: NewsroomError | FormatError) -> Response[bytes]:
    return respond(problem(status, detail, code=error.code))


HANDLERS: Final[dict[Any, Any]] = {
    Failed: on_failed,
    ValidationException: on_validation,
    HTTPException: on_http,
    NewsroomError: on_newsroom,
    FormatError: on_format,
    RecursionError: on_nesting,
    Exception: on_anything,
}
