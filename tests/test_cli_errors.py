"""Whatever goes wrong, a person gets one line and a script gets a code; never a traceback."""

import inspect
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tamizdat import errors
from tamizdat.cli import app
from tamizdat.cli.output import one_line, show_error, size

ALL = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.TamizdatError)]
VALUES = {int: 7, float: 1.5, str: "x" * 64, list[str]: ["a", "b"]}


def made(error: type[errors.TamizdatError]) -> errors.TamizdatError:
    """An error of this class, each of its fields filled by its type."""
    parameters = inspect.signature(error.__init__).parameters.values()
    fields = {p.name: VALUES[p.annotation] for p in parameters if p.annotation in VALUES}
    return error(**fields) if fields else error("words")


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_error_is_one_line_an_exit_code_and_a_json_document(error: type[errors.TamizdatError], capsys):
    assert show_error(made(error), as_json=False) == error.exit_code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert show_error(made(error), as_json=True) == error.exit_code
    out, err = capsys.readouterr()
    told = json.loads(out)["error"]
    assert err == ""
    assert told["code"] == error.code
    assert told["message"]
    assert set(told) == {"code", "message", *made(error).fields()}


def stand_in(problem: BaseException) -> click.Command:
    def fail() -> None:
        raise problem

    return click.Command("fail", callback=fail)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Run a command that raises the given error, by way of the real main function."""

    def run(problem: BaseException, *more: str) -> int:
        monkeypatch.setattr(app, "_load", lambda name: stand_in(problem))
        return app.run(["fail", *more])

    return run


def test_a_bug_is_one_line_and_exit_code_1(failing, capsys):
    assert failing(KeyError("gone")) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "KeyError" in err
    assert "TAMIZDAT_DEBUG" in err


def test_a_bug_can_be_looked_at(failing, monkeypatch):
    monkeypatch.setenv("TAMIZDAT_DEBUG", "1")
    with pytest.raises(KeyError):
        failing(KeyError("gone"))


def test_a_full_disk_that_nobody_named_is_told_in_the_system_s_words(failing, capsys):
    assert failing(OSError(28, "No space left on device")) == 1
    assert "No space left on device" in capsys.readouterr().err


def test_ctrl_c_says_that_what_was_finished_is_kept(failing, capsys):
    assert failing(KeyboardInterrupt()) == app.INTERRUPTED
    assert "kept" in capsys.readouterr().err


def test_a_missing_extra_names_what_to_install(failing, capsys):
    assert failing(ModuleNotFoundError("No module named 'litestar'", name="litestar.handlers")) == 2
    assert "tamizdat[server]" in capsys.readouterr().err


def test_help_works_where_an_extra_is_missing(monkeypatch, capsys):
    load = app._load

    def without_newsroom(name: str) -> click.Command | None:
        if name == "import":
            raise ModuleNotFoundError("No module named 'markdown_it'", name="markdown_it")
        return load(name)

    monkeypatch.setattr(app, "_load", without_newsroom)
    assert app.run(["--help"]) == 0
    assert "tamizdat[newsroom]" in " ".join(capsys.readouterr().out.split())
    assert app.run(["import", "markdown", "x", "--to", "y"]) == 2
    assert "tamizdat[newsroom]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["no-such-command"], ["list", "--no-such-option"], ["read"], ["list", "--limit", "many"], ["search"]],
    ids=lambda words: " ".join(words),
)
def test_wrong_words_are_a_usage_error(words: list[str], capsys):
    assert app.run(words) == 2
    assert capsys.readouterr().err.startswith("tamizdat: ")
    assert app.run([*words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_words_from_outside_can_t_steer_the_terminal():
    assert one_line("a\x1b[2Jb\r\nc\x9bd\u202ee") == "a [2Jb c d e"


def test_sizes_are_told_as_people_say_them():
    assert [size(n) for n in (0, 999, 1000, 30_912, 5_000_000, 12_000_000_000)] == [
        "0 bytes", "999 bytes", "1.0 kB", "31 kB", "5.0 MB", "12 GB",
    ]  # fmt: skip


def test_a_pipe_that_closes_early_is_no_accident(tmp_path: Path):
    command = f"{sys.executable} -m tamizdat --help | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_terminal_without_unicode_gets_question_marks_not_a_crash():
    code = "import sys; from tamizdat.cli.app import run; import click; run(['--version']); click.echo('Жаркемер')"
    environment = {"PYTHONIOENCODING": "latin-1", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "????????" in done.stdout
