"""`tamizdat init`, `publish`, `correct`, `retract`: as typed, with their exit codes."""

import json
from pathlib import Path

import pytest

from publishing import Reader
from tamizdat.cli.app import run
from tamizdat_server.draft import Draft
from tamizdat_server.newsroom import Newsroom


def tamizdat(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(list(words))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(tmp_path / "desk")
    assert tamizdat(capsys, "init", folder, "--title", "The Desk", "--edition", "en", "--edition", "kk")[0] == 0
    return folder


def put(folder: str, key: str, title: str = "Words") -> None:
    with Newsroom.open(Path(folder)) as newsroom:
        newsroom.put(Draft(key=key, edition="en", title=title), source=key, at="2026-01-01T00:00:00Z")


def current(folder: str, key: str) -> object:
    return Reader().sync(Path(folder) / "public").current[key].record


def test_init_says_the_fingerprint_and_where_the_root_key_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = tamizdat(capsys, "init", str(tmp_path / "desk"))
    with Newsroom.open(tmp_path / "desk") as newsroom:
        assert (code, newsroom.config.title) == (0, "desk")
        assert str(newsroom.fingerprint) in out
        assert "root.pem" in out
        assert "recovery copy" in out


def test_init_of_a_newsroom_that_exists_is_exit_code_43(folder: str, capsys: pytest.CaptureFixture[str]):
    assert tamizdat(capsys, "init", folder)[0] == 43


def test_publish_reports_what_it_did_and_that_nothing_is_left(folder: str, capsys: pytest.CaptureFixture[str]):
    put(folder, "a")
    code, out, _ = tamizdat(capsys, "publish", folder, "--json")
    report = json.loads(out)
    assert (code, report["version"], report["changed"]) == (0, 1, True)
    assert report["editions"]["en"]["new"] == 1
    code, out, _ = tamizdat(capsys, "publish", folder)
    assert (code, out) == (0, "nothing changed since version 1\n")


def test_a_correction_a_retraction_and_its_undoing_go_out_with_the_next_publish(
    folder: str, capsys: pytest.CaptureFixture[str]
):
    put(folder, "a")
    tamizdat(capsys, "publish", folder)
    for command, revision in (
        (["correct", folder, "a", "It was Tuesday."], 2),
        (["retract", folder, "a", "--notice", "Withdrawn."], 3),
        (["retract", folder, "a", "--undo"], 4),
    ):
        code, out, _ = tamizdat(capsys, *command)
        assert code == 0
        assert "next 'tamizdat publish" in out
        assert tamizdat(capsys, "publish", folder)[0] == 0
        assert current(folder, "a").revision == revision


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["publish", "NOWHERE"], 40),
        (["correct", "DIR", "x", "note"], 46),
        (["correct", "DIR", "x", " "], 2),
        (["retract", "DIR", "x"], 46),
        (["retract", "DIR", "x", "--undo"], 46),
        (["retract", "DIR", "x", "--undo", "--notice", "y"], 2),
        (["publish", "DIR", "--skip-to", "0"], 2),
        (["init", "OTHER", "--edition", "English"], 40),
    ],
)
def test_each_mistake_has_its_exit_code_and_one_line(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int
):
    places = {"DIR": folder, "NOWHERE": str(tmp_path), "OTHER": str(tmp_path / "other")}
    words = [places.get(word, word) for word in words]
    found, out, err = tamizdat(capsys, *words)
    assert (found, out, err.count("\n")) == (code, "", 1)
    found, out, _ = tamizdat(capsys, *words, "--json")
    assert (found, set(json.loads(out))) == (code, {"error"})


def test_keys_are_locked_and_opened_by_the_passphrase_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    secret = tmp_path / "secret"
    secret.write_text("open sesame\n")
    folder = str(tmp_path / "desk")
    monkeypatch.setenv("TAMIZDAT_PASSPHRASE_FILE", str(secret))
    assert tamizdat(capsys, "init", folder)[0] == 0
    assert b"ENCRYPTED" in (Path(folder) / "keys" / "root.pem").read_bytes()
    assert tamizdat(capsys, "publish", folder)[0] == 0
    put(folder, "a")
    monkeypatch.delenv("TAMIZDAT_PASSPHRASE_FILE")
    assert tamizdat(capsys, "publish", folder)[0] == 41
    secret.write_text("")
    monkeypatch.setenv("TAMIZDAT_PASSPHRASE_FILE", str(secret))
    assert tamizdat(capsys, "publish", folder)[0] == 41
