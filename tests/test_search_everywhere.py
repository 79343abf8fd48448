"""The command, the read API and the archive's pages give the same hits in the same order."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import html

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

from conftest import Ferry
from hosting import until
from serving import Server, serving
from tamizdat.cli import app

QUERIES = [
    "bridge",
    "мост",
    "көпір",
    "the",
    "паром -мост",
    "tag:transport",
    '"the ferry"',
    "river",
    "автобусы",
    "before:2100",
]


@pytest.fixture(scope="module")
def server(ferry: Ferry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("everywhere") / "newsroom"
    shutil.copytree(ferry.newsroom, folder)
    with serving(folder) as server:
        until(lambda: {server.get(path).status_code for path in ("api/search?q=a", "data/search?q=a")} == {200})
        yield server


def by_command(library: Path, words: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert app.run(["search", "--library", str(library), "--json", "--", words]) == 0
    return [article["key"] for article in json.loads(capsys.readouterr().out)["articles"]]


def by_page(server: Server, words: str) -> list[str]:
    page = server.get(f"data/search?q={quote(words)}")
    assert page.status_code == 200
    links = html.fromstring(page.content).cssselect("article.story h3 a")
    return [link.get("href", "").partition("/article/")[2] for link in links]


@pytest.mark.parametrize("words", QUERIES)
def test_the_same_hits_in_the_same_order(ferry: Ferry, server: Server, capsys: pytest.CaptureFixture[str], words: str):
    told = by_command(ferry.library, words, capsys)
    answer = server.get(f"api/search?q={quote(words)}&limit=20").json()
    assert told
    assert [article["key"] for article in answer["articles"]] == told
    assert by_page(server, words) == told
