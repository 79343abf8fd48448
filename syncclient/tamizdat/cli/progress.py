"""A progress bar on standard error, where a person watches; nothing elsewhere."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as RichProgress

from tamizdat.cli.output import one_line
from tamizdat.sync import Progress, Silent


class Bar:
    """Draws how a sync goes on."""

    def __init__(self, rich: RichProgress) -> None:
        self._rich = rich
        self._task = rich.add_task("", total=None)
        self._come, self._total = 0, 0

    def say(self, message: str) -> None:
        """Say what is being done, left of the bar."""
        self._rich.update(self._task, description=one_line(message))

    def total(self, size: int) -> None:
        """So many bytes are still to come."""
        self._total = self._come + size
        self._rich.update(self._task, total=self._total)

    def advance(self, size: int) -> None:
        """So many bytes more have come."""
        # Lists and pictures come on top of what was planned.
        self._come += size
        self._total = max(self._total, self._come)
        self._rich.update(self._task, completed=self._come, total=self._total)


@contextmanager
def watched(*, quiet: bool) -> Generator[Progress]:
    """Show the progress of what runs in the block; `quiet`, or without a terminal, show nothing."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(file=sys.stderr), transient=True) as rich:
        yield Bar(rich)


def ask(question: str) -> bool:
    """Ask on the terminal; no without one."""
    return sys.stdin.isatty() and sys.stderr.isatty() and click.confirm(question, err=True)
