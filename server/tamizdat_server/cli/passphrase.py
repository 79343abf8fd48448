"""Where a passphrase comes from: the file that TAMIZDAT_PASSPHRASE_FILE names, else a prompt."""

import os
import sys
from pathlib import Path
from typing import Final

import click

from tamizdat.errors import KeyProblem

VARIABLE: Final = "TAMIZDAT_PASSPHRASE_FILE"


def ask_passphrase() -> str:
    """The passphrase of the newsroom's keys. Raises: KeyProblem where nobody can be asked."""
    if path := os.environ.get(VARIABLE):
        return _read(Path(path))
    if not sys.stdin.isatty():
        raise KeyProblem(f"a key needs its passphrase, and there is no terminal to ask at: name a file in {VARIABLE}")
    return click.prompt("Passphrase of the newsroom's keys", hide_input=True, err=True)


def new_passphrase(*, ask: bool) -> str | None:
    """A passphrase for new keys: the file's, where one is named; one typed twice, where `ask`; else none."""
    if path := os.environ.get(VARIABLE):
        return _read(Path(path))
    return click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True) if ask else None


def _read(path: Path) -> str:
    try:
        passphrase = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"the passphrase file {path} can't be read: {error}") from error
    if not passphrase:
        raise KeyProblem(f"the passphrase file {path} is empty")
    return passphrase
