"""Every command says what it does, and so does every option; nothing is offered that isn't there."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from conftest import Ferry
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


HEAVY = set(
    "PIL lxml yaml markdown_it mdit_py_plugins py3langid numpy litestar granian datasette httpx tuf securesystemslib"
    " rich".split()
)
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
    readers = {"list", "mirror", "read", "save", "search", "status", "sync", "verify"}
    newsrooms = {"correct", "demo", "fingerprint", "import", "init", "keys", "publish", "retract", "start"}
    hosts = {"datasette", "serve"}
    assert readers | newsrooms | hosts <= set(ALL)


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


@pytest.mark.parametrize("words", [["--help"], ["keys", "--help"]])
def test_what_each_command_does_is_told_in_full(words: list[str], capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert app.run(words) == 0
    assert "..." not in capsys.readouterr().out.partition("Commands")[2]


@pytest.mark.parametrize(
    "words", ["--help", "import --help", "start --help", "list", "search ferry", "read en/bus", "status --help"]
)
def test_nobody_waits_for_modules_that_a_command_does_not_need(words: str, ferry: Ferry):
    code = f"import sys\nfrom tamizdat.cli import app\nassert app.run({words.split()}) == 0\n"
    code += "sys.stderr.write(' '.join(sys.modules))"
    environment = {"TAMIZDAT_LIBRARY": str(ferry.library), "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert not {name.partition(".")[0] for name in done.stderr.split()} & HEAVY
