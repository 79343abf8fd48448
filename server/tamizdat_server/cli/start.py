"""`tamizdat start`: asks, shows and tells; what happens is in tamizdat_server.starting."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tamizdat.errors import UsageError

if TYPE_CHECKING:
    from tamizdat_server.cli.starting import Start


@click.command()
@click.argument("place", metavar="SITE")
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the newsroom is made.  [default: called like SITE, here]",
)
@click.option("--yes", is_flag=True, help="Ask nothing, take what would be proposed.")
@click.option("--no-browser", is_flag=True, help="Don't open the report, say where it is.")
@click.option("--allow-private", is_flag=True, help="Fetch also from this machine and its private network.")
@click.option("--proxy", metavar="URL", help="Fetch through this proxy: socks5h://127.0.0.1:9050 for Tor.")
def start(place: str, folder: Path | None, yes: bool, no_browser: bool, allow_private: bool, proxy: str | None) -> None:
    """Make a newsroom of a site, and publish it.

    SITE is the address of a WordPress site or of a feed, a file that WordPress exported, or a folder of Markdown files.

    Asks a handful of questions, imports the articles, shows a report in the browser, publishes once you agree, and
    says what comes next. Whenever it was interrupted, the same command goes on.
    """
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask at; --yes takes every default")
    from tamizdat_server.cli.asking import Asking
    from tamizdat_server.cli.starting import Start

    asking = Asking(yes=yes)
    run = Start(place, folder, asking=asking, browser=not no_browser, allow_private=allow_private, proxy=proxy)
    with _going_on(run):
        run.run()


@contextmanager
def _going_on(run: "Start") -> Generator[None]:
    """Where something goes wrong, say what is kept and how to go on."""
    try:
        yield
    except (UsageError, click.UsageError):
        raise
    except (Exception, KeyboardInterrupt):
        click.echo(f"\n{run.kept()}", err=True)
        raise
