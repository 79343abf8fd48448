"""A damaged export: where what kept a text private may be what was lost, nothing of it is published."""

from pathlib import Path

import pytest

from tamizdat_server.importers import Imported, Skipped
from wxr import attachment, item, read_post, read_posts

SECRET = "Only members may read this."


@pytest.mark.parametrize(
    "text",
    [
        f"Open. [protec?ed]{SECRET}[/protected] Open.",
        f"[protected{SECRET}[/protected]",
        f"[protected]One.[/protected] {SECRET}[/protected]",
        f"[pmpro_restrict message=[closed]]{SECRET}[/pmpro_restrict]",
        f"Open. [edit?rial]{SECRET}[/editorial]",
        f"<!-- wp:pr?mium-content/container -->{SECRET}<!-- /wp:premium-content/container -->",
    ],
)
def test_a_part_for_members_that_lost_its_beginning_keeps_the_article_back(tmp_path: Path, text: str) -> None:
    found = read_posts(tmp_path, item(1, text), item(2, excerpt=text), item(3))
    assert [isinstance(one, Imported) for one in found.values()] == [False, False, True]
    told = found["1"]
    assert isinstance(told, Skipped)
    assert "never began" in told.reason
    assert not told.hidden


@pytest.mark.parametrize(
    "text",
    [
        f"Open. [protected][protected]{SECRET}[/protected][/protected] Open.",
        f"Open. [restrict][su_note]{SECRET}[/restrict][/su_note] Open.",
        "Open. Write [[/protected]] at its end. [/su_note] Open.",
        "Open. [pmpro_checkout] [private] Open. [/private]",
    ],
)
def test_parts_that_have_both_ends_cost_no_article(tmp_path: Path, text: str) -> None:
    assert SECRET not in str(read_post(tmp_path, text).draft)


def test_an_item_that_lost_its_password_is_kept_back_with_its_pictures(tmp_path: Path) -> None:
    damaged = item(1, "x", post_password="secret").replace(
        "<wp:post_password><![CDATA[secret]]></wp:post_password>\n", ""
    )
    assert "post_password" not in damaged
    found = read_posts(tmp_path, damaged, attachment(7, "a.jpg", parent=1), item(2, '[gallery ids="7"]'), item(3))
    told = found["1"]
    assert isinstance(told, Skipped)
    assert "wp:post_password" in told.reason
    shown = found["2"]
    assert isinstance(shown, Imported)
    assert "pictures of galleries aren't in the source: left out" in shown.warnings


def test_an_export_that_tells_of_no_passwords_at_all_is_read(tmp_path: Path) -> None:
    bare = "<wp:post_password><![CDATA[]]></wp:post_password>\n"
    found = read_posts(tmp_path, item(1).replace(bare, ""), item(2).replace(bare, ""))
    assert all(isinstance(one, Imported) for one in found.values())


def test_an_item_into_which_another_runs_within_a_date_or_a_title_is_kept_back(tmp_path: Path) -> None:
    private, public = item(1, SECRET, status="private"), item(2, "Open.")
    cut, on = private.index("06:00:00"), public.index("<wp:post_date_gmt>")
    merged = f"{private[:cut]}{public[on:]}"
    beheaded = f"<item><title><![CDATA[{SECRET}]]></ti![CDATA[> more]]></title>{item(3).partition('</title>')[2]}"
    found = read_posts(tmp_path, merged, beheaded, item(4))
    assert [isinstance(one, Imported) for one in found.values()] == [False, False, True]


@pytest.mark.parametrize("name", ["wp:status", "wp:post_password", "content:encoded"])
def test_an_item_with_elements_where_text_belongs_is_kept_back(tmp_path: Path, name: str) -> None:
    damaged = item(1, SECRET).replace(f"<{name}>", f"<{name}><b>private</b>")
    assert isinstance(read_posts(tmp_path, damaged, item(2))["https://example.kz/?p=1"], Skipped)
