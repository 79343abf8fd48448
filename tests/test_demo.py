"""`tamizdat demo`: everything at once, over real HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

DEMO = [sys.executable, "-m", "tamizdat", "demo"]


@contextmanager
def running(*words: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A demo that is ready, and what it said until then."""
    process = subprocess.Popen([*DEMO, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        said: list[str] = []
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith("ready "):
                break
        yield process, said
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `tamizdat demo --once` left."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*DEMO, "--once", "--port", "0", "--dir", str(folder)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "The demo checked itself: all is well."
    return folder


def test_demo_once_does_everything_checks_itself_and_exits_0(folder: Path):
    assert (folder / "newsroom" / "tamizdat.toml").exists()
    assert (folder / "library.db").exists()


def test_demo_goes_on_in_its_folder_says_what_to_type_is_ready_last_and_ends_cleanly_on_ctrl_c(folder: Path):
    with running("--port", "0", "--dir", str(folder)) as (process, said):
        url = said[-1].removeprefix("ready ")
        with urlopen(url, timeout=10) as page:
            assert page.status == 200
        told = "\n".join(said)
        assert re.search(rf"Open +{url}#1\.[a-z2-7]{{52}}$", told, re.MULTILINE)
        assert "what readers are given" in told
        assert f"{url}data/" in told
        assert archive_of(url) == 200
        assert "version 4 to 4" in told
        assert f"export TAMIZDAT_LIBRARY={folder / 'library.db'}" in told
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
        assert out == "The demo is over.\n"


def archive_of(url: str) -> int:
    """The status of the archive's page, once the server has read its own publication."""
    for _ in range(100):
        with suppress(HTTPError), urlopen(f"{url}data/article/en/bridge", timeout=30) as page:
            return page.status
        time.sleep(0.1)
    return 503


def test_demo_takes_another_port_where_8000_is_taken(folder: Path):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        with running("--dir", str(folder)) as (process, said):
            assert said[-1].startswith("ready http://127.0.0.1:")
            assert ":8000/" not in said[-1]
            os.kill(process.pid, signal.SIGTERM)
            process.communicate(timeout=30)
            assert process.returncode == 0


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(folder: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [*DEMO, "--dir", str(folder), "--port", str(taken.getsockname()[1])],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "another --port" in done.stderr
