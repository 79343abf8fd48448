"""Articles as HTML, as text and for a terminal."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shelf import article, picture
from tamizdat.format.article import (
    Article,
    Block,
    Break,
    Code,
    CodeSpan,
    Correction,
    Embed,
    Emphasis,
    Figure,
    Heading,
    Image,
    Link,
    ListBlock,
    NoteRef,
    Paragraph,
    Quote,
    Rule,
    Strong,
    Table,
    Variant,
)
from tamizdat.render import to_html, to_terminal, to_text
from tamizdat.render.wrap import Span, columns, wrap

HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m\x9b\u202e"
SGR = re.compile(r"\x1b\[[\d;]*m")
ALLOWED = set(
    "article header div h1 h2 h3 h4 p span time figure img figcaption blockquote ul ol li pre code hr table thead tbody"
    " tr th td strong em a br sup aside section".split()
)


def of(*blocks: Block, **fields: object) -> Article:
    return article("key", body=list(blocks), **fields)


def text_of(*blocks: Block, **fields: object) -> str:
    """The text of the body alone."""
    return to_text(of(*blocks, **fields)).split("\n\n", 1)[1]


def everything() -> Article:
    """An article with a node of every kind."""
    words = [HOSTILE, Strong(["strong"]), Emphasis([Strong(["both"])]), CodeSpan(HOSTILE), Break(), NoteRef("n")]
    blocks: list[Block] = [
        Paragraph([*words, Link("https://example.org/?a=1&b=2", ["a link"]), NoteRef("missing")]),
        Heading(2, ["Heading"]),
        Quote([Paragraph(["quoted"]), Quote([Paragraph(["deeper"])])]),
        ListBlock([[Paragraph(["one"]), ListBlock([[Paragraph(["inner"])]], ordered=True)], []]),
        Figure(picture(b"x"), ["A caption"], HOSTILE),
        Table([["a"], ["b"]], [[["1"], ["2"]], [["3"]]]),
        Code(HOSTILE, "python"),
        Rule(),
        Embed("YouTube", "https://example.org/film", "A film"),
    ]
    return article(
        "key", title=HOSTILE, byline=HOSTILE, summary=HOSTILE, image=picture(b"y"), body=blocks,
        corrections=[Correction(1, "2026-11-22T06:00:00Z", HOSTILE)],
        footnotes={"n": [Paragraph(["noted", NoteRef("m")])], "m": [Paragraph(["again"])], "z": [Paragraph(["left"])]},
    )  # fmt: skip


class Page(HTMLParser):
    """Reads HTML strictly: every element is known, closed in order, and what it links to is harmless."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in ("href", "src"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag not in ("img", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


# -- HTML ------------------------------------------------------------------------------------------------------------


def test_html_is_well_formed_and_holds_no_more_than_plain_elements():
    page = Page(to_html(everything()))
    assert "<script>alert(1)</script>" in page.text
    assert not {"\x1b", "\x9b", "\u202e"} & set(page.text)


def test_links_lead_only_where_a_reader_may_go():
    unsafe = of(
        Paragraph([Link("javascript:alert(1)", ["x"]), Link("https://ok.example/", ["y"])]), Embed("s", "data:,x")
    )
    assert Page(to_html(unsafe)).links == ["https://ok.example/"]


def test_footnotes_are_numbered_as_they_are_met_and_the_others_come_last():
    page = Page(to_html(everything()))
    assert page.ids == ["note-1", "note-2", "note-3"]
    assert [link for link in page.links if link.startswith("#")] == ["#note-1", "#note-2"]


def test_pictures_are_found_below_the_given_root_and_offered_in_every_size():
    files = [Variant(role, digit * 64, "image/webp", width, 200, 9) for role, digit, width in
             (("preview", "a", 320), ("standard", "b", 1280))]  # type: ignore[arg-type]  # fmt: skip
    html = to_html(of(Figure(Image(1280, 800, files, alt='A "dog"'))), root="/")
    assert f'src="/media/{"b" * 64}.webp"' in html
    assert f'srcset="/media/{"a" * 64}.webp 320w, /media/{"b" * 64}.webp 1280w"' in html
    assert 'alt="A &quot;dog&quot;"' in html


def test_html_says_which_language_it_is_in():
    assert to_html(article("key", edition="kk")).startswith('<article lang="kk" dir="auto">')


# -- text ------------------------------------------------------------------------------------------------------------


def test_text_has_a_line_a_paragraph_and_no_styles():
    text = to_text(of(Paragraph(["One ", Strong(["two"]), "  three\nfour."]), Paragraph(["Five", Break(), "six"])))
    assert text == "Title of key\n2026-11-01\n\nOne two three four.\n\nFive\nsix\n"


def test_links_and_footnotes_are_numbered_and_listed_at_the_end():
    link = Link("https://example.org/", ["here"])
    text = text_of(
        Paragraph(["See ", link, NoteRef("n"), " and ", link, "."]),
        footnotes={"n": [Paragraph(["Or ", Link("mailto:a@example.org", ["write"])])], "m": [Paragraph(["Left."])]},
    )
    assert text == (
        "See here[1][^1] and here[1].\n\n* * *\n\n[^1] Or write[2]\n[^2] Left.\n\n"
        "[1] https://example.org/\n[2] mailto:a@example.org\n"
    )


def test_a_link_that_is_its_own_text_is_not_repeated():
    assert text_of(Paragraph([Link("https://example.org/", ["https://example.org/"])])) == "https://example.org/\n"


def test_lists_quotes_and_code_keep_their_shape():
    inner = ListBlock([[Paragraph(["a"])], [Paragraph(["b"]), Code("x = 1\n  y")]], ordered=True)
    text = text_of(ListBlock([[Paragraph(["one"]), inner], []]), Quote([Paragraph(["q"]), Quote([Paragraph(["r"])])]))
    assert text == "• one\n  1. a\n  2. b\n         x = 1\n           y\n•\n\n│ q\n│\n│ │ r\n"


def test_a_table_stands_in_columns_where_it_fits_and_in_lines_where_it_does_not():
    table = Table([["Town"], ["People"]], [[["Алматы"], ["2,228,675"]], [["Oral"], ["1"], ["more"]]])
    assert text_of(table) == "Town    People\nАлматы  2,228,675\nOral    1          more\n"
    narrow = to_terminal(of(table), width=20)
    assert "- Алматы | 2,228,675" in narrow
    assert max(columns(SGR.sub("", line)) for line in narrow.split("\n")) <= 20


def test_corrections_stand_ahead_of_the_text():
    text = to_text(of(Paragraph(["Text"]), corrections=[Correction(2, "2026-11-22T06:00:00Z", "It was four.")]))
    assert text.index("Corrected 2026-11-22: It was four.") < text.index("Text")


# -- terminal --------------------------------------------------------------------------------------------------------


def test_nothing_in_an_article_can_steer_the_terminal():
    shown = to_terminal(everything(), width=60)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", SGR.sub("", shown))
    assert "\x1b[31m" not in shown
    assert SGR.sub("", to_text(everything())) == to_text(everything())


@pytest.mark.parametrize("width", [20, 40, 78])
def test_lines_keep_to_the_width(width: int):
    words = "Жаңаөзен қаласында мұнайшылар " * 20
    shown = to_terminal(of(Paragraph([words]), Quote([ListBlock([[Paragraph([words])]])])), width=width)
    assert max(columns(SGR.sub("", line)) for line in shown.split("\n")) <= width


def test_a_terminal_of_no_width_still_gets_text():
    assert "Some words." in to_terminal(article("key"), width=0)


_GAP = r"[^\S\u00a0\u202f]+"  # no-break spaces don't part words


@example(text="0\u00a00", width=1, lead="")
@given(text=st.text(max_size=200), width=st.integers(1, 30), lead=st.sampled_from(["", "│ ", "  "]))
def test_wrapping_loses_no_word_and_breaks_only_between_words(text: str, width: int, lead: str):
    lines = wrap([Span(text, "1"), Span(" end")], width=width, first=lead, rest=lead)
    plain = [SGR.sub("", line) for line in lines] if "\x1b" not in text else []
    if plain and "│" not in text:
        words = re.split(_GAP, f"{text} end")
        assert " ".join(plain).replace("│ ", "").split() == " ".join(words).split()
        assert all(
            columns(line) <= width or len(re.split(_GAP, line.removeprefix(lead).strip())) == 1 for line in plain
        )


def test_wide_and_combining_characters_are_counted_as_they_are_shown():
    assert [columns(text) for text in ("abc", "日本", "e\u0301", "Ж")] == [3, 4, 1, 1]
