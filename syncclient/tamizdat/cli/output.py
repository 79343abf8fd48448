"""What commands show: JSON documents, errors, and words from outside made safe for a terminal."""

import re
import sys
from typing import Final

import click
import msgspec

from tamizdat.errors import TamizdatError

SHOWN: Final = 20
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def show_json(value: object) -> None:
    """Print the one document of a `--json` command on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value, enc_hook=_plain), indent=2).decode())


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]


def show_error(error: TamizdatError, *, as_json: bool) -> int:
    """Tell what went wrong, as one line on standard error or as a JSON document, and return its exit code."""
    if as_json:
        show_json({"error": {"code": error.code, "message": str(error), **error.fields()}})
    else:
        click.echo(f"tamizdat: {one_line(str(error))}", err=True)
    return error.exit_code


def tell(message: str) -> None:
    """Say on standard error what is being done, where that takes a while."""
    click.echo(f"tamizdat: {one_line(message)} …", err=True)


def one_line(text: str) -> str:
    """`text` on one line, without anything that would steer a terminal."""
    return _CONTROLS.sub(" ", text).strip()


def size(count: int) -> str:
    """A number of bytes for people."""
    if count < 1000:
        return f"{count} bytes"
    value, units = count / 1000, iter(("kB", "MB", "GB"))
    unit = next(units)
    while value >= 1000 and unit != "GB":
        value, unit = value / 1000, next(units)
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 article`, `12 articles`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def named(told: str, paths: list[str]) -> list[str]:
    """A line for each path, and how many more there are beyond what people read."""
    shown = [f"{told}: {one_line(path)}" for path in paths[:SHOWN]]
    more = len(paths) - SHOWN
    return [*shown, f"{told}: {more} more"] if more > 0 else shown


def at_terminal() -> bool:
    """Whether a person reads standard output."""
    return sys.stdout.isatty()
