"""A folder of Markdown becomes a newsroom's articles, each under the key that its path tells, and twice is once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from importing import DATED, NOW, read, write
from tamizdat.errors import UnreadableSource
from tamizdat_server.images import Pictures
from tamizdat_server.importers import (
    Imported,
    Item,
    Options,
    Report,
    Skipped,
    Source,
    open_markdown,
    read_markdown,
    run,
)
from tamizdat_server.importers.text import key_of
from tamizdat_server.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom.init(tmp_path / "newsroom", title="T", editions=["en"], passphrase=None, now=1_800_000_000)


def take(newsroom: Newsroom, folder: Path, *, dry_run: bool = False) -> Report:
    options = Options(store=Pictures(newsroom.media), now=NOW, editions=["en"])
    return run(newsroom, open_markdown(str(folder), options), now=NOW, dry_run=dry_run)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.revised, report.unchanged, len(report.skipped)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("a", "a"), ("2024/05/a b", "2024/05/a-b"), ("Новости/Жаңа күн", "Новости/Жаңа-күн"), ("e\u0301", "é"),
        (" a /b ", "a/b"), ("a\u00a0\u2003b", "a-b"), ("a\\b", "a-b"), ("a\u202eb\x07", "ab"), ("  ", "article"),
        ("../a/./b/..", "a/b"), ("..", "article"), ("a.b/…", "a.b/…"),
    ],
)  # fmt: skip
def test_a_key_is_the_path_made_fit(path: str, key: str) -> None:
    assert key_of(path) == key


def test_a_long_path_keeps_a_key_of_its_own() -> None:
    keys = {key_of("a/" * 50 + "x" * length) for length in range(150, 160)}
    assert len(keys) == 10
    assert all(len(key) <= 200 for key in keys)


def test_keys_are_relative_to_the_folder_given_and_without_extension(tmp_path: Path) -> None:
    items = read(tmp_path, {"content/news/a b.md": DATED, "c.markdown": DATED, "d.ru.md": DATED}, editions=["en", "ru"])
    assert {item.draft.key for item in items.values() if isinstance(item, Imported)} == {
        "content/news/a-b",
        "c",
        "d.ru",
    }


def test_two_files_of_one_key_are_not_mixed_up(tmp_path: Path) -> None:
    items = read(tmp_path, {"a b.md": DATED, "a-b.md": DATED})
    assert isinstance(items["a-b.md"], Imported)
    skipped = items["a b.md"]
    assert isinstance(skipped, Skipped)
    assert "'a-b'" in skipped.reason


def test_what_is_hidden_linked_or_no_markdown_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text(DATED)
    write(tmp_path / "source", {".git/a.md": DATED, ".a.md": DATED, "b.txt": DATED, "c.md": DATED})
    (tmp_path / "source" / "out.md").symlink_to(tmp_path / "outside.md")
    (tmp_path / "source" / "up").symlink_to(tmp_path)
    items = read(tmp_path, {})
    assert {source: type(item) for source, item in items.items()} == {"c.md": Imported, "out.md": Skipped}


def test_a_folder_that_is_none_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="nowhere"):
        list(read_markdown(tmp_path / "nowhere", Options(store=Pictures(tmp_path), now=NOW)))


def test_importing_twice_changes_nothing(tmp_path: Path, newsroom: Newsroom) -> None:
    folder = write(tmp_path / "source", {"a.md": DATED + "One\n", "b.md": DATED + "Two\n", "c.md": "Undated\n"})
    assert counts(take(newsroom, folder)) == (2, 0, 0, 1)
    before = [tuple(row) for row in newsroom.db.execute("SELECT * FROM articles ORDER BY key")]
    assert counts(take(newsroom, folder)) == (0, 0, 2, 1)
    assert [tuple(row) for row in newsroom.db.execute("SELECT * FROM articles ORDER BY key")] == before


def test_a_changed_file_is_a_revision(tmp_path: Path, newsroom: Newsroom) -> None:
    folder = write(tmp_path / "source", {"a.md": DATED + "One\n", "b.md": DATED + "Two\n"})
    take(newsroom, folder)
    write(folder, {"a.md": DATED + "One more\n"})
    assert counts(take(newsroom, folder)) == (0, 1, 1, 0)


def test_a_dry_run_reports_the_same_and_leaves_nothing(tmp_path: Path, newsroom: Newsroom) -> None:
    folder = write(tmp_path / "source", {"a.md": DATED + "One\n"})
    report = take(newsroom, folder, dry_run=True)
    assert (report.dry_run, report.added) == (True, 1)
    assert list(newsroom.standing_sources()) == []
    assert take(newsroom, folder).added == 1


def test_a_failure_midway_imports_nothing_of_a_history(tmp_path: Path, newsroom: Newsroom) -> None:
    folder = write(tmp_path / "source", {"a.md": DATED + "One\n"})
    items = read_markdown(folder, Options(store=Pictures(newsroom.media), now=NOW, editions=["en"]))

    def failing() -> Iterator[Item]:
        yield from items
        raise UnreadableSource(source="x", reason="gone")

    with pytest.raises(UnreadableSource):
        run(newsroom, Source("markdown x", failing(), history=True), now=NOW)
    assert list(newsroom.standing_sources()) == []


def test_warnings_are_counted_and_name_the_first(tmp_path: Path, newsroom: Newsroom) -> None:
    folder = write(tmp_path / "source", {f"{name}.md": DATED + "[x](y.md) [z](ftp://example.org/)\n" for name in "abc"})
    report = take(newsroom, folder)
    assert [(warned.warning, warned.articles, warned.first) for warned in report.warnings] == [
        ("links that are neither http, https nor mailto became text", 3, "a.md"),
        ("relative links became text", 3, "a.md"),
    ]


def test_a_retraction_by_an_editor_survives_the_next_import(tmp_path: Path, newsroom: Newsroom) -> None:
    folder = write(tmp_path / "source", {"a.md": DATED + "One\n"})
    take(newsroom, folder)
    newsroom.retract("a", at=NOW, hold=True)
    write(folder, {"a.md": DATED + "One more\n"})
    take(newsroom, folder)
    assert list(newsroom.standing_sources()) == []
