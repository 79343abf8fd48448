"""An export imported again: what stands, what is revised, and what leaves because its author took it back."""

from pathlib import Path
from typing import Any

import pytest

from newsrooms import publish_now
from publishing import Desk
from tamizdat_server.importers import Report, run
from tamizdat_server.importers.wordpress import open_wordpress
from tamizdat_server.newsroom import Newsroom
from wxr import NOW, export, item, options


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Desk(tmp_path / "desk", editions=("ru", "kk", "en")).newsroom


def take(newsroom: Newsroom, path: Path, *, confirm: bool = False) -> Report:
    return run(newsroom, open_wordpress(str(path), options(path.parent)), now=NOW, confirm=confirm)


def take_posts(newsroom: Newsroom, folder: Path, *items: str, confirm: bool = False) -> Report:
    path = folder / "export.xml"
    path.write_text(export(*items))
    return take(newsroom, path, confirm=confirm)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.revised, report.unchanged, report.removed


@pytest.mark.parametrize(
    ("name", "articles"),
    [
        ("wxr-hostile-synthetic/hostile.wxr.xml", 6), ("wxr-cclabs/cclabs.wxr.xml", 219),
        ("wxr-themeunittest/themeunittestdata.wordpress.xml", 55), ("wxr-themeunittest/64-block-test-data.xml", 61),
        ("wxr-themeunittest/theme-preview.xml", 7),
    ],
)  # fmt: skip
def test_the_second_import_of_an_export_changes_nothing(
    newsroom: Newsroom, corpora: Path, tmp_path: Path, name: str, articles: int
) -> None:
    assert counts(take(newsroom, corpora / name)) == (articles, 0, 0, 0)
    assert counts(take(newsroom, corpora / name)) == (0, 0, articles, 0)


def test_an_edit_is_a_revision_and_saving_without_one_is_none(newsroom: Newsroom, tmp_path: Path) -> None:
    take_posts(newsroom, tmp_path, item(1, "One."), item(2, "Two."))
    saved = item(1, "One.", post_modified_gmt="2024-05-01 00:00:00")
    edited = item(2, "Two, edited.", post_modified_gmt="2024-05-01 00:00:00")
    assert counts(take_posts(newsroom, tmp_path, saved, edited)) == (0, 1, 1, 0)


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"status": "trash"}, {"post_password": "letmein"}])
def test_a_post_that_its_author_took_back_leaves(newsroom: Newsroom, tmp_path: Path, hidden: dict[str, Any]) -> None:
    take_posts(newsroom, tmp_path, item(1), item(2))
    take_posts(newsroom, tmp_path, item(1, **hidden), item(2))
    assert [source for source, _ in newsroom.standing_sources()] == ["wordpress example.kz/ 2"]


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"post_password": "letmein"}])
def test_a_post_of_several_languages_that_its_author_took_back_leaves_in_each(
    newsroom: Newsroom, tmp_path: Path, hidden: dict[str, Any]
) -> None:
    text = "[:ru]По-русски.[:kk]Қазақша.[:]"
    assert take_posts(newsroom, tmp_path, item(1, text), item(2)).added == 3
    take_posts(newsroom, tmp_path, item(1, text, **hidden), item(2))
    assert [source for source, _ in newsroom.standing_sources()] == ["wordpress example.kz/ 2"]


def test_an_export_of_a_part_takes_nothing_else_away(newsroom: Newsroom, tmp_path: Path) -> None:
    take_posts(newsroom, tmp_path, item(1), item(2))
    take_posts(newsroom, tmp_path, item(2))
    assert len(dict(newsroom.standing_sources())) == 2


def test_a_damaged_item_takes_its_article_nowhere(newsroom: Newsroom, tmp_path: Path) -> None:
    take_posts(newsroom, tmp_path, item(1), item(2))
    report = take_posts(newsroom, tmp_path, item(1).replace("</title>", "</tytle>"), item(2))
    assert len(dict(newsroom.standing_sources())) == 2
    assert [skipped.reason for skipped in report.skipped] == ["its XML is damaged: mismatched tag"]


# -- in several languages ----------------------------------------------------------------------------------------------


def test_a_language_that_was_deleted_from_a_post_leaves_and_comes_back(newsroom: Newsroom, tmp_path: Path) -> None:
    both, one = "[:ru]По-русски.[:kk]Қазақша.[:]", "[:ru]По-русски.[:]"
    take_posts(newsroom, tmp_path, item(1, both), item(2))
    assert counts(take_posts(newsroom, tmp_path, item(1, one), item(2), confirm=True)) == (0, 0, 2, 1)
    assert [source.split()[2:] for source, _ in newsroom.standing_sources()] == [["1", "ru"], ["2"]]
    assert counts(take_posts(newsroom, tmp_path, item(1, "Всё по-русски."))) == (0, 1, 0, 0)
    assert take_posts(newsroom, tmp_path, item(1, both)).removed == 0
    assert len(dict(newsroom.standing_sources())) == 3


def test_many_languages_that_were_deleted_are_held(newsroom: Newsroom, tmp_path: Path) -> None:
    posts = range(1, 8)
    both, one = "[:ru]По-русски.[:kk]Қазақша.[:]", "[:ru]По-русски.[:]"
    take_posts(newsroom, tmp_path, *(item(number, both) for number in posts))
    publish_now(newsroom)
    report = take_posts(newsroom, tmp_path, *(item(number, one) for number in posts))
    assert (report.removed, {held.edition for held in report.held}) == (0, {"kk"})
    assert len(report.held) == 7
