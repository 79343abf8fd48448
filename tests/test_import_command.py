"""`tamizdat import` says what it did, and why it left something out."""

import os
import pty
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from click import Choice
from click.testing import CliRunner, Result

from importing import DATED, Repo, picture, write
from tamizdat.errors import NotANewsroom, UnreadableSource, UsageError
from tamizdat_server.cli.imports import import_
from tamizdat_server.importers.kinds import KINDS
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
    assert "kept private c.md: a draft" in result.stderr
    assert "warning: relative links became text (1 article: a.md)" in result.stderr


def test_what_is_skipped_is_told_by_its_reason_what_is_kept_private_first(tmp_path: Path, newsroom: Path) -> None:
    draft = DATED.replace("---\ntitle", "---\ndraft: true\ntitle")
    files = {f"{number}.md": "No date\n" for number in range(30)} | {"x.md": draft, "y.md": draft}
    source = write(tmp_path / "source", files)
    told = call("markdown", source, "--to", newsroom).stderr
    assert told.splitlines() == [
        "kept private 2: a draft (such as x.md)",
        "skipped 30: it has no date; --date gives one to all such articles (such as 0.md)",
        "--json names each of them, --report FILE writes a page for the browser",
    ]
    report = msgspec.json.decode(call("markdown", source, "--to", newsroom, "--json").stdout)
    assert {skipped["source"] for skipped in report["skipped"]} == {*files}


def test_json_is_one_document(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": "Text\n"})
    report = msgspec.json.decode(call("markdown", source, "--to", newsroom, "--json", "--date", "2024-05-01").stdout)
    assert {name: report[name] for name in ("dry_run", "added", "revised", "unchanged", "removed", "skipped")} == {
        "dry_run": False, "added": 1, "revised": 0, "unchanged": 0, "removed": 0, "skipped": [],
    }  # fmt: skip


def everything(newsroom: Path) -> dict[str, bytes]:
    """Every file of a newsroom, and every row of its database."""
    with Newsroom.open(newsroom) as opened:
        tables = [name for (name,) in opened.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: repr([tuple(row) for row in opened.db.execute(f"SELECT * FROM {name}")]) for name in tables}
    paths = [path for path in newsroom.rglob("*") if not path.name.startswith(("newsroom.db", "lock"))]
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in paths} | {
        name: told.encode() for name, told in rows.items()
    }


@pytest.mark.parametrize("before", [False, True])
def test_a_dry_run_leaves_no_row_and_no_file(tmp_path: Path, newsroom: Path, before: bool) -> None:
    source = write(tmp_path / "source", {"a.md": DATED + "![x](p.png)\n", "p.png": picture()})
    if before:
        call("markdown", source, "--to", newsroom)
        write(source, {"b.md": DATED + "![x](q.png) ![x](p.png)\n", "q.png": picture(3, 3)})
    held = everything(newsroom)
    result = call("markdown", source, "--to", newsroom, "--dry-run")
    assert f"would be 1 added, 0 revised, {int(before)} unchanged" in result.stdout
    assert everything(newsroom) == held
    assert "1 added" in call("markdown", source, "--to", newsroom).stdout


def test_what_is_held_is_said_loudly_and_confirmed_by_the_same_command(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": DATED, "b.md": DATED})
    call("markdown", source, "--to", newsroom)
    (source / "b.md").unlink()
    result = call("markdown", source, "--to", newsroom)
    assert result.exit_code == 0
    assert "held b (en): its source has it no more" in result.stderr
    assert "1 ARTICLE IS GONE FROM THE SOURCE AND STILL STANDS" in result.stderr
    assert "--confirm" in result.stderr
    held = msgspec.json.decode(call("markdown", source, "--to", newsroom, "--json").stdout)["held"]
    assert held == [{"source": "b.md", "key": "b", "edition": "en", "reason": "its source has it no more"}]
    assert "1 removed" in call("markdown", source, "--to", newsroom, "--confirm").stdout


def test_a_correction_that_reaches_no_article_is_said(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": DATED + "One\n"})
    call("markdown", source, "--to", newsroom)
    write(source, {"a.md": DATED + "Two\n"})
    result = call("markdown", source, "--to", newsroom, "--correction", "It was two.")
    assert "1 revised" in result.stdout
    assert "the correction was added to none" in result.stderr


def test_pictures_without_alt_text_are_asked_about(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": DATED + "![](p.png)\n", "p.png": picture()})
    assert (
        "1 picture has no alt text: please describe it (1 article: a.md)"
        in call("markdown", source, "--to", newsroom).stderr
    )


def test_the_command_knows_every_kind(tmp_path: Path, newsroom: Path) -> None:
    kind = next(parameter for parameter in import_.params if parameter.name == "kind")
    assert isinstance(kind.type, Choice)
    assert [*kind.type.choices] == [*KINDS]
    for name in KINDS:
        result = call(name, tmp_path / "nowhere", "--to", newsroom)
        assert isinstance(result.exception, UnreadableSource), (name, result.output)


def test_a_time_zone_that_there_is_not_is_a_usage_error(tmp_path: Path, newsroom: Path) -> None:
    for words in ([], ["--date", "2024-05-01"]):
        result = call("markdown", tmp_path, "--to", newsroom, "--zone", "Mars", *words)
        assert isinstance(result.exception, UsageError), result.output


def test_several_sources_at_once_are_a_usage_error_where_a_kind_takes_one(tmp_path: Path, newsroom: Path) -> None:
    assert isinstance(call("markdown", tmp_path, tmp_path, "--to", newsroom).exception, UsageError)


def test_words_of_another_kind_are_usage_errors(tmp_path: Path, newsroom: Path) -> None:
    for words in (["feed", "x", "--git"], ["markdown", tmp_path, "--pages"], ["wordpress", "x", "--fetch"]):
        assert call(*words, "--to", newsroom).exit_code == 2


def test_what_a_source_is_called_does_not_reach_the_terminals_controls(tmp_path: Path, newsroom: Path) -> None:
    draft = DATED.replace("---\ntitle", "---\ndraft: true\ntitle")
    files = {"a\x1b[31m\nb.md": "No date\n", "\u202ec.md": "No date\n", f"{'d' * 240}/{'e' * 240}.md": draft}
    said = call("markdown", write(tmp_path / "source", files), "--to", newsroom).stderr
    assert "(such as a[31m b.md)" in said
    assert not {"\x1b", "\u202e"} & set(said)
    assert max(map(len, said.splitlines())) == 400


def test_a_terminal_sees_how_the_import_goes_on(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {f"{number}.md": DATED for number in range(120)})
    words = ["-m", "tamizdat", "import", "markdown", str(source), "--to", str(newsroom)]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, *words])
    said = b""
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            said += part
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"importing" in said
    assert b"120 added" in said


def test_a_history_is_gone_on_with_where_it_was_left(tmp_path: Path, newsroom: Path) -> None:
    repo = Repo(tmp_path / "repo")
    first = repo.commit({"a.md": DATED + "One\n"})
    repo.commit({"a.md": DATED + "Two\n", "b.md": DATED})
    repo.commit({"b.md": None})
    assert "1 added, 0 revised" in call("markdown", repo.folder, "--to", newsroom, "--git", "--until", first).stdout
    assert (
        "1 added, 1 revised, 0 unchanged, 1 removed" in call("markdown", repo.folder, "--to", newsroom, "--git").stdout
    )
    again = call("markdown", repo.folder, "--to", newsroom, "--git")
    assert "0 added, 0 revised, 0 unchanged, 0 removed" in again.stdout
    assert "nothing new was found there" in again.stderr


def test_the_sites_address_is_taken_from_the_settings(tmp_path: Path, newsroom: Path) -> None:
    settings = newsroom / "tamizdat.toml"
    settings.write_text('site = "https://example.org/"\n' + settings.read_text())
    source = write(tmp_path / "source", {"a.md": DATED + "[x](/y/)\n"})
    call("markdown", source, "--to", newsroom)
    with Newsroom.open(newsroom) as opened:
        assert b"https://example.org/y/" in opened.db.execute("SELECT draft FROM articles").fetchone()[0]


def test_zone_and_language_hold_for_files_that_say_neither(tmp_path: Path) -> None:
    place = tmp_path / "two"
    Newsroom.init(place, title="T", editions=["en", "ru"], passphrase=None, now=1_800_000_000).close()
    dated = "---\ntitle: T\ndate: 2024-05-01 03:00\n---\n12\n"
    files = {
        "a.md": dated,
        "en/b.md": dated,
        "c.md": dated.replace("03:00", "03:00Z"),
        "d.md": "---\ntitle: T\n---\n12\n",
    }
    source = write(tmp_path / "source", files)
    words = ("--zone", "Asia/Tashkent", "--language", "ru", "--date", "2024-05-02")
    assert call("markdown", source, "--to", place, *words).exit_code == 0
    with Newsroom.open(place) as opened:
        rows = opened.db.execute("SELECT source, edition, published FROM articles ORDER BY source").fetchall()
    assert [tuple(row) for row in rows] == [
        ("a.md", "ru", "2024-04-30T22:00:00Z"), ("c.md", "ru", "2024-05-01T03:00:00Z"),
        ("d.md", "ru", "2024-05-01T19:00:00Z"), ("en/b.md", "en", "2024-04-30T22:00:00Z"),
    ]  # fmt: skip


def test_wrong_words_are_usage_errors(tmp_path: Path, newsroom: Path) -> None:
    source = write(tmp_path / "source", {"a.md": DATED})
    for words in (["--until", "HEAD"], ["--date", "soon"], ["--pictures", "some"]):
        assert call("markdown", source, "--to", newsroom, *words).exit_code == 2
    assert call("papyrus", source, "--to", newsroom).exit_code == 2


def test_sources_and_newsrooms_that_are_none_are_typed_errors(tmp_path: Path, newsroom: Path) -> None:
    (tmp_path / "file").write_text("")
    assert isinstance(call("markdown", tmp_path / "nowhere", "--to", newsroom).exception, UnreadableSource)
    assert isinstance(call("markdown", tmp_path / "file", "--to", newsroom).exception, UnreadableSource)
    assert isinstance(call("markdown", tmp_path, "--to", tmp_path / "nowhere").exception, NotANewsroom)
