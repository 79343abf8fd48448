"""docs/importing.md tells the truth: its commands are typed from top to bottom, against a site that is there."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import CHECKOUT
from console import Console, typed
from tamizdat_server.demo import SAMPLE
from tamizdat_server.newsroom import Newsroom
from test_newsroom_document import repository
from walkthrough import ADDRESS, newspaper
from wpserver import WordPress
from wxr import export, item

TEXT = (CHECKOUT / "docs" / "importing.md").read_text(encoding="utf-8")
PAGE = "<!doctype html><html lang=en><title>A story</title><article><h1>A story</h1>" + 9 * (
    "<p>The ferry left the bank at nine, with two lorries and a bus on board, and came back with one of them.</p>"
)


@pytest.fixture
def site() -> Iterator[WordPress]:
    with newspaper() as wordpress:
        yield wordpress


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the document takes to be there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    Newsroom.init(tmp_path / "newsroom", title="The Ferry", editions=["en", "kk"], passphrase=None, now=0).close()
    shutil.copytree(SAMPLE / "1", tmp_path / "articles")
    for folder in ("undated", "uploads"):
        (tmp_path / folder).mkdir()
    (tmp_path / "undated" / "tide.md").write_text("---\ntitle: Tide\nlang: en\n---\nHigh water.\n", encoding="utf-8")
    (tmp_path / "saved.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "export.xml").write_text(
        export(item(7, "<p>Its words.</p>", title="From an export"), language="en"), encoding="utf-8"
    )
    repository(tmp_path / "repository")
    return tmp_path


def test_everything_can_be_typed_from_top_to_bottom(desk: Path, site: WordPress):
    console = Console(**{ADDRESS: site.url.rstrip("/"), "--to newsroom": "--to newsroom --allow-private"})
    for line in typed(TEXT):
        if "--correction" in line:
            bridge = desk / "articles" / "en" / "bridge.md"
            bridge.write_text(bridge.read_text("utf-8") + "\nIt opens at nine.\n", "utf-8")
        console.type(line)
    with Newsroom.open(desk / "newsroom") as newsroom:
        keys = {key for (key,) in newsroom.db.execute("SELECT key FROM articles WHERE retracted IS NULL")}
        assert newsroom.version == 1
    assert {"en/bridge", "tide", "old/kept"} <= keys
    assert "old/gone" not in keys
    assert len(keys) > 18
    assert (desk / "report.html").is_file()


def test_its_links_lead_somewhere():
    anchors = {path: headings(path) for path in ("", "newsroom.md")}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        path, _, anchor = target.partition("#")
        assert not path or (CHECKOUT / "docs" / path).exists(), target
        assert not anchor or anchor in anchors[path], target


def headings(path: str) -> set[str]:
    text = (CHECKOUT / "docs" / path).read_text("utf-8") if path else TEXT
    titles = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_option_of_import_is_explained():
    from tamizdat_server.cli.imports import import_

    options = {name for option in import_.params for name in option.opts if name.startswith("--")}
    assert {name for name in options if name not in TEXT} == set()
