"""Atom feeds: the newest articles of each edition, for feed readers. RFC 4287."""

import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tamizdat.format.article import Article

_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(articles: Sequence[Article], *, publication: str, title: str, edition: str, base: str, updated: str) -> bytes:
    """A feed of these articles, newest first. `base`: the publication's address, empty where none is known."""
    return "\n".join(_feed(articles, publication, title, edition, base, updated)).encode() + b"\n"


def _feed(
    articles: Sequence[Article], publication: str, title: str, edition: str, base: str, updated: str
) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(edition)}>'
    yield f"<id>{name_of(publication, edition)}</id>"
    yield f"<title>{_text(title)}</title>"
    yield f"<updated>{max([updated, *(article.updated for article in articles)])}</updated>"
    yield f"<author><name>{_text(title)}</name></author>"
    if base:
        yield f'<link rel="self" type="application/atom+xml" href={quoteattr(f"{base}feeds/{edition}.atom")}/>'
    yield f"<link href={quoteattr(base or '../index.html')}/>"
    for article in articles:
        yield from _entry(article, publication, base)
    yield "</feed>"


def _entry(article: Article, publication: str, base: str) -> Iterator[str]:
    yield "<entry>"
    yield f"<id>{name_of(publication, article.edition, article.key)}</id>"
    yield f"<title>{_text(article.title)}</title>"
    yield f"<published>{article.published}</published><updated>{article.updated}</updated>"
    yield f"<link href={quoteattr(fit(article.source_url) or base or '../index.html')}/>"
    if article.byline:
        yield f"<author><name>{_text(article.byline)}</name></author>"
    for tag in article.tags:
        yield f"<category term={quoteattr(fit(tag))}/>"
    if article.summary:
        yield f"<summary>{_text(article.summary)}</summary>"
    yield "</entry>"


def name_of(*parts: str) -> str:
    """A name that stays the same for ever, wherever the feed lies."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "tamizdat:" + "/".join(parts)).urn


def fit(text: str) -> str:
    """`text` without what XML can't hold."""
    return _UNFIT.sub("", text)


def _text(text: str) -> str:
    return escape(fit(text))
