"""How an import goes on: a line on standard error, where a person watches, and what it kept if it is stopped."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from tamizdat.errors import SourceBrokeOff, TamizdatError

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

INTERRUPTED: Final = 130
"""The exit code after Ctrl-C, as shells have it."""


class Watched:
    """Counts what was read and what stays; draws it, where there is somewhere to."""

    def __init__(self, rich: "RichProgress | None") -> None:
        self.articles = 0
        self._rich = rich
        self._task = rich.add_task("reading", total=None, figures="") if rich else None

    def read(self, items: int, *, total: int | None) -> None:
        """So many of the source's items were read."""
        if self._rich and self._task is not None:
            total = max(items, total) if total else None  # a site tells of more than the posts that it counts
            figures = f"{items:,} of {total:,}" if total else f"{items:,}"
            self._rich.update(self._task, description="importing", completed=items, total=total, figures=figures)

    def kept(self, articles: int) -> None:
        """So many articles are in the newsroom."""
        self.articles = articles


@contextmanager
def watched(*, quiet: bool) -> Generator[Watched]:
    """Show the progress of what runs in the block; `quiet`, or without a terminal, only count."""
    if quiet or not sys.stderr.isatty():
        yield Watched(None)
        return
    with _drawn() as rich:
        yield Watched(rich)


@contextmanager
def stopping(progress: Watched, *, keeps: bool) -> Generator[None]:
    """After Ctrl-C, and after an error, say what stays. `keeps`: what came in so far does."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"\nstopped. {_what_stays(progress, keeps=keeps)}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except TamizdatError as error:
        if progress.articles and not isinstance(error, SourceBrokeOff):  # which says so itself
            click.echo(_what_stays(progress, keeps=True), err=True)
        raise


def _what_stays(progress: Watched, *, keeps: bool) -> str:
    if not keeps or not progress.articles:
        return "Nothing was changed."
    articles = "1 article" if progress.articles == 1 else f"{progress.articles:,} articles"
    return f"{articles} of this import came in and stay; the same command goes on from there."


def _drawn() -> "RichProgress":
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as RichProgress

    words = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
    figures = TextColumn("{task.fields[figures]}", markup=False)
    return RichProgress(SpinnerColumn(), *words, figures, console=Console(file=sys.stderr), transient=True)
