"""Questions at the terminal, each with an answer that Enter takes; `--yes` takes them all."""

from collections.abc import Callable
from typing import TypeVar

import click

T = TypeVar("T")


class Asking:
    """`yes`: ask nothing, take every default."""

    def __init__(self, *, yes: bool) -> None:
        self.yes = yes

    def ask(self, question: str, *, default: str, read: Callable[[str], T]) -> T:
        """The answer as `read` understands it; asked again where that raises click.UsageError."""
        if self.yes:
            return read(default)
        return click.prompt(question, default=default, value_proc=read)

    def confirm(self, question: str, *, default: bool = True, unasked: bool | None = None) -> bool:
        """`unasked`: the answer with --yes, where that isn't the default."""
        if self.yes:
            return default if unasked is None else unasked
        return click.confirm(question, default=default)
