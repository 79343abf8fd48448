"""From the library's tables to the API's shapes."""

import base64
import binascii
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from tamizdat.format.article import Article as Record
from tamizdat.render import to_html, to_text
from tamizdat.search import search
from tamizdat_server.api import shapes
from tamizdat_server.api.problems import refuse
from tamizdat_server.api.reader import Shelf
from tamizdat_server.changes import changes_since, noted_version
from tamizdat_server.clock import rfc3339

T = TypeVar("T")

_ARTICLES: Final = """
    SELECT edition, key, revision, title, byline, place, section, summary, published, updated,
           (SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE article = articles.id ORDER BY tag))
    FROM articles
    WHERE publication = (SELECT id FROM publications WHERE identity = ?)
"""
# Newest first; of one moment by key. The first comparison lets the index find the place.
_BEHIND: Final = "published <= ? AND (published < ? OR key > ?)"


class Wanted(NamedTuple):
    """Which articles a list is of; empty: any."""

    edition: str
    section: str
    tag: str
    since: str
    until: str


# -- the publication ---------------------------------------------------------------------------------------------------


def publication(shelf: Shelf) -> shapes.Publication:
    known = shelf.publication
    return shapes.Publication(
        publication=known.publication,
        title=known.title,
        fingerprint=str(known.fingerprint),
        version=known.version,
        published=known.published,
        signed=rfc3339(known.signed),
        mirrors=list(known.mirrors),
        editions=_editions(shelf),
    )


def editions(shelf: Shelf) -> shapes.Editions:
    return shapes.Editions(_editions(shelf))


def _editions(shelf: Shelf) -> list[shapes.Edition]:
    return [
        shapes.Edition(
            edition=code,
            title=edition.title,
            direction=edition.direction,
            articles=edition.articles,
            version=edition.version,
            applied=shelf.library.standing(shelf.identity, code).version,
        )
        for code, edition in sorted(shelf.catalog.editions.items())
    ]


# -- articles ----------------------------------------------------------------------------------------------------------


def articles(shelf: Shelf, wanted: Wanted, *, cursor: str | None, limit: int) -> shapes.Articles:
    filters = {
        "edition = ?": wanted.edition,
        "section = ?": wanted.section,
        "id IN (SELECT article FROM tags WHERE tag = ?)": wanted.tag,
        "published >= ?": wanted.since,
        "published < ?": wanted.until,
    }
    chosen = {sql: value for sql, value in filters.items() if value}
    values: list[object] = [shelf.identity, *chosen.values()]
    conditions = list(chosen)
    if cursor is not None:
        published, key = read_cursor(cursor, tuple[str, str])
        conditions.append(_BEHIND)
        values += [published, published, key]
    sql = " AND ".join((_ARTICLES, *conditions)) + " ORDER BY published DESC, key LIMIT ?"
    found = [_summary(shelf.identity, row) for row in shelf.library.rows(sql, [*values, limit + 1])]
    page = found[:limit]
    more = write_cursor((page[-1].published, page[-1].key)) if len(found) > limit else None
    return shapes.Articles(page, more)


def _summary(identity: str, row: Sequence[Any]) -> shapes.Summary:
    edition, key, revision, title, byline, place, section, summary, published, updated, tags = row
    return shapes.Summary(
        publication=identity,
        edition=edition,
        key=key,
        revision=revision,
        title=title,
        byline=byline,
        place=place,
        section=section,
        summary=summary,
        published=published,
        updated=updated,
        tags=msgspec.json.decode(tags, type=list[str]),
    )


def article(shelf: Shelf, key: str, *, revision: int | None) -> shapes.Article:
    """One article, at its newest revision or an earlier one. Raises: Failed, NoSuchArticle."""
    gone = shelf.library.retraction(key, publication=shelf.identity)
    if gone:
        told = {"notice": gone.retraction.notice, "retracted": gone.retraction.at}
        raise refuse(HTTPStatus.GONE, "This article was retracted.", **told)
    held = shelf.library.article(key, publication=shelf.identity)
    revisions = {record.revision: record for record in (held.article, *held.revisions)}
    chosen = held.article if revision is None else revisions.get(revision)
    if chosen is None:
        raise refuse(HTTPStatus.NOT_FOUND, "There is no such revision of this article here.")
    infos = [shapes.RevisionInfo(number, record.title, record.updated) for number, record in revisions.items()]
    return _article(shelf.identity, chosen, infos)


def _article(identity: str, record: Record, revisions: list[shapes.RevisionInfo]) -> shapes.Article:
    return shapes.Article(
        publication=identity,
        edition=record.edition,
        key=record.key,
        revision=record.revision,
        title=record.title,
        byline=record.byline,
        place=record.place,
        section=record.section,
        summary=record.summary,
        published=record.published,
        updated=record.updated,
        tags=record.tags,
        source_url=record.source_url,
        translation_group=record.translation_group,
        image=record.image,
        body=record.body,
        footnotes=record.footnotes,
        html=to_html(record),
        text=to_text(record),
        corrections=record.corrections,
        revisions=revisions,
    )


# -- search and changes ------------------------------------------------------------------------------------------------


def hits(shelf: Shelf, words: str, *, edition: str, limit: int, offset: int) -> shapes.Hits:
    found = search(
        shelf.library.db, words, publication=shelf.identity, edition=edition or None, limit=limit + 1, offset=offset
    )
    page = [msgspec.convert(hit, shapes.Hit, from_attributes=True) for hit in found[:limit]]
    return shapes.Hits(page, offset + limit if len(found) > limit else None)


def changes(shelf: Shelf, *, since: int, edition: str, cursor: str | None, limit: int) -> shapes.Changes:
    noted = noted_version(shelf.library, shelf.identity)
    if not noted:
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, "The server is still reading its publication.")
    after = read_cursor(cursor, tuple[shapes.Number, str, str]) if cursor is not None else (0, "", "")
    found = changes_since(shelf.library, shelf.identity, since=since, edition=edition, after=after, limit=limit + 1)
    page = [msgspec.convert(change._asdict(), shapes.Change) for change in found[:limit]]
    more = write_cursor((page[-1].version, page[-1].edition, page[-1].key)) if len(found) > limit else None
    return shapes.Changes(since, noted, page, more)


# -- cursors -----------------------------------------------------------------------------------------------------------


def write_cursor(place: tuple[object, ...]) -> str:
    """Where the next page begins, as a word that needs no escaping."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode("ascii")


def read_cursor(cursor: str, kind: type[T]) -> T:
    """What `write_cursor` was given. Raises: Failed."""
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(data, type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise refuse(HTTPStatus.BAD_REQUEST, "cursor: not one that this API gave") from error
