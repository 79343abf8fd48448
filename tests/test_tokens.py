"""Tokens: what is kept of them, and the commands that make and end them."""

import json
import re
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from newsrooms import make_newsroom
from tamizdat.cli.app import run
from tamizdat.errors import NoSuchToken, UsageError
from tamizdat.format.names import sha256
from tamizdat_server.desk.jobs import ask, list_jobs, next_job
from tamizdat_server.desk.store import Desk
from tamizdat_server.desk.tokens import (
    add_token,
    any_token,
    find_token,
    is_well_formed,
    list_tokens,
    note_use,
    revoke_token,
)

NOW = 1_795_000_000
DAY = 86_400


@pytest.fixture
def desk(tmp_path: Path):
    make_newsroom(tmp_path / "newsroom").close()
    with Desk.open(tmp_path / "newsroom") as found:
        yield found


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(words)
    out, err = capsys.readouterr()
    return code, out, err


def test_a_token_is_256_random_bits_that_anybody_knows_for_one_of_ours(desk: Desk):
    tokens = [add_token(desk, f"t{number}", ["read"], now=NOW)[0] for number in range(20)]

    assert all(re.fullmatch(r"tamizdat_[0-9a-f]{64}[0-9a-f]{8}", token) for token in tokens)
    assert len({token[9:73] for token in tokens}) == 20


def test_what_a_revoked_token_asked_for_never_begins_and_what_others_did_does(desk: Desk):
    for name in ("CMS", "cron"):
        add_token(desk, name, ["import", "publish"], now=NOW)
    ask(desk, "import", "site", who="CMS", now=NOW, confirm=True)
    ask(desk, "publish", who="cron", now=NOW)

    revoke_token(desk, "CMS", now=NOW)

    begun = next_job(desk, now=NOW)
    assert begun
    assert (begun.kind, begun.who) == ("publish", "cron")
    assert next_job(desk, now=NOW) is None
    assert [(job.who, job.state, job.error and job.error.code) for job in list_jobs(desk)] == [
        ("cron", "running", None), ("CMS", "failed", "revoked"),
    ]  # fmt: skip


def test_of_a_token_only_its_digest_is_kept_and_of_a_revoked_one_not_even_that(desk: Desk):
    token, _ = add_token(desk, "CMS", ["read"], now=NOW)
    assert next(iter(desk.db.execute("SELECT digest FROM tokens")))[0] == sha256(token.encode())

    revoke_token(desk, "CMS", now=NOW)

    assert next(iter(desk.db.execute("SELECT digest FROM tokens")))[0] == ""
    assert find_token(desk, token) is None
    assert not any_token(desk)


def test_a_slip_of_the_hand_isnt_looked_up(desk: Desk):
    token, _ = add_token(desk, "CMS", ["read"], now=NOW)

    assert is_well_formed(token)
    wrong = token[:20] + ("0" if token[20] != "0" else "1") + token[21:]
    for other in (wrong, token[:-1], token + "0", token.upper(), "", f" {token}", token + "\n", "tamizdat_" + "0" * 72):
        assert not is_well_formed(other)
        assert find_token(desk, other) is None


def test_a_token_holds_until_its_day_and_not_a_second_longer(desk: Desk):
    token, _ = add_token(desk, "CMS", ["import", "publish"], now=NOW, days=2)
    found = find_token(desk, token)

    assert found is not None
    assert found.may == ["import", "publish"]
    assert found.standing(NOW + 2 * DAY - 1) == "valid"
    assert found.standing(NOW + 2 * DAY) == "expired"


def test_its_last_day_of_use_is_kept_and_nothing_finer(desk: Desk):
    token, _ = add_token(desk, "CMS", ["read"], now=NOW)
    found = find_token(desk, token)
    assert found is not None

    note_use(desk, found, now=NOW + 5)

    assert [one.used for one in list_tokens(desk)] == [time.strftime("%Y-%m-%d", time.gmtime(NOW))]


def test_a_name_is_free_again_once_its_token_is_revoked(desk: Desk):
    add_token(desk, "CMS", ["read"], now=NOW)
    with pytest.raises(UsageError):
        add_token(desk, "CMS", ["read"], now=NOW)
    revoke_token(desk, "CMS", now=NOW)
    with pytest.raises(NoSuchToken):
        revoke_token(desk, "CMS", now=NOW)

    add_token(desk, "CMS", ["write"], now=NOW)

    assert [one.standing(NOW) for one in list_tokens(desk)] == ["revoked", "valid"]


@pytest.mark.parametrize("name", ["", " ", "-x", "a\nb", "x" * 65, "\u202e", "a\x1b[31m"])
def test_a_name_that_would_confuse_the_log_is_refused(desk: Desk, name: str):
    with pytest.raises(UsageError):
        add_token(desk, name, ["read"], now=NOW)


def test_nobody_else_on_the_machine_may_read_the_file(desk: Desk):
    assert stat.S_IMODE((desk.folder / "desk.db").stat().st_mode) == 0o600


def test_tokens_are_made_and_revoked_while_an_import_holds_the_newsroom(desk: Desk):
    with sqlite3.connect(desk.folder / "newsroom.db", isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        add_token(desk, "CMS", ["read"], now=NOW)
        revoke_token(desk, "CMS", now=NOW)
        db.execute("ROLLBACK")


def test_the_commands_show_a_token_once_and_log_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = str(tmp_path / "newsroom")
    make_newsroom(tmp_path / "newsroom").close()

    code, out, _ = told(capsys, "tokens", "add", folder, "--name", "CMS", "--may", "import,publish", "--days", "30")
    [token] = re.findall(r"tamizdat_[0-9a-f]{72}", out)
    assert code == 0
    assert "import, publish" in out

    code, out, _ = told(capsys, "tokens", "list", folder)
    assert (code, token in out) == (0, False)
    assert out.startswith("CMS: import, publish; valid, until ")
    _, out, _ = told(capsys, "tokens", "list", folder, "--json")
    [kept] = json.loads(out)["tokens"]
    assert (kept["name"], kept["standing"], kept["used"]) == ("CMS", "valid", None)

    assert told(capsys, "tokens", "revoke", folder, "CMS")[0] == 0
    assert told(capsys, "tokens", "revoke", folder, "CMS")[0] == 47
    with Desk.open(tmp_path / "newsroom") as desk:
        log = [tuple(row) for row in desk.db.execute("SELECT who, action, subject FROM log")]
    assert log == [("", "token added", "CMS"), ("", "token revoked", "CMS")]


@pytest.mark.parametrize(
    "words",
    [
        ["--may", ""],
        ["--may", "read,everything"],
        ["--may", "read", "--days", "0"],
        ["--may", "read", "--days", "9999"],
    ],
)
def test_a_token_that_makes_no_sense_is_a_mistake_of_use(tmp_path: Path, capsys: pytest.CaptureFixture[str], words):
    make_newsroom(tmp_path / "newsroom").close()

    assert told(capsys, "tokens", "add", str(tmp_path / "newsroom"), "--name", "CMS", *words)[0] == 2
    assert told(capsys, "tokens", "list", str(tmp_path))[0] == 40


def test_a_pull_goes_through_all_that_tamizdat_toml_names_and_one_that_fails_keeps_no_other_from_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "newsroom"
    make_newsroom(folder, editions=("en",)).close()
    (folder / "articles").mkdir()
    (folder / "articles" / "one.md").write_text("---\ntitle: One\ndate: 2026-01-01\nlang: en\n---\nWords.\n")
    with (folder / "tamizdat.toml").open("a") as toml:
        toml.write("\n[imports.gone]\nkind = 'markdown'\nsource = 'gone'\n")
        toml.write("\n[imports.site]\nkind = 'markdown'\nsource = 'articles'\n")

    code, out, _ = told(capsys, "pull", str(folder), "--publish", "--json")

    document = json.loads(out)
    assert code == 45
    assert document["imports"]["gone"]["error"]["code"] == "unreadable-source"
    assert document["imports"]["site"]["added"] == 1
    assert document["publish"]["version"] == 1
    assert told(capsys, "pull", str(folder), "site")[0] == 0
    assert told(capsys, "pull", str(folder), "other")[0] == 48
    assert told(capsys, "publish", str(folder))[1].startswith("nothing changed")
