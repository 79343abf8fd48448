"""`tamizdat` itself: finds its commands, and turns every error into one line and an exit code."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import click

from tamizdat.cli.output import show_error
from tamizdat.errors import TamizdatError, UsageError

OWN: Final = {
    "list": "tamizdat.cli.list:list_",
    "mirror": "tamizdat.cli.mirror:mirror",
    "pack": "tamizdat.cli.pack:pack",
    "read": "tamizdat.cli.read:read",
    "save": "tamizdat.cli.save:save",
    "search": "tamizdat.cli.search:search",
    "status": "tamizdat.cli.status:status",
    "sync": "tamizdat.cli.sync:sync",
    "verify": "tamizdat.cli.verify:verify",
}
EXTRAS: Final = {
    "datasette": "datasette",
    "granian": "server",
    "litestar": "server",
    "lxml": "newsroom",
    "markdown_it": "newsroom",
    "mdit_py_plugins": "newsroom",
    "PIL": "newsroom",
    "py3langid": "newsroom",
    "trafilatura": "newsroom",
    "yaml": "newsroom",
}
INTERRUPTED: Final = 130
EPILOG: Final = """\b
Exit codes: 0 done; 1 failed; 2 usage; 3 nothing reachable; 4 stale, what was
there is kept; 5 incomplete (byte cap, no space); 20-29 trust; 30-39 library;
40-49 newsroom; 50-59 mirror. docs/format.md has the whole table."""


class Commands(click.Group):
    """The reader's commands, and those of other packages that join by the entry point group `tamizdat.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return sorted({*OWN, *_joined()})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Those of readers first, apart from those of newsrooms and servers."""
        for title, names in (("Commands for reading", OWN), ("Commands for publishing", _joined())):
            found = [(name, self.get_command(ctx, name)) for name in sorted(names)]
            width = formatter.width - 6 - max((len(name) for name in names), default=0)
            rows = [(name, command.get_short_help_str(width)) for name, command in found if command]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        try:
            return _load(cmd_name)
        except ModuleNotFoundError as error:
            return _unavailable(cmd_name, error)


def _joined() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group="tamizdat.commands")}


def _load(name: str) -> click.Command | None:
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        return getattr(import_module(module), attribute)
    point = _joined().get(name)
    return point.load() if point else None


def _missing_extra(error: ModuleNotFoundError) -> str:
    """How to get what is missing; `error` itself, where that is no part of an extra."""
    extra = EXTRAS.get((error.name or "").partition(".")[0])
    if extra is None:
        raise error
    return f"needs pip install 'tamizdat[{extra}]'"


def _unavailable(name: str, error: ModuleNotFoundError) -> click.Command:
    """Stands for a command whose extra isn't installed: shown in the help, and refuses any words."""
    needs = _missing_extra(error)

    def refuse(**_: Any) -> None:
        raise UsageError(f"'tamizdat {name}' {needs}")

    words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
    context = {"ignore_unknown_options": True}
    return click.Command(
        name, callback=refuse, params=[words], help=f"{needs}.", short_help=f"({needs})", context_settings=context
    )


@click.command(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tamizdat")
def tamizdat() -> None:
    """Carry a newsroom's articles past a blockade: sync what is new, read it offline.

    `tamizdat demo` shows everything at work on this machine. Readers begin with `tamizdat sync ADDRESS`.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command; whatever goes wrong becomes one line (or one JSON document) and the returned exit code."""
    as_json = "--json" in arguments
    _forgive_unprintable_characters()
    try:
        result = tamizdat.main(list(arguments), prog_name="tamizdat", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the last place where anything can be told in our words
        return _failed(error, as_json)
    return result if isinstance(result, int) else 0


def _forgive_unprintable_characters() -> None:
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")


def _failed(error: Exception, as_json: bool) -> int:
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.Abort():
            click.echo("\nstopped. What was finished is kept.", err=True)
            return INTERRUPTED
        case click.ClickException():
            return show_error(_usage(error), as_json=as_json)
        case TamizdatError():
            return show_error(error, as_json=as_json)
        case BrokenPipeError():
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter complains at exit
            return 1
        case ModuleNotFoundError() if (error.name or "").partition(".")[0] in EXTRAS:
            return show_error(UsageError(f"this {_missing_extra(error)}"), as_json=as_json)
        case _:
            return _unexpected(error, as_json)


def _usage(error: click.ClickException) -> UsageError:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" ('{context.command_path} --help' says more)" if context else ""
    return UsageError(f"{error.format_message()}{hint}")


def _unexpected(error: Exception, as_json: bool) -> int:
    if os.environ.get("TAMIZDAT_DEBUG"):
        raise error
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, OSError):
        return show_error(TamizdatError(str(error)), as_json=as_json)
    return show_error(TamizdatError(f"unexpected {told}. This is a bug; TAMIZDAT_DEBUG=1 shows where"), as_json=as_json)
