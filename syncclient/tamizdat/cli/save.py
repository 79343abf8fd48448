"""`tamizdat save`."""

from pathlib import Path

import click

from tamizdat.cli.options import choice_options, open_to_change, publication_named, reader_options
from tamizdat.cli.output import show_json


@click.command()
@click.argument("key")
@choice_options
@click.option("--undo", is_flag=True, help="Let it go again.")
@reader_options
def save(path: Path, as_json: bool, key: str, publication: str, edition: str, undo: bool) -> None:
    """Keep the article KEY, whatever `sync --keep` drops."""
    with open_to_change(path) as library:
        chosen = publication_named(library, publication)
        if undo:
            library.unsave(key, publication=chosen, edition=edition)
        else:
            library.save(key, publication=chosen, edition=edition)
    if as_json:
        show_json({"key": key, "saved": not undo})
    else:
        click.echo(f"{key} is {'no longer saved' if undo else 'saved'}")
