"""How lists of articles look: for a person, for a pipe, as JSON."""

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import click

from tamizdat.cli.output import at_terminal, one_line, show_json
from tamizdat.library import Summary
from tamizdat.render.wrap import Span, wrap
from tamizdat.search import Hit

BOLD: Final = "\x1b[1m"
PLAIN: Final = "\x1b[0m"
MARKS: Final = ("\ue000", "\ue001")
"""Around found words, on their way from the search to the terminal; they are no letters of any language."""

WIDE: Final = 60
NARROW_INDENT: Final = 4
"""In windows less than `WIDE` columns wide the lines below a title don't stand below it, but here."""


def show_articles(articles: Sequence[Summary | Hit], *, as_json: bool) -> None:
    """Print articles: two lines each for a person; date, edition, key and title between tabs for a pipe."""
    if as_json:
        show_json({"articles": articles})
    elif not at_terminal():
        for article in articles:
            click.echo("\t".join(map(one_line, (article.published[:10], article.edition, article.key, article.title))))
    elif articles:
        width = shutil.get_terminal_size().columns
        click.echo("\n".join(line for article in articles for line in _for_people(article, width)))
    else:
        click.echo("no articles")


def _for_people(article: Summary | Hit, width: int) -> list[str]:
    date = f"{article.published[:10]}  "
    indent = " " * (len(date) if width >= WIDE else NARROW_INDENT)
    about = " · ".join(filter(None, map(one_line, (article.key, article.edition, article.section, article.byline))))
    lines = _hung(one_line(article.title), width, date, indent, partial(click.style, bold=True))
    lines += _hung(about, width, indent, indent, partial(click.style, dim=True))
    if isinstance(article, Hit):
        lines += _hung(one_line(article.snippet), width, indent, indent, _highlighted)
    return lines


def _hung(text: str, width: int, first: str, rest: str, style: Callable[[str], str]) -> list[str]:
    """`text` in lines of at most `width` columns, styled, `first` ahead of the first line and `rest` of the others."""
    lines = wrap([Span(text)], width=width, first=first, rest=rest)
    leads = [first, *[rest] * (len(lines) - 1)]
    return [lead + style(line.removeprefix(lead)) for lead, line in zip(leads, lines, strict=True)]


def _highlighted(snippet: str) -> str:
    return snippet.replace(MARKS[0], BOLD).replace(MARKS[1], PLAIN)
