"""`tamizdat read`."""

import shutil
import textwrap
from pathlib import Path
from typing import Final

import click

from tamizdat.cli.options import choice_options, open_to_read, publication_named, reader_options
from tamizdat.cli.output import at_terminal, count, one_line, show_json
from tamizdat.errors import NoSuchArticle
from tamizdat.format.article import Retraction
from tamizdat.library import HeldArticle, HeldRetraction, Library
from tamizdat.render import to_terminal

WIDEST: Final = 78
"""Lines longer than this are hard to read, however wide the window."""


@click.command()
@click.argument("key")
@choice_options
@click.option("--revisions", is_flag=True, help="Show the earlier revisions, too, as far as they are held.")
@reader_options
def read(path: Path, as_json: bool, key: str, publication: str, edition: str, revisions: bool) -> None:
    """Read the article KEY, with its corrections."""
    with open_to_read(path) as library:
        found = _find(library, key, publication=publication_named(library, publication), edition=edition)
    if as_json:
        show_json(_document(found, revisions=revisions))
        return
    text = _text(found, revisions=revisions)
    if at_terminal():
        click.echo_via_pager(text)
    else:
        click.echo(click.unstyle(text), nl=False)


def _find(library: Library, key: str, *, publication: str, edition: str) -> HeldArticle | HeldRetraction:
    try:
        return library.article(key, publication=publication, edition=edition)
    except NoSuchArticle:
        retracted = library.retraction(key, publication=publication, edition=edition)
        if retracted is None:
            raise
        return retracted


def _document(found: HeldArticle | HeldRetraction, *, revisions: bool) -> dict[str, object]:
    if isinstance(found, HeldRetraction):
        return {"publication": found.publication, "retraction": found.retraction}
    earlier = {"revisions": found.revisions} if revisions else {}
    return {"publication": found.publication, "saved": found.saved, "article": found.article, **earlier}


def _text(found: HeldArticle | HeldRetraction, *, revisions: bool) -> str:
    width = min(shutil.get_terminal_size().columns, WIDEST)
    if isinstance(found, HeldRetraction):
        return _notice(found.retraction, width)
    article = to_terminal(found.article, width=width)
    return article + (_earlier(found, width) if revisions else "")


def _earlier(found: HeldArticle, width: int) -> str:
    parts: list[str] = []
    for article in found.revisions:
        title = f" revision {article.revision}, of {article.updated[:10]} "
        parts.append(f"\n{title:=^{width}}\n\n{to_terminal(article, width=width)}")
    missing = found.article.revision - 1 - found.article.cleared - len(found.revisions)
    if missing > 0:
        missed = f"{count(missing, 'earlier revision')} not in this library"
        parts.append(f"\n{missed}; 'tamizdat sync --revisions' fetches what there is.\n")
    return "".join(parts)


def _notice(retraction: Retraction, width: int) -> str:
    said = one_line(retraction.notice) or "The newsroom gave no reason."
    return f"{one_line(retraction.key)} was retracted on {retraction.at[:10]}.\n\n{textwrap.fill(said, width)}\n"
