"""Whatever stands within whatever: the words of HTML come out as blocks, all of them, once, and in their order."""

import tracemalloc
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import visible
from placing import read, warned
from tamizdat.format.article import Article, decode_record, encode_record
from tamizdat_server.draft import Draft
from tamizdat_server.importers.blocks.fit import fitted
from tamizdat_server.importers.blocks.html import Content
from tamizdat_server.importers.blocks.rules import RULES, removed_as
from tamizdat_server.importers.items import Warnings

TAGS = (
    "p div section span b strong em i a u small code sup sub abbr mark ul ol li dl dt dd table tr td th tbody thead"
    " caption blockquote figure figcaption h1 h2 h3 h6 pre details summary address center font x-box noscript form"
    " label fieldset legend article header footer cite picture time big nobr ins bdi object map".split()
)
ATTRIBUTES = (
    "", ' class="wp-caption"', ' class="wp-caption-text"', ' class="gallery-item"', ' style="font-weight:bold"',
    ' style="white-space:pre"', ' href="https://example.org/"', ' id="fn1"', ' href="#fn1"', ' rowspan="2" colspan="3"',
    ' class="footnotes"', ' class="wp-block-verse"', ' role="presentation"', ' style="vertical-align:super"',
)  # fmt: skip
LONE = ("<br>", "<hr>", "<br><br>", '<img src="https://example.org/p.jpg">', "<wbr>", "</p>", "</div>", "</b>", "<td>")


def elements(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inner = st.lists(children, max_size=5).map("".join)
    return st.builds("<{0}{1}>{2}</{0}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), inner)


TREES = st.recursive(st.just("{}") | st.sampled_from(LONE), elements, max_leaves=40)


def numbered(tree: str) -> tuple[str, list[str]]:
    """The tree with a word of its own at each place for one, and those words."""
    parts = tree.split("{}")
    words = [f"w{place}" for place in range(len(parts) - 1)]
    return "".join(f"{part} {word} " for part, word in zip(parts, [*words, ""], strict=True)), words


def said(content: Content) -> list[str]:
    notes = [block for note in content.footnotes.values() for block in note]
    words = [word for part in visible.told([*content.body, *notes]) for word in visible.in_words(part)]
    # A linked picture that has no words of its own is labelled with its address.
    return [word for word in words if word != "example.org"]


@given(TREES)
@settings(max_examples=400, deadline=None)
def test_random_trees_keep_their_words_in_order(tree: str) -> None:
    html, words = numbered(tree)
    assert said(read(f"<p>begin</p>{html}")) == ["begin", *words]


@given(
    st.lists(st.sampled_from(["<", ">", "</", "<b", "<!--", "-->", "&", "&#", ";", '"', "'", "=", "/", "x", " ", "p"]))
)
@settings(max_examples=300, deadline=None)
def test_torn_html_makes_no_trouble(pieces: list[str]) -> None:
    check_format(read("".join(pieces)))


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_becomes_text_that_the_format_takes(text: str) -> None:
    check_format(read(f"<p>{text}</p>"))


def check_format(content: Content) -> None:
    draft = fitted(Draft(key="a", edition="en", title="T", body=content.body, footnotes=content.footnotes), Warnings())
    article = Article(
        key="a", edition="en", revision=1, title="T", published="2024-01-01T00:00:00Z",
        updated="2024-01-01T00:00:00Z", body=draft.body, footnotes=draft.footnotes,
    )  # fmt: skip
    line = decode_record(encode_record(article)).line.decode()
    assert unicodedata.is_normalized("NFC", line)


# -- hostile HTML ------------------------------------------------------------------------------------------------------

HOSTILE = {
    "deep boxes": ("<div>" * 100_000 + "deep", "deep"),
    "deep marks": ("<b><i>" * 50_000 + "deep</i> after", "deep after"),
    "deep lists": ("<ul><li>" * 20_000 + "deep", "deep"),
    "deep tables": ("<table><tr><td>" * 5_000 + "deep", "deep"),
    "deep scripts": ("<div>" * 500 + "<script>no</script><p hidden>no</p>deep", "deep"),
    "many ends": ("deep" + "</div></p></b>" * 100_000, "deep"),
    "many line ends": ("deep<br>" * 30_000, "deep " * 30_000),
    "many entities": ("&amp;" * 200_000, "&" * 200_000),
    "a long attribute": (f'<p class="{"x " * 300_000}" style="{"left:" * 200_000}">deep', "deep"),
    "many sizes": (f'<img srcset="{"a" * 50_000}{"," * 50_000}">deep', "deep"),
    "open marks": ("<" * 100_000 + " deep", "<" * 100_000 + " deep"),
    "a torn tag": ("deep <p title='", "deep"),
    "an open comment": ("deep <!-- no", "deep"),
    "an open script": ("deep <script>no", "deep"),
    "nothing characters": ("de\x00ep \x01\ufeff\ud800", "deep"),
    "broken entities": ("&#xD800;&#0;&#x110000; deep &nosuch; &amp", None),
    "a declaration": ("<?xml version='1.0' encoding='utf-16'?><!DOCTYPE x [<!ENTITY a 'no'>]><p>deep", None),
    "spanning cells": ("<table>" + "<tr><td rowspan=9999 colspan=9999>a<td>b" * 50 + "</table>", "a b " * 50),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_keeps_its_words(name: str) -> None:
    html, shown = HOSTILE[name]
    content = read(html)
    words = said(content)
    assert words == shown.split() if shown is not None else "deep" in " ".join(words)
    check_format(content)


def test_depth_is_said_where_it_costs_structure() -> None:
    flat = "nested deeper than any page is: its inner structure was left out"
    assert flat in warned("<div>" * 200 + "deep")
    assert flat not in warned("<div>" * 50 + "deep")


@pytest.mark.long
def test_ten_megabytes_take_bounded_memory_and_keep_their_words() -> None:
    part = '<p>word <b>bold</b> <a href="https://e.org/?utm_source=x">link</a></p>'
    html = part * (10_000_000 // len(part))
    tracemalloc.start()
    words = said(read(html))
    assert tracemalloc.get_traced_memory()[1] < 300_000_000
    assert len(words) == 3 * (10_000_000 // len(part))


def test_rules_are_decided_by_the_names_and_attributes_of_an_element_alone() -> None:
    assert removed_as("button", {}, in_form=True) == "controls"
    assert removed_as("button", {}, in_form=False) == ""
    assert all(rule.what for rule in RULES.values())
