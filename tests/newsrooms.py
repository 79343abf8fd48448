"""A real newsroom with a few articles, for tests of what is served."""

import time
from pathlib import Path

from publishing import QUICK
from tamizdat.format.article import Paragraph, Strong
from tamizdat_server.clock import rfc3339
from tamizdat_server.draft import Draft
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish


def draft(
    number: int, *, edition: str = "ru", text: str = "", section: str = "news", tags: list[str] | None = None
) -> Draft:
    """Article `number`: two of them share each minute, so that order by time alone is not enough."""
    minute = 1_795_000_000 + number // 2 * 60
    return Draft(
        key=f"{edition}/article-{number:04}",
        edition=edition,
        title=f"Article {number} <&>",
        published=rfc3339(minute),
        updated=rfc3339(minute),
        byline="A. Writer",
        section=section,
        tags=["town", "river"] if tags is None else tags,
        summary=f"What article {number} says.",
        body=[Paragraph([text or f"The words of article {number}, and ", Strong(["strong ones"]), "."])],
    )


def make_newsroom(folder: Path, *, editions: tuple[str, ...] = ("ru", "kk")) -> Newsroom:
    return Newsroom.init(folder, title="Test news", editions=editions, passphrase=None, now=int(time.time()))


def put(newsroom: Newsroom, *drafts: Draft) -> None:
    with newsroom.editing():
        for one in drafts:
            newsroom.put(one, source="test", at=rfc3339(int(time.time())))


def publish_now(newsroom: Newsroom) -> None:
    publish(newsroom, now=int(time.time()), settings=QUICK)
