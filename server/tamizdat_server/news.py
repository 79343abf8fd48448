"""The newest articles of each edition as plain HTML: something to read in one round trip, and without a script.

A browser checks no signature before it shows this, so the page says so in English, and each part of it in the language
of its edition.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

import msgspec

from tamizdat.format.article import Article, Paragraph, inline_text
from tamizdat.format.catalog import Catalog, Edition

NOT_VERIFIED: Final = (
    "Not verified yet: this is how the host sent it. The app checks every article against the newsroom’s signatures."
)
_WARNINGS: Final = {
    "ru": "Ещё не проверено: так это прислал сервер. Приложение проверяет каждую статью по подписи редакции.",
    "kk": "Әлі тексерілмеген: сервер осылай жіберді. Қолданба әр мақаланы редакцияның қолтаңбасы бойынша тексереді.",
}


class Amount(msgspec.Struct, frozen=True):
    """How much of an edition is shown: articles with the first of their words, at most so many characters, and titles
    without.
    """

    leads: int
    characters: int
    titles: int


def news(catalog: Catalog, newest: dict[str, list[Article]], amount: Amount) -> str:
    """A section for each edition of the catalog, as HTML, and before them a way to each."""
    sections = [_section(code, edition, newest.get(code, []), amount) for code, edition in catalog.editions.items()]
    return "\n".join([*_ways(catalog), *sections])


def date(moment: str) -> str:
    """A time of the format as a `<time>` that shows its day."""
    return f'<time datetime="{moment}">{moment[:10]}</time>'


def _ways(catalog: Catalog) -> Iterator[str]:
    """Links to the editions. With a script there are none: the address's fragment is the app's then."""
    if len(catalog.editions) > 1:
        links = "".join(
            f'<li><a href="#in-{code}" lang="{code}" dir="{edition.direction}">{escape(edition.title)}</a></li>'
            for code, edition in catalog.editions.items()
        )
        yield f'<noscript><nav class="editions"><ul>{links}</ul></nav></noscript>'


def _section(code: str, edition: Edition, articles: list[Article], amount: Amount) -> str:
    return "\n".join(_section_lines(code, edition, articles, amount))


def _section_lines(code: str, edition: Edition, articles: list[Article], amount: Amount) -> Iterator[str]:
    yield f'<section lang="{code}" dir="{edition.direction}">'
    yield f'<h2 id="in-{code}">{escape(edition.title)}</h2>'
    if warning := _WARNINGS.get(code.partition("-")[0]):
        yield f'<p class="warning">{warning}</p>'
    for number, article in enumerate(articles[: amount.leads]):
        # The first of all is worth reading here; of the others, what they are about.
        yield _lead(article, amount.characters if number == 0 else amount.characters // 3)
    titles = articles[amount.leads : amount.leads + amount.titles]
    if titles:
        items = "\n".join(f"<li>{escape(article.title)} {date(article.published)}</li>" for article in titles)
        yield f"<ul>\n{items}\n</ul>"
    yield f'<p class="dim"><a href="feeds/{code}.atom">Atom</a></p>'
    yield "</section>"


def _lead(article: Article, characters: int) -> str:
    paragraphs = "\n".join(f"<p>{escape(text)}</p>" for text in _opening(article, characters))
    return (
        f"<article>\n<h3>{escape(article.title)}</h3>\n"
        f'<p class="dim">{escape(article.byline)} {date(article.published)}</p>\n{paragraphs}\n</article>'
    )


def _opening(article: Article, characters: int) -> Iterator[str]:
    """The first paragraphs of an article, or its summary where that is all there is; the last one cut at a word."""
    texts = [inline_text(block.text) for block in article.body if isinstance(block, Paragraph)]
    for text in texts or [article.summary]:
        if len(text) > characters:
            yield f"{text[:characters].rpartition(' ')[0]}…" if characters else ""
            return
        if text:
            yield text
        characters -= len(text)
