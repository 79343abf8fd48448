"""`tamizdat sync` from the command line: what it reports, and how it fails."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Ferry
from tamizdat import Library
from tamizdat.cli import app

REPORT = {"publication", "from", "to", "fresh", "editions", "articles", "bytes", "requests", "mirror", "seconds"}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "library.db"


@pytest.fixture
def sync(path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `tamizdat sync` with a library that isn't there yet: exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        code = app.run(["sync", "--library", str(path), *words])
        return (code, *capsys.readouterr())

    return run


def test_sync_reports_what_it_did(sync: Run, ferry: Ferry, path: Path):
    code, out, err = sync(ferry.address, "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert set(report) >= REPORT
    assert (report["from"], report["to"], report["fresh"], report["articles"]) == (0, 4, "fresh", 12)
    assert set(report["editions"]) == {"en", "kk", "ru"}
    with Library.open(path) as library:
        assert len(library.articles()) == 12


def test_the_second_time_no_address_is_needed_and_nothing_is_new(sync: Run, ferry: Ferry):
    assert sync(ferry.address)[0] == 0
    code, out, _ = sync()
    assert code == 0
    assert "The Ferry: nothing new, version 4, fresh" in out
    code, out, _ = sync("--json")
    assert (code, json.loads(out)["articles"]) == (0, 0)


def test_a_dry_run_shows_the_plan_and_fetches_nothing(sync: Run, ferry: Ferry, path: Path):
    code, out, _ = sync(ferry.address, "--dry-run")
    assert code == 0
    assert "would be fetched" in out
    assert "bundles/" in out
    with Library.open(path) as library:
        assert library.articles() == []
        assert library.publications() == []
    code, out, _ = sync(ferry.address, "--dry-run", "--json")
    assert json.loads(out)["planned"]


def test_choices_are_remembered(sync: Run, ferry: Ferry, path: Path):
    assert sync(ferry.address, "--editions", "ru,kk", "--media", "previews", "--keep", "9999d")[0] == 0
    assert sync()[0] == 0
    with Library.open(path) as library:
        (known,) = library.publications()
        assert {article.edition for article in library.articles()} == {"ru", "kk"}
        assert (known.choice.editions, known.choice.media, known.choice.keep_days) == (("kk", "ru"), "previews", 9999)


def test_all_editions_can_be_chosen_again(sync: Run, ferry: Ferry, path: Path):
    assert sync(ferry.address, "--editions", "kk")[0] == 0
    assert sync("--editions", "all")[0] == 0
    with Library.open(path) as library:
        assert {article.edition for article in library.articles()} == {"en", "ru", "kk"}


def test_first_contact_without_a_terminal_is_a_usage_error_that_shows_the_fingerprint(
    sync: Run, ferry: Ferry, path: Path
):
    public = str(ferry.newsroom / "public")
    code, out, err = sync(public)
    assert (code, out) == (2, "")
    assert ferry.fingerprint in err
    assert "--trust-first-use" in err
    code, out, _ = sync(public, "--json")
    assert json.loads(out)["error"]["fingerprint"] == ferry.fingerprint
    with Library.open(path) as library:
        assert library.publications() == []
    assert sync(public, "--trust-first-use")[0] == 0


def test_the_wrong_fingerprint_is_refused(sync: Run, ferry: Ferry):
    wrong = "1." + "a" * 52
    code, _, err = sync(f"{ferry.newsroom / 'public'}#{wrong}")
    assert code == 24
    assert ferry.fingerprint in err or "fingerprint" in err


@pytest.mark.parametrize(
    "words",
    [
        ["ftp://host/#1.x"],
        ["#"],
        ["https://host/#1.short"],
        ["DIR", "--keep", "some"],
        ["DIR", "--max-bytes", "lots"],
        ["DIR", "--editions", "tlh"],
        ["DIR", "--media", "videos"],
        [],
    ],
    ids=lambda words: " ".join(words) or "nothing known",
)
def test_garbage_is_a_usage_error_in_one_line(sync: Run, ferry: Ferry, words: list[str]):
    code, out, err = sync(*[word.replace("DIR", ferry.address) for word in words])
    assert (code, out) == (2, "")
    assert err.startswith("tamizdat: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("place", ["http://127.0.0.1:9/", "/no/such/folder", "https://no-such-host.invalid/"])
def test_nothing_reachable_is_exit_code_3(sync: Run, ferry: Ferry, place: str):
    code, out, err = sync(f"{place}#{ferry.fingerprint}")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1


def test_a_byte_cap_stops_early_and_the_next_sync_goes_on(sync: Run, ferry: Ferry, path: Path):
    code, _, err = sync(ferry.address, "--max-bytes", "25kB")
    assert code == 5
    assert "run it again" in err
    assert sync(ferry.address)[0] == 0
    with Library.open(path) as library:
        assert len(library.articles()) == 12


def test_a_pack_with_holes_says_what_it_lacks_and_is_incomplete(sync: Run, ferry: Ferry):
    head = ferry.newsroom / "public" / "head.tar.zst"
    code, out, err = sync(f"{head}#{ferry.fingerprint}")
    assert (code, err) == (5, "")
    assert "not in the pack: lists/" in out
    code, out, _ = sync(f"{head}#{ferry.fingerprint}", "--json")
    assert code == 5
    assert json.loads(out)["missing"]


def test_a_damaged_copy_is_refused_with_a_trust_code(sync: Run, ferry: Ferry, tmp_path: Path, path: Path):
    copy = Path(shutil.copytree(ferry.newsroom / "public", tmp_path / "copy"))
    for file in [*copy.glob("bundles/*"), *copy.glob("head*.zst")]:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    code, out, err = sync(f"{copy}#{ferry.fingerprint}")
    assert (code, out) == (23, "")
    assert err.count("\n") == 1
    with Library.open(path) as library:
        assert library.articles() == []


def test_a_second_sync_at_the_same_time_is_told_at_once(sync: Run, ferry: Ferry, path: Path):
    with Library.open(path) as library, library.lock():
        code, _, err = sync(ferry.address)
    assert code == 31
    assert "another sync" in err


def test_several_publications_are_synced_one_after_the_other_and_one_failure_doesn_t_stop_the_rest(
    sync: Run, ferry: Ferry, tmp_path: Path, clock, path: Path
):
    from tamizdat_server.newsroom import Newsroom

    other = tmp_path / "other"
    with Newsroom.init(other, title="Other", editions=["en"], passphrase=None, now=clock.now) as newsroom:
        fingerprint = newsroom.fingerprint
    moved = Path(shutil.copytree(ferry.newsroom / "public", tmp_path / "moved"))
    _publish_something(other)
    assert sync(f"{other / 'public'}#{fingerprint}")[0] == 0
    assert sync(f"{moved}#{ferry.fingerprint}")[0] == 0
    shutil.rmtree(moved)
    code, out, err = sync("--json")
    assert (code, err) == (3, "")
    told = json.loads(out)["syncs"]
    assert [one.get("title", one.get("error", {}).get("code")) for one in told] in (
        ["Other", "unreachable"],
        ["Other", "nothing-reachable"],
    )
    code, out, err = sync()
    assert code == 3
    assert "Other: nothing new" in out


def _publish_something(folder: Path) -> None:
    import time

    from tamizdat.format.article import Paragraph
    from tamizdat_server.draft import Draft
    from tamizdat_server.newsroom import Newsroom
    from tamizdat_server.publish import publish

    with Newsroom.open(folder) as newsroom:
        draft = Draft(key="a", edition="en", title="A", body=[Paragraph(text=["words"])])
        newsroom.put(draft, source="a", at="2026-11-01T00:00:00Z")
        publish(newsroom, now=int(time.time()))
