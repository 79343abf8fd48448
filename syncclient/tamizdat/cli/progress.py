"""A progress bar on standard error, where a person watches; nothing elsewhere."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from tamizdat.cli.output import one_line, size
from tamizdat.sync import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

ROOM_FOR_A_BAR: Final = 60
"""In narrower windows the words and figures stand alone, on one line."""


class Bar:
    """Draws how a sync goes on."""

    def __init__(self, rich: "RichProgress") -> None:
        self._rich = rich
        self._task = rich.add_task("", total=None, figures="")
        self._come, self._total = 0, 0

    def say(self, message: str) -> None:
        """Say what is being done, left of the bar."""
        self._rich.update(self._task, description=one_line(message))

    def total(self, size: int) -> None:
        """So many bytes are still to come."""
        self._total = self._come + size
        self._draw()

    def advance(self, size: int) -> None:
        """So many bytes more have come."""
        # Lists and pictures come on top of what was planned.
        self._come += size
        self._total = max(self._total, self._come)
        self._draw()

    def _draw(self) -> None:
        figures = size(self._come) if self._come == self._total else f"{size(self._come)} of {size(self._total)}"
        self._rich.update(self._task, completed=self._come, total=self._total or None, figures=figures)


@contextmanager
def watched(*, quiet: bool) -> Generator[Progress]:
    """Show the progress of what runs in the block; `quiet`, or without a terminal, show nothing."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    with _drawn() as rich:
        yield Bar(rich)


def _drawn() -> "RichProgress":
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress
    from rich.table import Column

    console = Console(file=sys.stderr)
    words = TextColumn(
        "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)
    )
    figures = TextColumn("{task.fields[figures]}", markup=False, table_column=Column(no_wrap=True))
    bar = [BarColumn(bar_width=20)] if console.width >= ROOM_FOR_A_BAR else []
    return RichProgress(words, *bar, figures, console=console, transient=True, expand=True)


def ask(question: str) -> bool:
    """Ask on the terminal; no without one."""
    return sys.stdin.isatty() and sys.stderr.isatty() and click.confirm(question, err=True)
