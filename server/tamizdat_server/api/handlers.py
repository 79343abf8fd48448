"""The read API's paths, and the bounds of what may be asked. What each answers is in queries.py."""

import time
from typing import Annotated, Any, Final

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from tamizdat_server.api import queries, shapes
from tamizdat_server.api.problems import MEDIA_TYPE
from tamizdat_server.api.queries import Wanted
from tamizdat_server.api.reader import Reader
from tamizdat_server.health import health

Asked = Request[Any, Any, State]

_DAY: Final = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$"
_CODE: Final = r"^(|[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})$"

Code = Annotated[
    str, QueryParameter(pattern=_CODE, max_length=32, description="Only this edition, by its language code.")
]
Section = Annotated[str, QueryParameter(max_length=1000, description="Only this section, as articles name it.")]
Tag = Annotated[str, QueryParameter(max_length=1000, description="Only articles with this tag.")]
Since = Annotated[
    str | None,
    QueryParameter(pattern=_DAY, max_length=20, description="Published on this day or at this time (UTC), or later."),
]
Until = Annotated[
    str | None, QueryParameter(pattern=_DAY, max_length=20, description="Published before this day or time (UTC).")
]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="At most so many on a page.")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=1000, description="`next` of the page before; none for the first.")
]
Key = Annotated[str, PathParameter(max_length=201, description="The article's key; slashes stand for themselves.")]
Revision = Annotated[
    int | None, QueryParameter(ge=1, le=2**31 - 1, description="An earlier revision, if this server holds it.")
]
Words = Annotated[
    str, QueryParameter(min_length=1, max_length=200, description="What to look for; any text is a query.")
]
Offset = Annotated[int, QueryParameter(ge=0, le=1000, description="Pass over so many of the best.")]
Version = Annotated[
    int, QueryParameter(ge=0, le=2**53 - 1, description="A version of the publication; 0 asks for everything.")
]


def _problems(*statuses: int) -> dict[int, ResponseSpec]:
    told = {
        400: "A parameter is not as described here.",
        404: "There is no such article or revision.",
        410: "The article was retracted.",
        503: "The server's library isn't ready, or the query took too long.",
    }
    return {
        status: ResponseSpec(shapes.Problem, generate_examples=False, description=told[status], media_type=MEDIA_TYPE)
        for status in statuses
    }


class ReadApi(Controller):
    """Everything that can be asked of a publication."""

    path = "/api"

    @get("/publication", operation_id="getPublication", summary="The publication", responses=_problems(503))
    async def publication(self, request: Asked) -> Response[shapes.Publication]:
        """What is published here, in which editions, and how to sync it."""
        return await _reader(request).answer(request, queries.publication)

    @get("/editions", operation_id="listEditions", summary="Its editions", responses=_problems(503))
    async def editions(self, request: Asked) -> Response[shapes.Editions]:
        """Every language stream, with how many articles it has."""
        return await _reader(request).answer(request, queries.editions)

    @get("/articles", operation_id="listArticles", summary="Articles, newest first", responses=_problems(400, 503))
    async def articles(
        self,
        request: Asked,
        edition: Code = "",
        section: Section = "",
        tag: Tag = "",
        since: Since = None,
        until: Until = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Response[shapes.Articles]:
        """A page of articles. Pages don't shift when something is published in between."""
        wanted = Wanted(edition, section, tag, since or "", until or "")
        return await _reader(request).answer(
            request, lambda shelf: queries.articles(shelf, wanted, cursor=cursor, limit=limit)
        )

    @get(
        "/articles/{key:path}",
        operation_id="getArticle",
        summary="One article",
        responses=_problems(400, 404, 410, 503),
    )
    async def article(self, request: Asked, key: Key, revision: Revision = None) -> Response[shapes.Article]:
        """A whole article: its blocks, the same as HTML and as plain text, its corrections and revisions."""
        name = key.removeprefix("/")
        return await _reader(request).answer(request, lambda shelf: queries.article(shelf, name, revision=revision))

    @get("/search", operation_id="searchArticles", summary="Search", responses=_problems(400, 503))
    async def search(
        self, request: Asked, q: Words, edition: Code = "", limit: Limit = 20, offset: Offset = 0
    ) -> Response[shapes.Hits]:
        """Articles that hold the words, the best match first."""
        return await _reader(request).answer(
            request, lambda shelf: queries.hits(shelf, q, edition=edition, limit=limit, offset=offset)
        )

    @get("/changes", operation_id="listChanges", summary="What changed", responses=_problems(400, 503))
    async def changes(
        self, request: Asked, since: Version, edition: Code = "", cursor: Cursor = None, limit: Limit = 100
    ) -> Response[shapes.Changes]:
        """Records that changed after a version, retractions included; now and then one too many, never one too few."""
        return await _reader(request).answer(
            request, lambda shelf: queries.changes(shelf, since=since, edition=edition, cursor=cursor, limit=limit)
        )

    @get("/health", operation_id="getHealth", summary="How the server stands")
    async def health(self, request: Asked) -> Response[shapes.Health]:
        """For monitoring: version, freshness, when re-signing is due, what expires when."""
        told = await _reader(request).run(health, request.app.state.place, int(time.time()))
        return Response(told, headers={"Cache-Control": "no-store"})


def _reader(request: Asked) -> Reader:
    return request.app.state.reader
