"""A source can't keep a server busy: a megabyte made against a parser takes it about as long as any other megabyte.

Nothing here looks at a clock. What took the square of its length took hours for these texts.
"""

import sys
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from importing import NOW
from placing import Somewhere
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Options
from tamizdat_server.importers.blocks.html import read_html
from tamizdat_server.importers.feed.entries import EntryReader
from tamizdat_server.importers.feed.parts import NotAFeed
from tamizdat_server.importers.feed.reading import read_feed
from tamizdat_server.importers.items import Refused, Warnings
from tamizdat_server.importers.markdown import rendering
from tamizdat_server.importers.markdown.shortcodes import resolve_shortcodes
from tamizdat_server.importers.text import without_addresses, words
from tamizdat_server.importers.webpage.reading import read_page
from tamizdat_server.importers.wordpress.bodies import to_html
from tamizdat_server.importers.wordpress.posts import Post
from tamizdat_server.importers.wordpress.site import RestSite

SIZE = 1_000_000
SITE = RestSite("https://example.org/", "https://example.org/wp-json/")


def filled(piece: str, size: int = SIZE) -> str:
    return piece * (size // len(piece))


@pytest.mark.parametrize(
    "piece", ["<!--", "<a", "<a ", "<a b=", "</", "&", "&#", "<", "a", "-", "a@", "a@b.", "%", ".a"]
)
@pytest.mark.parametrize("begin", ["", "<a b="])
@pytest.mark.parametrize("read", [words, without_addresses])
def test_a_field_of_a_million_characters_is_read_at_once(read: Callable[[str], str], begin: str, piece: str) -> None:
    assert len(read(begin + filled(piece))) <= SIZE + 10
    assert len(read(begin + filled(" "))) <= SIZE + 10


def test_what_looks_like_a_field_of_many_words_is_read_as_ever() -> None:
    assert words('a<!-- b --> <br/><b>c</b> <a href="x">d</a> 3 < 4 <!-- e') == "a c d 3 < 4 <!-- e"
    assert without_addresses("Ann <a.b+c@d-e.example.org>") == "Ann"
    assert without_addresses("a@b@c.example") == "a@"


def test_the_values_of_a_block_are_searched_for_words_at_once() -> None:
    post = Post(id=1, content=f'<!-- wp:a/b {{"a": "{filled("a")}"}} /-->')
    assert "aaa" not in to_html(post, SITE, Warnings())


@pytest.mark.parametrize("entry", ["item", "entry"])
def test_entries_within_entries_are_no_feed(entry: str) -> None:
    begin = "<rss><channel>" if entry == "item" else '<feed xmlns="http://www.w3.org/2005/Atom">'
    nested = f"<{entry}>" * 300
    with pytest.raises(NotAFeed, match="within entries"):
        read_feed(f"{begin}{nested}{filled('<a/>b', 100_000)}".encode())
    assert len(read_feed(f"{begin}{nested}".encode()).entries) == 300


def test_an_entry_of_a_feed_is_read_at_once(tmp_path: Path) -> None:
    options = Options(store=Pictures(tmp_path), now=NOW, editions=["en"], pictures="none", date=NOW)
    text, name = escape(filled("<!--", 300_000)), escape(filled("a"))
    feed = f"<rss><channel><item><title>{text}</title><author>{name}</author><description>{text}</description>"
    document = read_feed(f"{feed}<guid>https://e.example/a</guid></item></channel></rss>".encode())
    assert [*EntryReader(options).items(document, address="https://e.example/")]


@pytest.mark.parametrize("piece", ["[", "<", "((", "<!--", "a "])
def test_an_author_of_a_million_characters_is_read_at_once(piece: str) -> None:
    author = f'<meta name="author" content="{escape(filled(piece))}">'
    many = '<meta name="author" content="A B">' * 5_000
    page = f"<html><head><title>x</title>{author}{many}</head><body><article><h1>x</h1><p>{'word ' * 50}</p></article>"
    assert read_page(page.encode(), address="https://e.example/").html


@pytest.mark.parametrize(
    "piece",
    [
        "{{< x ",
        "{{% x ",
        "{% x ",
        "{% comment %}",
        "{{< comment >}}",
        "{{/*",
        "{::comment}",
        "{# ",
        "{% highlight a %}",
    ],
)
def test_shortcodes_that_never_end_are_passed_at_once(piece: str) -> None:
    assert len(resolve_shortcodes(filled(piece), Warnings())) <= SIZE


@pytest.mark.parametrize("piece", ["![", "[", "^[", "[a](", "**a ", "*_", "<a ", "`a``", "> ", "- ", "|a"])
def test_a_mark_that_is_never_closed_costs_a_few_steps(piece: str) -> None:
    """Calls of functions, a character: of brackets, the square of their number or a thousand would be too many."""
    steps = 0

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal steps
        steps += event == "call"

    rendering.to_html("Markdown's parser is made at its first use.", Warnings())
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        rendering.to_html(filled(piece, 3_000), Warnings())
    finally:
        sys.setprofile(before)
    assert steps < 150 * 3_000


def test_links_to_one_place_full_of_links_are_followed_at_once() -> None:
    links = filled('<a href="#x" id="r">1</a>', 300_000)
    assert len(read_html(f'{links}<p id="x">{links}', Somewhere()).body) == 2


@pytest.mark.parametrize("begin", ["<!-- -->", "<!---->", "<?xml?>", " ", "<!--"])
def test_what_stands_before_a_page_is_passed_at_once(begin: str) -> None:
    with pytest.raises(Refused):
        read_page(filled(begin, 100_000).encode(), address="https://e.example/")
