"""Every command says what it does, and so does every option; nothing is offered that isn't there."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tamizdat.cli import app

CHECKOUT = Path(__file__).resolve().parent.parent


def commands(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        yield f"{name} {word}".strip(), command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}".strip())


ALL = dict(commands(app.tamizdat))


@pytest.mark.parametrize("name", ALL)
def test_every_command_and_option_has_its_words(name: str):
    command = ALL[name]
    assert (command.help or "").strip().endswith((".", ":")) or "\n" in (command.help or "")
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert (option.help or "").strip().endswith((".", "]", ";")), option.opts


@pytest.mark.parametrize("name", ALL)
def test_help_of_every_command_works(name: str, capsys):
    assert app.run([*name.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: tamizdat {name}")


def test_the_commands_of_the_design_are_there():
    readers = {"list", "read", "save", "search", "status", "sync", "verify"}
    newsrooms = {"correct", "demo", "fingerprint", "import", "init", "keys", "publish", "retract", "serve"}
    assert readers | newsrooms <= set(ALL)


@pytest.mark.parametrize("name", ["list", "read", "save", "search", "status", "sync"])
def test_readers_commands_take_a_library_and_json(name: str):
    assert {"--library", "--json"} <= {opt for option in ALL[name].params for opt in option.opts}


def test_the_readme_and_help_speak_of_commands_that_exist():
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    named = {line.split("tamizdat ", 1)[1].split()[0] for line in text.splitlines() if line.startswith("$ tamizdat ")}
    assert named <= set(ALL)


def test_the_help_tells_the_exit_codes(capsys):
    app.run(["--help"])
    assert "20-29 trust" in capsys.readouterr().out
