"""`tamizdat pack` from the command line: what it takes for its words, what it tells, and how it fails."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Ferry
from publishing import Desk
from tamizdat.cli import app
from tamizdat.library import Library

REPORT = {"file", "publication", "title", "version", "fingerprint", "signed", "fresh", "editions", "files", "bytes"}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ferry: Ferry) -> Run:
    """Run a command in an empty folder, with a library of the sample's: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAMIZDAT_LIBRARY", str(ferry.library))

    def run(*words: object) -> tuple[int, str, str]:
        code = app.run([str(word) for word in words])
        return (code, *capsys.readouterr())

    return run


def test_without_a_source_it_is_ones_own_library(run: Run, ferry: Ferry):
    code, out, err = run("pack", "own.pack")
    assert code == 0
    assert err.startswith("packing ")
    assert err.endswith(" kB before compression\n")
    assert "The Ferry: version 4, fresh" in out
    assert "en: everything, 4 articles" in out
    assert ferry.fingerprint in out
    code, out, _ = run("sync", f"own.pack#{ferry.fingerprint}", "--library", "new.db")
    assert code == 0
    assert "12 articles new or changed" in out


def test_a_source_may_be_a_library_a_newsroom_a_tree_and_a_pack(run: Run, ferry: Ferry):
    shutil.copy(ferry.library, "copy.db")
    sources = {
        "library": "copy.db", "newsroom": ferry.newsroom, "tree": ferry.address, "pack": "tree.pack",
    }  # fmt: skip
    for name, source in sources.items():
        assert run("pack", source, f"{name}.pack")[0] == 0, name
    assert run("pack", "own.pack")[0] == 0
    files = {name: Path(f"{name}.pack").read_bytes() for name in [*sources, "own"]}
    assert files["library"] == files["own"]
    assert files["newsroom"] == files["tree"] == files["pack"] != files["own"]


def test_json_is_one_document(run: Run, ferry: Ferry):
    code, out, err = run("pack", "--json", "own.pack", "--edition", "ru", "--edition", "kk")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert set(report) >= REPORT
    assert set(report["editions"]) == {"ru", "kk"}
    assert report["bytes"] == Path("own.pack").stat().st_size
    code, out, _ = run("pack", "--json", "own.pack")
    assert (code, json.loads(out)["error"]["code"]) == (2, "pack-exists")


def test_force_puts_it_in_the_place_of_another_file(run: Run):
    Path("own.pack").write_bytes(b"mine")
    code, _, err = run("pack", "own.pack")
    assert (code, Path("own.pack").read_bytes()) == (2, b"mine")
    assert "--force" in err
    assert run("pack", "own.pack", "--force")[0] == 0
    assert Path("own.pack").stat().st_size > 1000


def test_too_large_for_a_messenger_is_refused_with_advice(run: Run):
    code, _, err = run("pack", "own.pack", "--max-bytes", "10kB")
    assert code == 5
    assert "--since" in err
    assert "--media none" in err
    assert not Path("own.pack").exists()
    assert run("pack", "own.pack", "--max-bytes", "10MB")[0] == 0


def test_news_since_a_version_say_what_they_are(run: Run, ferry: Ferry):
    code, out, _ = run("pack", ferry.newsroom, "news.pack", "--since", 3)
    assert code == 0
    assert "en: what came since version 3" in out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("pack", 2, "FILE"),
        ("pack a b c", 2, "say what to pack and where to"),
        ("pack own.pack --library nowhere.db", 34, "there is no such file"),
        ("pack nowhere own.pack", 3, "no such folder or pack"),
        ("pack own.pack --edition xx", 2, "no edition xx"),
        ("pack own.pack --publication Nobody", 2, "names 0 publications"),
        ("pack own.pack --since -1", 2, "since"),
        ("pack own.pack --max-bytes lots", 2, "say a number"),
        ("pack NEWSROOM own.pack --publication x", 2, "--publication is for libraries"),
        ("pack ftp://host/ own.pack", 2, "only https://"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_line(run: Run, ferry: Ferry, words: str, code: int, told: str):
    got, _, err = run(*(str(ferry.newsroom) if word == "NEWSROOM" else word for word in words.split()))
    assert got == code, err
    assert told in err
    assert "bug" not in err
    assert not Path("own.pack").exists()


def test_what_is_missing_is_said_and_decides_the_exit_code(run: Run, ferry: Ferry, tmp_path: Path):
    mirror = Path(shutil.copytree(ferry.newsroom / "public", tmp_path / "mirror"))
    for path in sorted((mirror / "media").glob("*.tar"))[:1]:
        path.unlink()
    code, out, _ = run("pack", mirror, "holes.pack")
    assert code == 5
    assert "not in the source: media/" in out


def test_a_library_that_keeps_only_the_newest_says_what_it_cannot_hand_on(run: Run, ferry: Ferry):
    assert run("sync", ferry.address, "--library", "some.db", "--keep", "3d")[0] == 0
    with Library.open(Path("some.db"), readonly=True) as library:
        held = library.articles()
        assert 0 < len(held) < 12
    code, out, _ = run("pack", "some.db", "some.pack")
    assert code == 5
    assert "held in part only" in out


def test_several_publications_are_told_apart(run: Run, ferry: Ferry, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.put("elsewhere")
    other.publish()
    shutil.copy(ferry.library, "two.db")
    assert run("sync", other.public, "--trust-first-use", "--library", "two.db")[0] in (0, 4)
    code, _, err = run("pack", "two.db", "own.pack")
    assert code == 2
    assert "--publication" in err
    assert run("pack", "two.db", "own.pack", "--publication", "The Ferry")[0] == 0
