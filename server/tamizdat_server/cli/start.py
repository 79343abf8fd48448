"""`tamizdat start`: asks, shows and tells; what happens is in tamizdat_server.starting."""

from pathlib import Path

import click

from tamizdat.errors import UsageError


@click.command()
@click.argument("place", metavar="SITE")
@click.option("--to", "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="The newsroom.")
@click.option("--yes", is_flag=True, help="Take every default, ask nothing.")
@click.option("--no-browser", is_flag=True, help="Don't open the report; say where it is.")
@click.option("--allow-private", is_flag=True, help="Let addresses lie inside a private network.")
@click.option("--proxy", metavar="URL", help="Fetch through this proxy, such as socks5h://127.0.0.1:9050.")
def start(place: str, folder: Path | None, yes: bool, no_browser: bool, allow_private: bool, proxy: str | None) -> None:
    """Make a newsroom of a site, and publish it.

    SITE is the address of a WordPress site or a feed, or the file that WordPress exported. Asks a handful of
    questions, imports, shows a report, publishes, and says what comes next. Interrupted at any step, the same command
    goes on where it was.
    """
    del folder, yes, no_browser, allow_private, proxy
    raise UsageError(f"{place}: there is nothing to start from")
