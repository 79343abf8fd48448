"""The newsroom API's paths for articles, corrections, retractions and pictures."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final, Literal

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, QueryParameter, RawBody

from tamizdat.format.article import Key as ArticleKey
from tamizdat_server.api.handlers import Code, Cursor, Key, Limit
from tamizdat_server.api.newsroom import listing, shapes, writing
from tamizdat_server.api.newsroom.asking import Asked, check_scopes, needs, now_text, problems, token_of, work_of
from tamizdat_server.api.newsroom.door import BASE
from tamizdat_server.api.newsroom.texts import HandedPictures, draft_of
from tamizdat_server.api.newsroom.writing import Condition
from tamizdat_server.api.problems import refuse
from tamizdat_server.config import read_config

ARTICLE_BYTES: Final = 8 * 1024 * 1024
"""For the longest text, were each of its letters written as `\\u0416`, and the rest."""
PICTURE_BYTES: Final = 32 * 1024 * 1024
SMALL_BYTES: Final = 256 * 1024

Standing = Annotated[
    Literal["", "new", "changed", "published", "retracted", "held"],
    QueryParameter(name="state", description="Only articles of this state."),
]
Match = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=1000, description="Only if it is as it was read: the `ETag` of then."),
]
NoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", max_length=1000, description="`*`: only if there is none yet.")
]
Alt = Annotated[str, QueryParameter(max_length=2000, description="What the picture shows, for who can't see it.")]

ADDED: Final = ResponseSpec(shapes.Put, generate_examples=False, description="There was none of this key.")


class ArticleRoutes(Controller):
    """Articles, and what is said about them."""

    path = BASE
    guards = [check_scopes]  # noqa: RUF012
    request_max_body_size = SMALL_BYTES

    @get(
        "/articles",
        operation_id="listDrafts",
        summary="Articles of the newsroom",
        opt=needs("read"),
        responses=problems(400),
    )
    async def articles(
        self, request: Asked, edition: Code = "", standing: Standing = "", cursor: Cursor = None, limit: Limit = 50
    ) -> shapes.Articles:
        """A page of articles, published or not, the one that changed last first. Needs the scope read."""
        wanted = listing.Wanted(edition, standing)
        return await work_of(request).read(listing.articles, wanted, cursor=cursor, limit=limit)

    @get(
        "/articles/{key:path}",
        operation_id="getDraft",
        summary="One article",
        opt=needs("read"),
        responses=problems(400, 404),
    )
    async def article(self, request: Asked, key: Key) -> Response[shapes.Article]:
        """A whole article as it stands in the newsroom. Needs the scope read."""
        found, tag = await work_of(request).read(listing.article, key.removeprefix("/"))
        return Response(found, headers={"ETag": tag})

    @post(
        "/articles",
        operation_id="addArticle",
        summary="A new article",
        opt=needs("write"),
        request_max_body_size=ARTICLE_BYTES,
        responses=problems(400, 409, 413, 422),
    )
    async def add(self, request: Asked, data: JSONBody[shapes.NewContent]) -> Response[shapes.Put]:
        """Hand in an article under a key that is free. Needs the scope write."""
        return await _put(request, data, data.key, Condition(None, None, new=True))

    @put(
        "/articles/{key:path}",
        operation_id="putArticle",
        summary="An article, new or changed",
        opt=needs("write"),
        request_max_body_size=ARTICLE_BYTES,
        responses={**problems(400, 409, 412, 413, 422), 201: ADDED},
    )
    async def put(
        self,
        request: Asked,
        key: Key,
        data: JSONBody[shapes.Content],
        match: Match = None,
        none_match: NoneMatch = None,
    ) -> Response[shapes.Put]:
        """Let this be the article from the next publish on; the same again changes nothing. Needs the scope write."""
        return await _put(request, data, key.removeprefix("/"), Condition(match, none_match))

    @post(
        "/corrections",
        operation_id="addCorrection",
        summary="A correction",
        status_code=200,
        opt=needs("write"),
        responses=problems(400, 404, 409, 413, 422),
    )
    async def correct(self, request: Asked, data: JSONBody[shapes.CorrectionIn]) -> Response[shapes.Summary]:
        """Add a public note to an article, for its next revision; the same note counts once. Needs the scope write."""
        return await _change(request, writing.correct, data)

    @post(
        "/retractions",
        operation_id="retractArticle",
        summary="A retraction",
        status_code=200,
        opt=needs("write"),
        responses=problems(400, 404, 413, 422),
    )
    async def retract(self, request: Asked, data: JSONBody[shapes.RetractionIn]) -> Response[shapes.Summary]:
        """Withdraw an article from the next publish on, from readers' libraries too. Needs the scope write."""
        return await _change(request, writing.retract, data)

    @delete(
        "/retractions/{key:path}",
        operation_id="undoRetraction",
        summary="The end of a retraction",
        status_code=200,
        opt=needs("write"),
        responses=problems(400, 404, 409),
    )
    async def restore(self, request: Asked, key: Key) -> Response[shapes.Summary]:
        """Let a retracted article stand again, as it was. Needs the scope write."""
        return await _change(request, writing.restore, key.removeprefix("/"))

    @post(
        "/pictures",
        operation_id="addPicture",
        summary="A picture",
        opt=needs("write"),
        request_max_body_size=PICTURE_BYTES,
        responses=problems(400, 413, 422),
    )
    async def picture(self, request: Asked, body: RawBody, alt: Alt = "") -> shapes.Picture:
        """Hand in a picture file: the body is the file. Its metadata is left behind. Needs the scope write."""
        work = work_of(request)
        return await work.draw(HandedPictures(work.folder).add, body, alt=alt)


async def _change(
    request: Asked, do: Callable[..., tuple[shapes.Summary, str]], what: object
) -> Response[shapes.Summary]:
    found, tag = await work_of(request).change(do, what, who=token_of(request).name, at=now_text())
    return Response(found, headers={"ETag": tag})


async def _put(request: Asked, said: shapes.Content, key: str, condition: Condition) -> Response[shapes.Put]:
    work, who = work_of(request), token_of(request).name
    _check_key(key)
    site = read_config(work.folder).site
    draft, warnings = await work.draw(draft_of, said, key, HandedPictures(work.folder), site=site)
    put, tag = await work.change(
        writing.put, draft, correction=said.correction.strip(), who=who, at=now_text(), condition=condition
    )
    answer = shapes.Put(put.outcome, put.article, [*warnings, *put.warnings])
    return Response(answer, status_code=201 if put.outcome == "added" else 200, headers={"ETag": tag})


def _check_key(key: str) -> None:
    try:
        msgspec.convert(key, ArticleKey)
    except msgspec.ValidationError as error:
        told = "A key is at most 200 characters: parts between slashes, without spaces and backslashes."
        raise refuse(HTTPStatus.BAD_REQUEST, told) from error
