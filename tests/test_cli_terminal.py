"""What a person at a terminal gets on top: colours, a pager, a progress bar, and a question at first contact."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

from conftest import Ferry
from tamizdat import Library

SECONDS = 60


def at_terminal(*words: str, typed: str = "", **environment: str) -> tuple[int, str]:
    """Run tamizdat at a terminal of its own; exit code and everything that was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tamizdat", *words],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], SECONDS)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody is left at the other end
            break
        shown += piece
        if typed and b"[y/N]" in shown:
            os.write(ours, typed.encode())
            typed = ""
        if not piece:
            break
    os.close(ours)
    return process.wait(SECONDS), shown.decode().replace("\r\n", "\n")


def test_first_contact_asks_and_trusts_on_yes(ferry: Ferry, tmp_path: Path):
    library = tmp_path / "library.db"
    code, shown = at_terminal("sync", str(ferry.newsroom / "public"), "--library", str(library), typed="y\n")
    assert code == 0
    assert ferry.fingerprint in shown
    assert "The Ferry: 12 articles new or changed" in shown
    with Library.open(library) as opened:
        assert str(opened.publications()[0].fingerprint) == ferry.fingerprint


def test_first_contact_asks_and_leaves_everything_on_no(ferry: Ferry, tmp_path: Path):
    library = tmp_path / "library.db"
    code, shown = at_terminal("sync", str(ferry.newsroom / "public"), "--library", str(library), typed="\n")
    assert code == 2
    assert ferry.fingerprint in shown
    with Library.open(library) as opened:
        assert opened.publications() == []


def test_read_goes_through_the_reader_s_pager(ferry_library: Path):
    code, shown = at_terminal("read", "en/bus", "--library", str(ferry_library), PAGER="head -n 2")
    assert code == 0
    assert "A day on bus number 2" in shown
    assert len(shown.strip().splitlines()) == 2


def test_list_and_search_show_titles_and_found_words_in_bold(ferry_library: Path):
    code, shown = at_terminal("list", "--library", str(ferry_library))
    assert code == 0
    assert "\x1b[1mA day on bus number 2\x1b[0m" in shown
    code, shown = at_terminal("search", "violin", "--library", str(ferry_library))
    assert code == 0
    assert "\x1b[1mviolin\x1b[0m" in shown
    assert at_terminal("search", "zeppelin", "--library", str(ferry_library))[1] == "no articles\n"
