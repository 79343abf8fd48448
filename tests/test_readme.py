"""What the README tells people to type works, line by line, on the sample paper."""

import re
import shlex
import shutil
from pathlib import Path

import httpx
import pytest

from conftest import CHECKOUT, Ferry
from console import Console, section, typed
from showing import running
from tamizdat_server.demo import SAMPLE
from walkthrough import ADDRESS as SITE
from walkthrough import newspaper

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
ADDRESS = "https://news.example/#1.FINGERPRINT"
NOT_RUN = ("pip ", "make ", "tamizdat serve ")  # tested elsewhere: install, demo, server


def lines(title: str) -> list[str]:
    """The command lines of a section, without those that other tests run."""
    found = typed(section(README, title))
    assert found
    return [line for line in found if not line.startswith(NOT_RUN)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a library of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAMIZDAT_LIBRARY", str(tmp_path / "library.db"))
    return tmp_path


def test_the_first_five_minutes_of_a_reader(desk: Path, ferry: Ferry, capsys):
    console = Console(**{ADDRESS: ferry.address})
    for line in lines("The first five minutes of a reader"):
        console.type(line)
    assert "An earlier version of this article" in capsys.readouterr().out


def test_the_first_five_minutes_of_a_mirror_operator(desk: Path, ferry: Ferry, capsys):
    console = Console(**{ADDRESS: ferry.address, "/srv/": f"{desk}/"})
    for line in 2 * lines("The first five minutes of a mirror operator"):
        console.type(line)
    assert "sound: every file is what the newsroom signed for" in capsys.readouterr().out


def test_the_first_five_minutes_of_an_editor(desk: Path, capsys):
    shutil.copytree(SAMPLE / "1", desk / "articles", ignore=shutil.ignore_patterns("kk"))
    with newspaper() as site:
        console = Console(**{f"start {SITE}": f"start {site.url} --yes --no-browser --allow-private"})
        for line in [
            *lines("The first five minutes of an editor"),
            "tamizdat keys resign newsroom",
            "tamizdat fingerprint newsroom",
        ]:
            console.type(line)
    out = capsys.readouterr().out
    assert "1." in out.splitlines()[-1]


def test_the_first_five_minutes_of_a_developer(desk: Path, ferry: Ferry, capsys):
    (code,) = re.findall(r"```python\n(.+?)```", section(README, "The first five minutes of a developer"), re.DOTALL)
    exec(code.replace(ADDRESS, ferry.address), {})
    assert "A day on bus number 2" in capsys.readouterr().out


def test_the_archive_in_a_browser(desk: Path, ferry: Ferry):
    pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")
    (line,) = lines("The archive in a browser")
    _, *arguments = shlex.split(line.replace(ADDRESS, ferry.address))
    with running(*arguments, "--port", "0") as url:
        assert "The Ferry" in httpx.get(url, trust_env=False).text


def test_every_make_target_that_is_named_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", README)) <= targets
