"""Of real articles, printed as a site prints them, the words come back from the page, in order."""

import re
import subprocess
from difflib import SequenceMatcher
from html import escape, unescape
from pathlib import Path

import pytest

from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.rendering import to_html
from tamizdat_server.importers.webpage.reading import read_page

_front_matter = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)


@pytest.fixture(scope="module")
def articles(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Every fortieth article of a newsroom's folder: its title and its HTML."""
    folder = tmp_path_factory.mktemp("articles") / "repo"
    bundle = str(corpora / "digitalgov-news" / "history.bundle")
    subprocess.run(["git", "clone", "-q", "-b", "main", bundle, str(folder)], check=True)
    found: dict[str, tuple[str, str]] = {}
    for file in sorted(folder.rglob("*.md"))[::40]:
        if parts := _front_matter.match(file.read_text()):
            title = re.search(r"^title: (.*)$", parts[1], re.MULTILINE)
            # Shortcodes are another importer's matter.
            html = to_html(re.sub(r"\{\{.*?\}\}", "", parts[2]), Warnings())
            if title and len(_words(html)) > 60:
                found[file.name] = (title[1].strip("\"'"), html)
    return found


def test_the_words_of_an_article_come_back_from_its_page_in_order(articles: dict[str, tuple[str, str]]) -> None:
    kept, counted, worst = 0, 0, list[tuple[float, str]]()
    for name, (title, html) in articles.items():
        words = _words(html)
        found = _words(read_page(_page(title, html).encode(), address="https://paper.example/a").html)
        blocks = SequenceMatcher(None, words, found, autojunk=False).get_matching_blocks()
        same = sum(block.size for block in blocks)
        kept, counted = kept + same, counted + len(words)
        worst.append((same / len(words), name))
        assert len(found) - same <= 12 + len(_words(title)), (name, found[:40])
    print(f"{kept} of {counted} words of {len(articles)} articles ({kept / counted:.2%}); the worst:")
    print(*(f"{share:.1%} {name}" for share, name in sorted(worst)[:10]), sep="\n")
    assert len(articles) > 30
    # What is missing are lists of nothing but links at odd places, and boxes that call themselves testimonials.
    assert kept > 0.99 * counted


def _words(html: str) -> list[str]:
    return re.findall(r"\w+", unescape(re.sub(r"<[^<>]*>", " ", html)))


def _page(title: str, html: str) -> str:
    return (
        f"<!doctype html><html lang=en><head><title>{escape(title)} | The Paper</title></head><body><header><nav><ul>"
        f'<li><a href="/">Start</a></li><li><a href="/all">All news</a></li></ul></nav></header><main><article>'
        f'<h1>{escape(title)}</h1><div class="entry-content">{html}</div>'
        '<ul class="share"><li><a href="#">Share</a></li></ul></article>'
        '<aside><h3>Read on</h3><ul><li><a href="/x">Other news</a></li></ul></aside></main>'
        "<footer><p>The Paper, 1 Harbour Street</p></footer></body></html>"
    )
