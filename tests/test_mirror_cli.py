"""`tamizdat mirror` from the command line: what it says, to people and to programs, and how it ends."""

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mirroring import reopen, tree
from publishing import DAY, Desk, words
from tamizdat.cli import app
from tamizdat.mirror.folder import Folder

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk")
    desk.now = int(time.time()) - 20 * 3600
    for number in range(8):
        desk.put(f"a/{number}", words(random.Random(number), 60))
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy"


@pytest.fixture
def mirror(target: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `tamizdat mirror SOURCE` into `target`: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        source, *rest = map(str, arguments)
        code = app.run(["mirror", source, str(target), *rest])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def address(desk: Desk) -> str:
    return f"{desk.public}#{desk.newsroom.fingerprint}"


def test_it_says_what_it_will_do_on_standard_error_and_what_it_did_on_standard_output(desk: Desk, mirror: Run):
    code, out, err = mirror(address(desk))
    assert code == 0
    assert out.startswith("The Desk: version 1, fresh (")
    assert re.fullmatch(r"\d+ files to fetch, [\d.]+ kB; 0 files to delete, 0 bytes\n", err)


def test_the_second_time_there_is_nothing_new(desk: Desk, mirror: Run):
    mirror(address(desk))
    code, out, err = mirror(desk.public)
    assert (code, err) == (0, "")
    assert out.startswith("The Desk: version 1, nothing new, fresh (")


def test_programs_get_one_document(desk: Desk, mirror: Run):
    code, out, err = mirror(address(desk), "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert (told["from"], told["to"], told["live"], told["fresh"], told["missing"]) == (0, 1, True, "fresh", [])
    assert {"fetched", "bytes", "requests", "deleted", "foreign", "repaired", "broken", "problems"} <= set(told)


def test_first_contact_without_a_fingerprint_shows_it_and_is_a_usage_error(desk: Desk, mirror: Run):
    code, out, err = mirror(desk.public)
    assert (code, out) == (2, "")
    assert str(desk.newsroom.fingerprint) in err
    assert mirror(desk.public, "--json")[0] == 2
    assert mirror(desk.public, "--trust-first-use")[0] == 0


def test_a_dry_run_shows_the_figures_and_changes_nothing(desk: Desk, mirror: Run, target: Path):
    code, out, err = mirror(address(desk), "--dry-run")
    assert (code, err) == (0, "")
    assert "version 1 is to be had" in out
    assert "; nothing was changed" in out
    assert not target.exists()
    assert json.loads(mirror(address(desk), "--dry-run", "--json")[1])["plan"]["files"] > 0


def test_what_lies_there_of_others_is_told(desk: Desk, mirror: Run, target: Path):
    target.mkdir()
    (target / "robots.txt").write_text("mine")
    assert "not of this publication, left alone: robots.txt" in mirror(address(desk))[1]


def test_holes_are_named_and_the_exit_code_is_5(desk: Desk, mirror: Run):
    path = next((desk.public / "bundles").iterdir())
    path.unlink()
    code, out, _ = mirror(address(desk))
    assert code == 5
    assert "version 1 isn't whole at the source, so nothing is shown yet" in out
    assert f"the source lacks: bundles/{path.name}" in out


def test_a_source_that_is_stale_is_told_and_the_exit_code_is_4(tmp_path: Path, mirror: Run):
    desk = Desk(tmp_path / "old")
    desk.now = int(time.time()) - 40 * DAY
    desk.put("a/1")
    desk.publish()
    code, out, _ = mirror(address(desk))
    assert code == 4
    assert "very old, as of 20" in out
    assert "signed too long ago" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--newest", "some"], 2),
        (["--newest", "0"], 2),
        (["--max-bytes", "much"], 2),
        (["--max-bytes", "1kB"], 5),
        (["--no-such-thing"], 2),
    ],
)
def test_words_that_are_off_are_one_line(desk: Desk, mirror: Run, words: list[str], code: int):
    found, out, err = mirror(address(desk), *words)
    assert (found, out) == (code, "")
    assert err.startswith("tamizdat: ")
    assert err.count("\n") == 1


def test_newest_takes_days_and_all(desk: Desk, mirror: Run):
    assert ", the news of 30 days (" in mirror(address(desk), "--newest", "30")[1]
    assert ", the news of 30 days (" in mirror(address(desk))[1]
    assert "the news of" not in mirror(address(desk), "--newest", "all")[1]
    assert ", the news of 1 day (" in mirror(address(desk), "--newest", "1d")[1]


def test_a_second_run_at_the_same_time_is_one_line_with_its_own_exit_code(desk: Desk, mirror: Run, target: Path):
    with Folder(target).lock():
        code, out, err = mirror(address(desk))
    assert (code, out) == (51, "")
    assert "at work in" in err


def test_check_repairs_and_says_what(desk: Desk, mirror: Run, target: Path):
    mirror(address(desk))
    path = next((target / "bundles").iterdir())
    path.write_bytes(b"\0" * path.stat().st_size)
    code, out, _ = mirror(address(desk), "--check")
    assert code == 0
    assert f"repaired: bundles/{path.name}" in out
    assert tree(target) == desk.files()


def test_the_command_runs_as_a_process_of_its_own_without_the_server_or_newsroom_modules(desk: Desk, target: Path):
    code = "import sys; from tamizdat.cli import app; code = app.run(sys.argv[1:]); print(*sys.modules); sys.exit(code)"
    command = [sys.executable, "-c", code, "mirror", address(desk), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "tamizdat.mirror" in loaded
    assert not loaded & {"tamizdat_server", "litestar", "lxml", "PIL", "sqlite_utils"}
