"""What HTML means becomes the block that means it: pictures, captions, notes, tables, lists, headings, styles."""

import pytest

from placing import asked, blocks, read, warned
from tamizdat.format.article import (
    Block,
    Break,
    Code,
    CodeSpan,
    Embed,
    Emphasis,
    Figure,
    Heading,
    Inline,
    Link,
    ListBlock,
    NoteRef,
    Paragraph,
    Quote,
    Strong,
    Table,
)  # fmt: skip

DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def said(*texts: str) -> list[Block]:
    return [Paragraph([text]) for text in texts]


def figures(html: str) -> list[tuple[str, list[Inline], str]]:
    """Alt text, caption and credit of each block, all of which must be figures."""
    found = blocks(html)
    assert all(isinstance(block, Figure) for block in found), found
    return [(block.image.alt, block.caption, block.credit) for block in found if isinstance(block, Figure)]


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lazy",
    [
        f'<img src="{DOT}" data-src="https://e.org/a.jpg">', '<img data-lazy-src="https://e.org/a.jpg" src="">',
        f'<img src="{DOT}" data-original="https://e.org/a.jpg">', '<img src="/blank.gif" data-src="https://e.org/a.jpg">',
        f'<img class="lazy" src="{DOT}"><noscript><img src="https://e.org/a.jpg"></noscript>',
        '<img data-src="https://e.org/a.jpg"><noscript><img src="https://e.org/a.jpg?ssl=1"></noscript>',
        '<noscript><img src="https://e.org/a.jpg"></noscript><img class="lazy" data-src="https://e.org/a.jpg">',
        '<noscript><img src="https://e.org/a.jpg"></noscript>', '<amp-img src="https://e.org/a.jpg"></amp-img>',
        f'<img src="{DOT}" data-srcset="https://e.org/a.jpg 900w, https://e.org/b.jpg 300w">',
    ],
)  # fmt: skip
def test_a_picture_that_waits_for_a_script_is_found_once(lazy: str) -> None:
    assert asked(lazy) in (["https://e.org/a.jpg"], ["https://e.org/a.jpg?ssl=1"])
    assert len(figures(lazy)) == 1


def test_of_several_sizes_the_one_that_is_wide_enough_is_asked_for_first() -> None:
    sizes = "https://e.org/s.jpg 300w, https://e.org/m.jpg 1024w, https://e.org/l.jpg 4000w"
    assert asked(f'<img src="https://e.org/a.jpg" srcset="{sizes}">') == ["https://e.org/m.jpg"]
    narrow = '<img src="https://e.org/missing.jpg" srcset="https://e.org/a,b.jpg 1x,https://e.org/missing2.jpg 2x">'
    assert asked(narrow) == ["https://e.org/a,b.jpg"]


def test_where_one_size_is_missing_another_is_taken() -> None:
    html = '<picture><source srcset="https://e.org/a.webp"><img src="https://e.org/missing.jpg" alt="A"></picture>'
    assert asked(html) == ["https://e.org/missing.jpg", "https://e.org/a.webp"]
    assert figures(html) == [("A", [], "")]
    assert warned(html) == []
    assert warned('<img src="https://e.org/missing.jpg">') == ["a picture is missing"]


def test_a_link_to_the_pictures_own_full_size_is_the_picture_and_no_link() -> None:
    html = '<a href="https://e.org/big.jpg"><img src="https://e.org/big-300x200.jpg" alt="A"></a>'
    assert figures(html) == [("A", [], "")]
    assert asked(html)[0] == "https://e.org/big.jpg"
    attachment = (
        '<a href="https://e.org/post/big/" rel="attachment wp-att-12"><img src="https://e.org/a.jpg" alt="A"></a>'
    )
    assert figures(attachment) == [("A", [], "")]


def test_a_picture_that_leads_elsewhere_keeps_its_link_in_its_caption() -> None:
    picture = '<a href="https://o.org/story"><img src="https://e.org/a.jpg" alt="A"></a>'
    assert figures(picture) == [("A", [Link("https://o.org/story", ["A"])], "")]
    captioned = f"<figure>{picture}<figcaption>The <b>story</b></figcaption></figure>"
    assert figures(captioned) == [("A", [Link("https://o.org/story", ["The ", Strong(["story"])])], "")]
    own = f'<figure>{picture}<figcaption>By <a href="https://x.org/">X</a></figcaption></figure>'
    assert figures(own) == [("A", ["By ", Link("https://x.org/", ["X"])], "")]


@pytest.mark.parametrize(
    ("alt", "title", "caption", "expected"),
    [
        ("A dot", "Seen at noon", "", ("A dot", ["Seen at noon"], "")), ("", "Seen", "", ("Seen", [], "")),
        ("A dot", "dot", "", ("A dot", [], "")), ("", "IMG_1234", "", ("", [], "")),
        ("A dot", "Seen", "Told", ("A dot (Seen)", ["Told"], "")), ("A dot", "Told", "Told", ("A dot", ["Told"], "")),
    ],
)  # fmt: skip
def test_a_title_that_says_more_than_the_alt_text_is_kept(
    alt: str, title: str, caption: str, expected: tuple[str, list[Inline], str]
) -> None:
    told = f"<figcaption>{caption}</figcaption>" if caption else ""
    html = f'<figure><img src="https://e.org/IMG_1234.jpg" alt="{alt}" title="{title}">{told}</figure>'
    assert figures(html) == [expected]


@pytest.mark.parametrize(
    "html",
    [
        '<figure><img src="https://e.org/a.jpg"><figcaption>Told <cite>Photo: X</cite></figcaption></figure>',
        '<figure><figcaption>Told <span class="photo-credit">Photo: X</span></figcaption><img src="https://e.org/a"></figure>',
        '<div class="wp-caption"><img src="//e.org/a"><p class="wp-caption-text">Told <cite>Photo: X</cite></p></div>',
        '<figure><img src="https://e.org/a"><figcaption>Told</figcaption><cite>Photo: X</cite></figure>',
        '<dl class="wp-caption"><dt><img src="//e.org/a"><dd class="wp-caption-dd">Told <cite>Photo: X</cite></dl>',
    ],
)  # fmt: skip
def test_captions_and_credits_find_their_picture(html: str) -> None:
    assert figures(html) == [("", ["Told"], "Photo: X")]


@pytest.mark.parametrize(
    "gallery",
    [
        (
            '<figure class="wp-block-gallery"><figure><img src="https://e.org/1"><figcaption>One</figcaption></figure>'
            '<figure><img src="https://e.org/2"></figure></figure>'
        ),
        (
            '<ul class="wp-block-gallery"><li class="blocks-gallery-item"><figure><img src="https://e.org/1"><figcaption>One'
            '</figcaption></figure></li><li class="blocks-gallery-item"><figure><img src="https://e.org/2"></figure></li></ul>'
        ),
        (
            '<div class="gallery"><dl class="gallery-item"><dt><a href="https://e.org/1.jpg"><img src="https://e.org/1"></a></dt>'
            '<dd class="wp-caption-text gallery-caption">One</dd></dl><dl class="gallery-item"><dt><img src="https://e.org/2">'
            "</dt></dl></div>"
        ),
    ],
)
def test_a_gallery_is_a_row_of_figures_each_with_its_own_caption(gallery: str) -> None:
    assert figures(gallery) == [("", ["One"], ""), ("", [], "")]


def test_the_caption_of_a_whole_gallery_follows_it() -> None:
    html = '<figure><figure><img src="https://e.org/1"></figure><figure><img src="https://e.org/2"></figure>'
    found = blocks(f"{html}<figcaption>All</figcaption></figure>")
    assert [type(block) for block in found] == [Figure, Figure, Paragraph]


def test_a_missing_picture_leaves_its_description_and_its_caption_once() -> None:
    html = '<figure><img src="https://e.org/missing.jpg" alt="{}"><figcaption>Told</figcaption></figure>'
    assert blocks(html.format("A dot")) == [Paragraph([Emphasis(["A dot"])]), *said("Told")]
    assert blocks(html.format("told")) == said("Told")


def test_a_missing_picture_stands_apart_from_words_and_keeps_its_link() -> None:
    html = '<p>One<a href="https://o.org/"><img src="https://e.org/missing.jpg" alt="A dot"></a>two</p>'
    assert blocks(html) == [Paragraph(["One ", Link("https://o.org/", [Emphasis(["A dot"])]), " two"])]


def test_a_credit_may_be_all_that_is_said_of_a_picture() -> None:
    assert figures('<figure><img src="https://e.org/a"><figcaption><br><cite>X</cite></figcaption></figure>') == [
        ("", [], "X")
    ]


def test_a_picture_that_lies_elsewhere_is_a_labelled_link() -> None:
    assert blocks('<img src="https://elsewhere.org/a.jpg" alt="A">') == [
        Embed("elsewhere.org", "https://elsewhere.org/a.jpg", "A")
    ]


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('<img class="emoji" alt="😀" src="e.svg">', "😀"),
        ('<img class="latex" alt="x^2" src="l.php">', CodeSpan("x^2")),
    ],
)
def test_a_link_around_a_character_leads_where_it_may_and_nowhere_else(inside: str, words: Inline) -> None:
    assert blocks(f'<p><a href="https://o.org/">{inside}</a></p>') == [Paragraph([Link("https://o.org/", [words])])]
    for nowhere in ("/relative", "#top", "javascript:alert(1)"):
        assert blocks(f'<p><a href="{nowhere}">{inside}</a></p>') == [Paragraph([words])]
        assert blocks(f'<p><a href="{nowhere}"><math alttext="x"></math></a></p>') == [Paragraph([CodeSpan("x")])]


def test_pictures_of_characters_and_formulas_are_what_they_were_drawn_for() -> None:
    html = (
        '<p>Ha <img class="emoji" alt="😀" src="https://s.w.org/e.svg"> <img class="latex" alt="x^2" src="l.php"></p>'
    )
    assert blocks(html) == [Paragraph(["Ha 😀 ", CodeSpan("x^2")])]


# -- notes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        (
            '<p>One<sup data-fn="a-1" class="fn"><a href="#a-1" id="a-1-link">1</a></sup>.</p>'
            '<ol class="wp-block-footnotes"><li id="a-1">A <b>note</b> <a href="#a-1-link">↩︎</a></li></ol>'
        ),
        '<p>One<a href="#_ftn1" name="_r1">[1]</a>.</p><hr><p><a href="#_r1" name="_ftn1">[1]</a> A <b>note</b></p>',
        (
            '<p>One<sup id="fnref:1"><a href="#fn:1">1</a></sup>.</p><div class="footnotes"><hr><ol><li id="fn:1">'
            '<p>A <b>note</b> <a href="#fnref:1">&#8617;</a></p></li></ol></div>'
        ),
        (
            '<p>One<span id="easy-footnote-1"></span>'
            '<span class="easy-footnote"><a href="#easy-footnote-bottom-1"><sup>1</sup></a></span>.</p>'
            '<ol class="easy-footnotes-wrapper"><li><span id="easy-footnote-bottom-1"></span>A <b>note</b>'
            '<a href="#easy-footnote-1"></a></li></ol>'
        ),
        (
            '<p>One<sup class="modern-footnotes-footnote"><a href="javascript:void(0)">1</a></sup>'
            '<span class="modern-footnotes-footnote__note">A <b>note</b></span>.</p>'
        ),
        '<p>One<a id="r1" href="#n1">[1]</a>.</p><div><a id="n1" href="#r1">1</a><div>A <b>note</b></div></div>',
    ],
)
def test_footnotes_of_all_kinds_are_kept_apart_and_referred_to(html: str) -> None:
    content = read(html)
    assert content.body == [Paragraph(["One", NoteRef("1"), "."])]
    assert content.footnotes == {"1": [Paragraph(["A ", Strong(["note"])])]}


def test_a_pages_own_elements_that_are_called_as_notes_are_keep_their_words() -> None:
    inner = '<tamizdat-note-text>b</tamizdat-note-text><tamizdat-note-text id="1">c</tamizdat-note-text>'
    content = read(f'<tamizdat-notes>a {inner}<tamizdat-note-text id="1"> d</tamizdat-note-text></tamizdat-notes>')
    assert (content.body, content.footnotes) == (said("a b d"), {"1": said("c")})


def test_a_note_whose_html_never_ends_takes_no_other_along() -> None:
    note = '<tamizdat-note-text id="{}">{}</tamizdat-note-text>'
    content = read(f"<tamizdat-notes>{note.format(1, '<div>b')}{note.format(2, 'c')}</tamizdat-notes>")
    assert (content.body, content.footnotes) == ([], {"1": said("b"), "2": said("c")})


def test_two_references_to_one_note_share_it_and_notes_keep_their_order() -> None:
    html = """<p>a<a id="r1" href="#n1">1</a> b<a id="r2" href="#n2">2</a> c<a id="r3" href="#n1">1</a></p>
    <ol class="footnotes"><li id="n1">First <a href="#r1">^</a></li><li id="n2">Second <a href="#r2">^</a></li></ol>"""
    content = read(html)
    assert content.body == [Paragraph(["a", NoteRef("1"), " b", NoteRef("2"), " c", NoteRef("1")])]
    assert content.footnotes == {"1": said("First"), "2": said("Second")}


def test_other_links_within_a_page_become_their_words() -> None:
    html = '<ul><li><a href="#part" id="top">1</a></li></ul><h2 id="part">Part</h2><p>Text <a href="#top">up</a></p>'
    content = read(html)
    assert (content.body[-1], content.footnotes) == (*said("Text up"), {})


# -- tables and lists --------------------------------------------------------------------------------------------------


def test_cells_that_span_keep_the_columns_apart() -> None:
    html = """<table><caption>Told</caption><thead><tr><th>a<th>b<th>c</tr></thead>
    <tr><td rowspan="2">1</td><td colspan="2">2</td></tr><tr><td>3</td><td>4</td></tr>
    <tr><th>row</th><td>5</td></tr></table>"""
    assert blocks(html) == [
        Paragraph([Strong(["Told"])]),
        Table(
            header=[["a"], ["b"], ["c"]],
            rows=[[["1"], ["2"], []], [[], ["3"], ["4"]], [[Strong(["row"])], ["5"], []]],
        ),
    ]


def test_a_table_that_only_places_things_becomes_what_it_places() -> None:
    nested = "<table><tr><td><h2>Left</h2><p>one</p></td><td><table><tr><td>1<td>2</table></td></tr></table>"
    assert blocks(nested) == [Heading(2, ["Left"]), *said("one"), Table(header=[], rows=[[["1"], ["2"]]])]
    picture, words = blocks('<table><tr><td><img src="https://e.org/a"></td><td>text</td></tr></table>')
    assert (type(picture), words) == (Figure, *said("text"))
    assert blocks('<table role="presentation"><tr><td>a</td><td>b</td></tr></table>') == said("a", "b")
    assert blocks("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>") == said("a", "b")


def test_words_between_rows_and_cells_stay_where_they_are() -> None:
    html = "<table>first<tr><td>1</td><td>2</td></tr>between<tr><td>3</td>x<td>4</td></tr></table>"
    assert blocks(html) == [
        *said("first"),
        Table(header=[], rows=[[["1"], ["2"]]]),
        *said("between"),
        Table(header=[], rows=[[["3"], ["x"], ["4"]]]),
    ]


def test_lists_in_cells_are_lines_and_pictures_in_them_follow_the_table() -> None:
    html = (
        '<table><tr><td><ul><li>a</li><li>b</li></ul></td><td>c <img src="//e.org/a"></td></tr><tr><td>d<td>e</table>'
    )
    table, picture = blocks(html)
    assert table == Table(header=[], rows=[[["a", Break(), "b"], ["c"]], [["d"], ["e"]]])
    assert isinstance(picture, Figure)


def test_lists_keep_what_stands_between_their_items() -> None:
    assert blocks("<ol>zero<li>one<ul><li>inner</ul></li><p>two</p></ol>") == [
        ListBlock([said("zero"), [*said("one"), ListBlock([said("inner")])], said("two")], ordered=True)
    ]
    assert blocks("<ul>Words <b>set</b> in</ul>") == [ListBlock([[Paragraph(["Words ", Strong(["set"]), " in"])]])]


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ('start="5"', ["5.", "6.", "7."]), ("reversed", ["3.", "2.", "1."]), ('type="a"', ["a.", "b.", "c."]),
        ('start="9" type="I"', ["IX.", "X.", "XI."]), ('style="list-style-type: lower-roman"', ["i.", "ii.", "iii."]),
        ('start="0"', ["0.", "1.", "2."]), ('start="26" type="a"', ["z.", "27.", "28."]),
    ],
)  # fmt: skip
def test_a_list_that_does_not_count_from_one_says_its_numbers(attributes: str, numbers: list[str]) -> None:
    one, two, three = numbers
    assert blocks(f"<ol {attributes}><li>one<li><b>two</b><p>more</p><li><ul><li>three</ul></ol>") == [
        ListBlock([
            said(f"{one} one"), [Paragraph([f"{two} ", Strong(["two"])]), *said("more")],
            [*said(three), ListBlock([said("three")])],
        ])
    ]  # fmt: skip


@pytest.mark.parametrize("attributes", ["", 'start="1"', 'type="1"', 'start="x"', 'type="disc"'])
def test_a_list_that_counts_from_one_is_an_ordered_one(attributes: str) -> None:
    assert blocks(f"<ol {attributes}><li>one<li>two</ol>") == [ListBlock([said("one"), said("two")], ordered=True)]


def test_a_number_given_to_one_item_counts_on() -> None:
    html = '<ol><li>one<li value="7">seven<li>eight</ol>'
    assert blocks(html) == [ListBlock([said("1. one"), said("7. seven"), said("8. eight")])]


def test_lines_of_code_that_stand_in_boxes_stay_apart() -> None:
    code = "<pre><code><div>if a:</div><div>  b\n</div>c<div>d</div></code></pre>"
    assert blocks(code) == [Code("if a:\n  b\nc\nd")]
    assert blocks("<pre>a\n\n<b>b</b>\nc</pre>") == [Code("a\n\nb\nc")]


def test_definitions_and_details_keep_their_terms() -> None:
    html = "<dl><dt>Term</dt><dd>Meaning</dd></dl><details><summary>More</summary>Inside</details>"
    assert blocks(html) == [
        Paragraph([Strong(["Term"])]), *said("Meaning"), Paragraph([Strong(["More"])]), *said("Inside"),
    ]  # fmt: skip


# -- words -------------------------------------------------------------------------------------------------------------


def test_the_highest_heading_is_of_the_second_level_and_the_rest_follow() -> None:
    levels = [block.level for block in blocks("<h3>a</h3><h4>b</h4><h6>c</h6>") if isinstance(block, Heading)]
    assert levels == [2, 3, 4]


def test_a_heading_that_repeats_the_title_goes_and_no_other() -> None:
    assert read("<div><h2>The  Title</h2></div><p>x</p>", title="the title").body == said("x")
    assert read("<p>x</p><h1>The Title</h1>", title="The Title").body == [*said("x"), Heading(2, ["The Title"])]
    content = read("<h1>Only</h1><p>x</p>")
    assert (content.heading, content.body) == ("Only", said("x"))


def test_two_line_ends_in_a_row_end_a_paragraph_and_one_does_not() -> None:
    assert blocks("<p>a<br>b<br><br>c<br/> <br/><br/>d</p>") == [Paragraph(["a", Break(), "b"]), *said("c", "d")]


def test_paragraphs_that_show_nothing_are_none() -> None:
    assert blocks("<p>a</p><p>&nbsp;</p><p>&#8203;</p><p><b> </b></p><h2>\u00ad</h2><p>b</p>") == said("a", "b")


def test_marks_reach_the_words_inside_of_blocks_that_they_surround() -> None:
    html = '<strong>a<p>b <a href="https://e.org/"><em>c</em></a></p><ul><li>d</li></ul></strong>'
    assert blocks(html) == [
        Paragraph([Strong(["a"])]),
        Paragraph([Strong(["b ", Link("https://e.org/", [Emphasis(["c"])])])]),
        ListBlock([[Paragraph([Strong(["d"])])]]),
    ]


def test_a_card_that_is_all_one_link_keeps_its_parts_and_the_link() -> None:
    html = '<a href="https://e.org/"><img src="https://e.org/a"><h3>Head</h3><p>Words</p></a>'
    figure, *rest = blocks(html)
    assert isinstance(figure, Figure)
    link = [Link("https://e.org/", ["Head"])]
    assert rest == [Heading(2, link), Paragraph([Link("https://e.org/", ["Words"])])]


@pytest.mark.parametrize(
    ("html", "inlines"),
    [
        ('<span style="font-weight: 700">a</span>', [Strong(["a"])]), ('<b style="font-weight:normal">a</b>', ["a"]),
        ('<span style="font-style:italic">a</span>', [Emphasis(["a"])]), ("10<sup>-6</sup> м<sup>2</sup>", ["10⁻⁶ м²"]),
        ("H<sub>2</sub>O, 1<sup>st</sup>", ["H2O, 1st"]), ('10<span style="vertical-align:super">6</span>', ["10⁶"]),
        ("<del>five</del> six", ["~~five~~ six"]),
        ('<span style="text-decoration: line-through">five</span> six', ["~~five~~ six"]),
        ("<q>said</q>, <q>сказал</q>", ["“said”, «сказал»"]),
        ("<ruby>漢<rt>kan</rt></ruby>", ["漢(kan)"]), ("a<wbr>b", ["ab"]),
        ("<code>a  b</code>", [CodeSpan("a  b")]), ("<i><b><i>a</i></b></i>", [Emphasis([Strong(["a"])])]),
        ("<math><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></math>", [CodeSpan("x^2")]),
    ],
)  # fmt: skip
def test_what_words_look_like_is_kept_where_it_means_something(html: str, inlines: list[Inline]) -> None:
    assert blocks(f"<p>{html}</p>") == [Paragraph(inlines)]


def test_verse_keeps_its_lines_and_programs_keep_their_spaces() -> None:
    assert blocks('<pre class="wp-block-verse">one\n<em>two</em></pre>') == [
        Paragraph(["one", Break(), Emphasis(["two"])])
    ]
    assert blocks('<pre><code class="language-python">if x:<br>    y</code></pre>') == [Code("if x:\n    y", "python")]
    assert blocks('<p style="white-space: pre-line">a\nb</p>') == [Paragraph(["a", Break(), "b"])]


# -- what goes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>no</p>", '<div style="display: none">no<p>no</p></div>', '<span style="visibility:hidden">no</span>',
        '<p style="position:absolute;left:-9999px">no</p>', '<p style="font-size:0">no</p>', "<dialog>no</dialog>",
        '<div style="height:0;overflow:hidden">no</div>', "<style>no</style>", "<script>no</script>", "<!-- no -->",
        "<template>no</template>", '<div class="sharedaddy">no</div>', "<select><option>no</select>",
        "<form><button>no</button></form>", "<svg><title>no</title><desc>no</desc></svg>", "<textarea>no</textarea>",
    ],
)  # fmt: skip
def test_what_no_reader_sees_goes(html: str) -> None:
    assert blocks(f"<p>Before</p>{html}<p>after</p>") == said("Before", "after")


@pytest.mark.parametrize(
    "html",
    [
        '<div class="su-spoiler-content" style="display:none">yes</div>', '<div role="tabpanel" hidden>yes</div>',
        '<div hidden="until-found">yes</div>', '<p aria-hidden="true">yes</p>', '<p class="screen-reader-text">yes</p>',
        '<p style="opacity:0">yes</p>', "<form><label>yes</label></form>", "<button>yes</button>",
        "<dialog open>yes</dialog>",
        "<noscript>yes</noscript>",
    ],
)  # fmt: skip
def test_what_a_reader_can_get_to_see_stays(html: str) -> None:
    assert blocks(html) == said("yes")


def test_what_goes_with_words_in_it_is_said() -> None:
    assert warned("<p hidden>no</p><p hidden></p>") == ["text that its page hides was left out"]
    assert warned("<script>x</script><script src='y'></script>") == ["<script> was left out"]


def test_a_quote_keeps_who_said_it() -> None:
    html = "<blockquote><p>Words</p><cite>Somebody</cite></blockquote>"
    assert blocks(html) == [Quote([*said("Words"), Paragraph([Emphasis(["Somebody"])])])]
