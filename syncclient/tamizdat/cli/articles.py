"""How lists of articles look: for a person, for a pipe, as JSON."""

from collections.abc import Sequence
from typing import Final

import click

from tamizdat.cli.output import at_terminal, one_line, show_json
from tamizdat.library import Summary
from tamizdat.search import Hit

BOLD: Final = "\x1b[1m"
PLAIN: Final = "\x1b[0m"
MARKS: Final = ("\ue000", "\ue001")
"""Around found words, on their way from the search to the terminal; they are no letters of any language."""


def show_articles(articles: Sequence[Summary | Hit], *, as_json: bool) -> None:
    """Print articles: two lines each for a person; date, edition, key and title between tabs for a pipe."""
    if as_json:
        show_json({"articles": articles})
    elif not at_terminal():
        for article in articles:
            click.echo("\t".join(map(one_line, (article.published[:10], article.edition, article.key, article.title))))
    elif articles:
        click.echo("\n".join(map(_for_people, articles)))
    else:
        click.echo("no articles")


def _for_people(article: Summary | Hit) -> str:
    about = " · ".join(filter(None, map(one_line, (article.key, article.edition, article.section, article.byline))))
    lines = [
        f"{article.published[:10]}  {click.style(one_line(article.title), bold=True)}",
        " " * 12 + click.style(about, dim=True),
    ]
    if isinstance(article, Hit):
        lines.append(" " * 12 + _highlighted(one_line(article.snippet)))
    return "\n".join(lines)


def _highlighted(snippet: str) -> str:
    return snippet.replace(MARKS[0], BOLD).replace(MARKS[1], PLAIN)
