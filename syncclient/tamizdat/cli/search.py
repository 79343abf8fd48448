"""`tamizdat search`."""

from pathlib import Path

import click

from tamizdat.cli.articles import MARKS, show_articles
from tamizdat.cli.options import choice_options, open_to_read, publication_named, reader_options
from tamizdat.cli.output import at_terminal
from tamizdat.search import search as search_library


@click.command()
@click.argument("words", nargs=-1, required=True)
@choice_options
@click.option("-n", "--limit", default=20, show_default=True, type=click.IntRange(1, 100_000), help="At most so many.")
@click.option("--offset", default=0, type=click.IntRange(0), help="Pass over so many of the best.")
@reader_options
def search(
    path: Path,
    as_json: bool,
    words: tuple[str, ...],
    publication: str,
    edition: str,
    limit: int,
    offset: int,
) -> None:
    """Find articles by WORDS, the best match first."""
    with open_to_read(path) as library:
        chosen = publication_named(library, publication)
        marks = MARKS if at_terminal() and not as_json else ("", "")
        hits = search_library(
            library.db, " ".join(words), publication=chosen, edition=edition, limit=limit, offset=offset, marks=marks
        )
        show_articles(hits, as_json=as_json)
