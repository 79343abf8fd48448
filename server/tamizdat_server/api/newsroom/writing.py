"""What the API does to articles: each one transaction, and each noted with the name of the token that asked."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from tamizdat.errors import NoSuchKey
from tamizdat_server.api.newsroom import shapes
from tamizdat_server.api.newsroom.listing import row_of, summary, tag_of
from tamizdat_server.api.problems import Failed, refuse
from tamizdat_server.clock import rfc3339, unix
from tamizdat_server.draft import Draft, Told
from tamizdat_server.newsroom import Newsroom

ORIGIN: Final = "api"
_CLOCKS_DIFFER_SECONDS: Final = 300


class Condition:
    """Under which condition an article may be changed: RFC 9110's If-Match and If-None-Match."""

    def __init__(self, match: str | None, none_match: str | None, *, new: bool = False) -> None:
        self._match = _tags(match)
        self._new = new or _tags(none_match) == ["*"]
        self._taken = HTTPStatus.CONFLICT if new else HTTPStatus.PRECONDITION_FAILED

    def check(self, newsroom: Newsroom, key: str) -> None:
        """Raises: Failed where it doesn't hold."""
        row = _row(newsroom, key)
        if self._new and row is not None and (row["retracted"] is None or row["public"] or row["held"]):
            raise refuse(self._taken, "There is an article of this key already.")
        if self._match and (row is None or (self._match != ["*"] and tag_of(row) not in self._match)):
            raise _changed()


def put(
    newsroom: Newsroom, draft: Draft, *, correction: str, who: str, at: str, condition: Condition
) -> tuple[shapes.Put, str]:
    """Let a draft stand; what became of it, and its entity tag. Raises: Failed, FormatError."""
    condition.check(newsroom, draft.key)
    _check_edition(newsroom, draft.edition)
    _check_date(draft, at)
    source, told, warnings = _source(newsroom, draft.key)
    with _named(newsroom, who):
        outcome = newsroom.put(draft, source=source, at=at, told=told)
        if outcome != "unchanged":
            newsroom.log(f"article {outcome}", draft.key, "", at=at)
        if correction and not _add_correction(newsroom, draft.key, correction, at):
            warnings.append("the correction was left out: nothing of the article was published yet")
    short, tag = summary(newsroom, draft.key)
    return shapes.Put(outcome, short, warnings), tag


def correct(newsroom: Newsroom, said: shapes.CorrectionIn, *, who: str, at: str) -> tuple[shapes.Summary, str]:
    """Add a note to an article. Raises: NoSuchKey, FormatError, Failed."""
    with _named(newsroom, who):
        if not _add_correction(newsroom, said.key, said.note, at):
            raise refuse(HTTPStatus.CONFLICT, "Nothing of this article was published yet: change its text instead.")
    return summary(newsroom, said.key)


def retract(newsroom: Newsroom, said: shapes.RetractionIn, *, who: str, at: str) -> tuple[shapes.Summary, str]:
    """Withdraw an article from the next publish on. Raises: NoSuchKey, FormatError."""
    with _named(newsroom, who):
        newsroom.retract(said.key, said.notice, at=at, hold=said.hold)
    return summary(newsroom, said.key)


def restore(newsroom: Newsroom, key: str, *, who: str, at: str) -> tuple[shapes.Summary, str]:
    """Let a retracted article stand again. Raises: NoSuchKey, Failed."""
    if row_of(newsroom, key)["retracted"] is None:
        raise refuse(HTTPStatus.CONFLICT, "This article isn't retracted, so there is nothing to undo.")
    with _named(newsroom, who):
        newsroom.restore(key, at=at)
    return summary(newsroom, key)


def _check_edition(newsroom: Newsroom, edition: str) -> None:
    if not newsroom.config_allows(edition):
        known = ", ".join(newsroom.config.editions)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"This newsroom's editions are {known}.", code="edition")


def _check_date(draft: Draft, at: str) -> None:
    """An article of the future is planned, so not to be public yet; clocks of two machines may differ a little."""
    if draft.published and draft.published > rfc3339(unix(at) + _CLOCKS_DIFFER_SECONDS):
        told = f"This is dated in the future, {draft.published}: hand it in once its time has come."
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)


def _row(newsroom: Newsroom, key: str) -> sqlite3.Row | None:
    try:
        return row_of(newsroom, key)
    except NoSuchKey:
        return None


def _source(newsroom: Newsroom, key: str) -> tuple[str, Told, list[str]]:
    """What an article is known as having come from: where something else brought it, that. Raises: Failed."""
    row = _row(newsroom, key)
    if row is None:
        return f"{ORIGIN} {key}", Told(), []
    if row["held"]:
        told = "An editor retracted this article for good; undo that first, at /api/newsroom/retractions."
        raise refuse(HTTPStatus.CONFLICT, told, code="retracted")
    kept = Told(origin=row["origin"], form=row["form"])
    if row["source"] == f"{ORIGIN} {key}":
        return row["source"], kept, []
    return row["source"], kept, [f"this article came from {row['source']!r}: its next import may bring that back"]


def _add_correction(newsroom: Newsroom, key: str, note: str, at: str) -> bool:
    """Whether the article has the note now; not where nothing of it was published, so that nothing was wrong."""
    if not row_of(newsroom, key)["public"]:
        return False
    newsroom.correct(key, note, at=at)
    return True


@contextmanager
def _named(newsroom: Newsroom, who: str) -> Generator[None]:
    """Write beside each line that the log gets inside whose token it was."""
    before = newsroom.db.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()[0]
    yield
    newsroom.db.execute("UPDATE audit SET who = ? WHERE id > ?", (who, before))


def _changed() -> Failed:
    told = "The article changed since you read it. Read it again, and look what is different."
    return refuse(HTTPStatus.PRECONDITION_FAILED, told)


def _tags(field: str | None) -> list[str]:
    return [tag.strip() for tag in field.split(",")] if field else []
