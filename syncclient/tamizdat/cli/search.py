"""`tamizdat search`."""

from pathlib import Path

import click

from tamizdat.cli.articles import MARKS, show_articles
from tamizdat.cli.options import choice_options, open_to_read, publication_named, reader_options
from tamizdat.cli.output import at_terminal
from tamizdat.search import search as search_library


# What begins with a dash and is no option of ours is a word of the query.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
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
    """Find articles by WORDS, the best match first.

    An article has to have all of the words, in any of their forms: Russian, Kazakh and English words are found however
    they are bent, and names also in their other spelling.

    \b
    'мост -старый'                 without a word
    '"over the bridge"'            these words, in this order and form
    'tag:culture author:weiss'     by tag, by byline
    'after:2025-06 before:2026'    by date: a year, a month or a day

    Put what has quotes or a dash in it in single quotes, and what begins with a dash after --.
    """
    with open_to_read(path) as library:
        chosen = publication_named(library, publication)
        marks = MARKS if at_terminal() and not as_json else ("", "")
        hits = search_library(
            library.db, " ".join(words), publication=chosen, edition=edition, limit=limit, offset=offset, marks=marks
        )
        show_articles(hits, as_json=as_json)
