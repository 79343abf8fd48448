"""`tamizdat import` says what it did, and why it left something out."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from importing import DATED, Repo, picture, write
from tamizdat.errors import NotANewsroom, UnreadableSource
from tamizdat_server.cli.imports import import_
from tamizdat_server.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Path:
    Newsroom.init(tmp_path / "newsroom", title="T", editions=["en"], passphrase=None, now=1_800_000_000).close()
    return tmp_path / "newsroom"


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(import_, [str(word) for word in words], catch_exceptions=True)


def test_the_report_names_what_was_skipped_and_why(tmp_path: Path, newsroom: Path) -> None:
    source = write(
        tmp_path / "source",
        {
            "a.md": DATED + "[x](y)\n",
            "b.md": "No date\n",
            "c.md": DATED.replace("---\ntitle", "---\ndraft: true\ntitle"),
        },
    )
    result = call("markdown", source, "--to", newsroom)
    assert result.exit_code == 0
    assert "1 added, 0 revised, 0 unchanged, 0 removed, 2 skipped" in result.stdout
    assert "skipped b.md: it has no date; --date gives one" in result.stderr
    assert "skipped c.md: a draft" in result.stderr
    assert "warning: relative links became text (1 article a.md)" in result.stderr


def test_json_is_one_document(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": "Text\n"})
    report = msgspec.json.decode(call("markdown", source, "--to", newsroom, "--json", "--date", "2024-05-01").stdout)
    assert {name: report[name] for name in ("dry_run", "added", "revised", "unchanged", "removed", "skipped")} == {
        "dry_run": False, "added": 1, "revised": 0, "unchanged": 0, "removed": 0, "skipped": [],
    }  # fmt: skip


def test_a_dry_run_leaves_no_file_behind(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": DATED + "![x](p.png)\n", "p.png": picture()})
    before = sorted(path for path in newsroom.rglob("*") if path.suffix not in (".db-wal", ".db-shm"))
    result = call("markdown", source, "--to", newsroom, "--dry-run")
    assert "would be 1 added" in result.stdout
    assert set(before) >= {path for path in newsroom.rglob("*") if path.parent == newsroom / "media"}
    with Newsroom.open(newsroom) as opened:
        assert list(opened.standing_sources()) == []


def test_a_history_is_gone_on_with_where_it_was_left(tmp_path: Path, newsroom: Path) -> None:
    repo = Repo(tmp_path / "repo")
    first = repo.commit({"a.md": DATED + "One\n"})
    repo.commit({"a.md": DATED + "Two\n", "b.md": DATED})
    repo.commit({"b.md": None})
    assert "1 added, 0 revised" in call("markdown", repo.folder, "--to", newsroom, "--git", "--until", first).stdout
    assert (
        "1 added, 1 revised, 0 unchanged, 1 removed" in call("markdown", repo.folder, "--to", newsroom, "--git").stdout
    )
    assert (
        "0 added, 0 revised, 0 unchanged, 0 removed" in call("markdown", repo.folder, "--to", newsroom, "--git").stdout
    )


def test_the_sites_address_is_taken_from_the_settings(tmp_path: Path, newsroom: Path) -> None:
    settings = newsroom / "tamizdat.toml"
    settings.write_text('site = "https://example.org/"\n' + settings.read_text())
    source = write(tmp_path / "source", {"a.md": DATED + "[x](/y/)\n"})
    call("markdown", source, "--to", newsroom)
    with Newsroom.open(newsroom) as opened:
        assert b"https://example.org/y/" in opened.db.execute("SELECT draft FROM articles").fetchone()[0]


def test_wrong_words_are_usage_errors(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": DATED})
    for words in (["--until", "HEAD"], ["--date", "soon"]):
        assert call("markdown", source, "--to", newsroom, *words).exit_code == 2
    assert call("papyrus", source, "--to", newsroom).exit_code == 2


def test_sources_and_newsrooms_that_are_none_are_typed_errors(tmp_path: Path, newsroom: Path) -> None:
    (tmp_path / "file").write_text("")
    assert isinstance(call("markdown", tmp_path / "nowhere", "--to", newsroom).exception, UnreadableSource)
    assert isinstance(call("markdown", tmp_path / "file", "--to", newsroom).exception, UnreadableSource)
    assert isinstance(call("markdown", tmp_path, "--to", tmp_path / "nowhere").exception, NotANewsroom)
