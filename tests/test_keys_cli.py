"""`tamizdat keys` and `tamizdat fingerprint`, typed as people type them."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from simulator import DAY, Simulator
from tamizdat.cli.app import run
from tamizdat.trust import accept
from tamizdat_server.keys import store


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second a passphrase is for thieves."""
    monkeypatch.setattr(store, "SCRYPT_COST", 2**10)


@pytest.fixture
def publisher(tmp_path: Path) -> Simulator:
    """A publication signed just now, with its keys beside it."""
    simulator = Simulator(tmp_path / "paper", now=int(time.time()) - DAY)
    simulator.publish()
    return simulator


def typed(*words: object) -> int:
    """The exit code of a command."""
    return run([str(word) for word in words])


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    """What a command that must succeed prints with --json."""
    capsys.readouterr()
    assert typed(*words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_fingerprint_is_what_readers_need(publisher: Simulator, capsys: pytest.CaptureFixture[str]):
    for place in (publisher.folder, publisher.public):
        assert typed("fingerprint", place) == 0
        assert capsys.readouterr().out == f"{publisher.fingerprint}\n"


def test_fingerprint_of_the_newest_root_is_for_an_address_issued_anew(
    publisher: Simulator, capsys: pytest.CaptureFixture[str]
):
    assert typed("keys", "rotate", publisher.folder, "root") == 0
    found = answer(capsys, "fingerprint", publisher.folder, "--newest")
    assert str(found["fingerprint"]).startswith("2.")


def test_folder_that_is_no_publication_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert typed("fingerprint", tmp_path) == 2
    assert typed("keys", "status", tmp_path) == 2
    assert "neither a newsroom nor a publication" in capsys.readouterr().err


def test_status_says_what_needs_doing(publisher: Simulator, capsys: pytest.CaptureFixture[str]):
    assert typed("keys", "status", publisher.folder) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"fingerprint {publisher.fingerprint}, root 1\n")
    assert err == ""
    publisher.resign(now=publisher.clock - 6 * DAY)
    assert answer(capsys, "keys", "status", publisher.folder)["warnings"] != []


def test_resign_in_cron_renews_what_lies_on_disk(publisher: Simulator, capsys: pytest.CaptureFixture[str]):
    written = answer(capsys, "keys", "resign", publisher.folder)["written"]
    assert written == ["metadata/timestamp.json", "head.tar.zst"]
    publisher.files["metadata/timestamp.json"] = (publisher.public / written[0]).read_bytes()
    assert accept(None, publisher.fetch, now=publisher.clock + DAY, first_use=True).signed > publisher.clock


def test_resign_finds_keys_kept_apart_from_a_copy(publisher: Simulator, capsys: pytest.CaptureFixture[str]):
    assert answer(capsys, "keys", "resign", publisher.public, "--keys", publisher.keys)["written"]


def test_missing_key_is_exit_code_41(publisher: Simulator, capsys: pytest.CaptureFixture[str]):
    (publisher.keys / "timestamp.pem").unlink()
    assert typed("keys", "resign", publisher.folder) == 41
    assert capsys.readouterr().err.count("\n") == 1


def test_root_key_goes_to_a_stick_and_signs_from_there(
    publisher: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    stick = tmp_path / "stick"
    assert answer(capsys, "keys", "export-root", publisher.folder, stick) == {"moved": [str(stick / "root.pem")]}
    waiting = answer(capsys, "keys", "rotate", publisher.folder, "targets")
    assert (waiting["complete"], waiting["missing"]) == (False, 1)
    done = answer(capsys, "keys", "sign", publisher.folder, "--keys", stick)
    assert done["complete"]
    assert "metadata/2.root.json" in done["written"]


def test_second_holder_signs_on_a_machine_of_their_own(
    publisher: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    ann = tmp_path / "ann"
    public = answer(capsys, "keys", "new", ann, "--no-passphrase")["public"]
    assert answer(capsys, "keys", "add", publisher.folder, "root", "--public", public)["complete"]
    assert not answer(capsys, "keys", "threshold", publisher.folder, "root", 2)["complete"]
    staged = publisher.keys / "staged.root.json"
    copy = tmp_path / "staged.root.json"
    copy.write_bytes(staged.read_bytes())
    assert answer(capsys, "keys", "sign", ann, copy)["missing"] == 0
    done = answer(capsys, "keys", "sign", publisher.folder, copy)
    assert (done["root"], done["complete"], staged.exists()) == (3, True, False)


def test_passphrase_comes_from_a_file(
    publisher: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "secret").write_text("верный конь\n")
    monkeypatch.setenv("TAMIZDAT_PASSPHRASE_FILE", str(tmp_path / "secret"))
    assert answer(capsys, "keys", "add", publisher.folder, "targets", "--passphrase")["complete"]
    old = next(key["keyid"] for key in keys_of(publisher, capsys, "targets") if not key["locked"])
    assert answer(capsys, "keys", "revoke", publisher.folder, "targets", old)["complete"]
    assert [key["locked"] for key in keys_of(publisher, capsys, "targets")] == [True]
    assert answer(capsys, "keys", "resign", publisher.folder, "--targets")["written"]
    monkeypatch.delenv("TAMIZDAT_PASSPHRASE_FILE")
    assert typed("keys", "resign", publisher.folder, "--targets") == 41
    assert answer(capsys, "keys", "resign", publisher.folder)["written"]


def keys_of(publisher: Simulator, capsys: pytest.CaptureFixture[str], role: str) -> list[dict[str, Any]]:
    roles = answer(capsys, "keys", "status", publisher.folder)["roles"]
    return next(found["keys"] for found in roles if found["role"] == role)


def test_root_is_renewed_for_another_year(publisher: Simulator, capsys: pytest.CaptureFixture[str]):
    assert answer(capsys, "keys", "sign", publisher.folder, "--renew")["root"] == 2


def test_half_a_public_key_is_a_usage_error(publisher: Simulator):
    assert typed("keys", "add", publisher.folder, "root", "--public", "abc") == 2
