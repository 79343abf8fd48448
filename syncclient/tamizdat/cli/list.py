"""`tamizdat list`."""

from pathlib import Path

import click

from tamizdat.cli.articles import show_articles
from tamizdat.cli.options import choice_options, open_to_read, publication_named, reader_options


@click.command("list")
@choice_options
@click.option("--section", default="", help="Only this section.")
@click.option("--tag", default="", help="Only articles with this tag.")
@click.option("--since", metavar="DATE", default="", help="Only articles published on this day or later (2026-11-22).")
@click.option("--until", metavar="DATE", default="", help="Only articles published before this day.")
@click.option("--saved", is_flag=True, help="Only articles that you saved.")
@click.option("-n", "--limit", default=20, show_default=True, type=click.IntRange(1, 100_000), help="At most so many.")
@click.option("--offset", default=0, type=click.IntRange(0), help="Pass over so many of the newest.")
@reader_options
def list_(
    path: Path,
    as_json: bool,
    publication: str,
    edition: str,
    section: str,
    tag: str,
    since: str,
    until: str,
    saved: bool,
    limit: int,
    offset: int,
) -> None:
    """List articles, the newest first."""
    with open_to_read(path) as library:
        articles = library.articles(
            publication=publication_named(library, publication),
            edition=edition,
            section=section,
            tag=tag,
            since=since,
            until=until,
            saved=saved,
            limit=limit,
            offset=offset,
        )
        show_articles(articles, as_json=as_json)
