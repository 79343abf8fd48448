"""Texts of WordPress posts: whatever editors, shortcodes and plugins wrote, readers get what the site showed them."""

from pathlib import Path

import pytest

from tamizdat.format.article import (
    Block,
    Break,
    Code,
    Embed,
    Emphasis,
    Heading,
    Link,
    ListBlock,
    NoteRef,
    Paragraph,
    Quote,
    Table,
)  # fmt: skip
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.wordpress.autop import paragraphs
from tamizdat_server.importers.wordpress.bodies import to_html
from tamizdat_server.importers.wordpress.posts import Media, Post
from tamizdat_server.importers.wordpress.translations import split_languages
from wxr import attachment, item, read_post, read_posts


class NoMedia:
    """A site without files."""

    home, language, zone = "https://example.kz", "", ""

    def media(self, number: int) -> Media | None:
        return None

    def attached(self, post: int) -> list[Media]:
        return []


def body(folder: Path, content: str, *others: str) -> list[Block]:
    return read_post(folder, content, *others, pictures="none").draft.body


def said(*texts: str) -> list[Block]:
    return [Paragraph([text]) for text in texts]


# -- paragraphs --------------------------------------------------------------------------------------------------------


def test_blank_lines_part_paragraphs_and_line_ends_break_lines(tmp_path: Path) -> None:
    found = body(tmp_path, "One.\nStill one.\n\nTwo.\r\n\r\n\r\nThree.")
    assert found == [Paragraph(["One.", Break(), "Still one."]), *said("Two.", "Three.")]


def test_paragraphs_that_the_author_marked_stay_as_they_are(tmp_path: Path) -> None:
    assert body(tmp_path, "<p>One.</p>\n<p class='x'>Two.</p>\n\nThree.") == said("One.", "Two.", "Three.")


def test_program_text_keeps_its_blank_lines(tmp_path: Path) -> None:
    found = body(tmp_path, "Before\n\n<pre>a\n\n  b [caption]\n</pre>\n\nafter")
    assert found == [*said("Before"), Code("a\n\n  b [caption]"), *said("after")]


def test_items_cells_and_headings_hold_lines_and_boxes_hold_paragraphs() -> None:
    assert (
        paragraphs("<ul>\n<li>One</li>\n<li>Two</li>\n</ul>").replace("\n", "") == "<ul><li>One</li><li>Two</li></ul>"
    )
    assert "<p>" not in paragraphs("<table><tr>\n<td>a</td>\n<td>b</td></tr></table><h2>Heading</h2>")
    assert paragraphs("<div>a\n\nb</div>").count("<p>") == 2
    assert "<p>quoted</p>" in paragraphs("<blockquote>quoted</blockquote>")


def test_a_tag_across_lines_is_one_tag(tmp_path: Path) -> None:
    assert body(tmp_path, 'See <a\nhref="https://a.example/"\n>there</a>.') == [
        Paragraph(["See ", Link("https://a.example/", ["there"]), "."])
    ]


def test_lists_tables_and_quotes_of_a_classic_text_become_their_blocks(tmp_path: Path) -> None:
    text = (
        "Before\n<ul>\n<li>One\nmore</li>\n</ul>\n<blockquote>Q\n\nR</blockquote>\n<table><tr><th>a</th><th>b</th></tr>"
    )
    found = body(tmp_path, f"{text}\n<tr><td>1</td><td>2</td></tr></table>")
    assert found == [
        *said("Before"),
        ListBlock([[Paragraph(["One", Break(), "more"])]]),
        Quote(said("Q", "R")),
        Table(header=[["a"], ["b"]], rows=[[["1"], ["2"]]]),
    ]


def test_the_block_editors_texts_get_no_paragraphs_of_their_own(tmp_path: Path) -> None:
    text = "<!-- wp:paragraph -->\n<p>One\nline.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:heading -->\n<h2>Two</h2>"
    assert body(tmp_path, text) == [*said("One line."), Heading(2, ["Two"])]


# -- shortcodes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        '[caption id="a" width="300"]<img src="/x.jpg" alt="A bridge" /> The <em>bridge</em>[/caption]',
        '[caption width="300" caption="The <em>bridge</em>"]<img src="/x.jpg" alt="A bridge" />[/caption]',
        '[wp_caption]<a href="/x"><img src="/x.jpg" alt="A bridge"/></a>The <em>bridge</em>[/wp_caption]',
    ],
)
def test_a_caption_of_either_form_stays_with_its_picture(tmp_path: Path, written: str) -> None:
    found = body(tmp_path, f"Before.\n\n{written}\n\nAfter.")
    assert found[0] == Paragraph(["Before."])
    assert found[-1] == Paragraph(["After."])
    assert Paragraph(["The ", Emphasis(["bridge"])]) in found
    assert str(found).count("bridge") == 2


def test_a_gallery_shows_the_pictures_that_it_names_with_their_captions(tmp_path: Path) -> None:
    files = [attachment(20, "a.jpg", alt="Alt A", caption="Caption A"), attachment(21, "b.jpg", alt="Alt B")]
    found = str(body(tmp_path, '[gallery columns="2" ids="21,20"]', *files))
    assert found.index("Alt B") < found.index("Alt A") < found.index("Caption A")


def test_a_gallery_that_names_none_shows_the_pictures_of_its_post_but_not_those_left_out(tmp_path: Path) -> None:
    files = [
        attachment(20, "a.jpg", parent=1, alt="Alt A", menu_order="2"),
        attachment(21, "b.jpg", parent=1, alt="Alt B", menu_order="1"),
        attachment(22, "c.jpg", parent=1, alt="Alt C"),
        attachment(23, "d.jpg", parent=9, alt="Alt D"),
        attachment(24, "e.mp3", parent=1, alt="Alt E"),
    ]
    assert body(tmp_path, "[gallery exclude=22]", *files) == [
        Paragraph([Emphasis([alt])]) for alt in ("Alt B", "Alt A")
    ]


@pytest.mark.parametrize(
    "owner", [item(9, status="private"), item(9, status="draft"), item(9, post_password="letmein")]
)
def test_a_picture_of_a_post_that_isnt_public_is_in_no_gallery(tmp_path: Path, owner: str) -> None:
    found = read_post(tmp_path, 'Text [gallery ids="20"]', owner, attachment(20, "secret.jpg", parent=9, alt="Secret"))
    assert found.draft.body == said("Text")
    assert "pictures of galleries aren't in the source: left out" in found.warnings


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://youtu.be/abc", "https://youtu.be/abc"),
        ("[embed width=10]https://vimeo.com/1?a=1&amp;b=2[/embed]", "https://vimeo.com/1?a=1&b=2"),
        ("[youtube https://www.youtube.com/watch?v=abc]", "https://www.youtube.com/watch?v=abc"),
        ("[youtube=http://www.youtube.com/watch?v=abc&amp;w=300]", "http://www.youtube.com/watch?v=abc&w=300"),
        ('[youtube id="abc"]', "https://www.youtube.com/watch?v=abc"),
        ("[vimeo 12345]", "https://vimeo.com/12345"),
        ('[audio mp3="https://a.example/a.mp3"][/audio]', "https://a.example/a.mp3"),
        ('[video width="1" mp4="https://a.example/a.mp4"][/video]', "https://a.example/a.mp4"),
        ('[playlist ids="30"]', "https://example.kz/wp-content/uploads/a.mp3"),
        ("[audio https://a.example/b.mp3]", "https://a.example/b.mp3"),
    ],
)
def test_players_and_addresses_on_a_line_become_links_to_them(tmp_path: Path, written: str, address: str) -> None:
    found = body(tmp_path, f"Before.\n\n{written}\n\nAfter.", attachment(30, "a.mp3"))
    assert [type(block).__name__ for block in found] == ["Paragraph", "Embed", "Paragraph"]
    embed = found[1]
    assert isinstance(embed, Embed)
    assert embed.url == address


def test_an_address_of_no_player_becomes_a_link_and_one_within_a_line_stays_text(tmp_path: Path) -> None:
    found = body(tmp_path, "https://example.org/a\n\nSee https://youtu.be/abc there.")
    assert found == [
        Paragraph([Link("https://example.org/a", ["https://example.org/a"])]),
        *said("See https://youtu.be/abc there."),
    ]


def test_an_unknown_shortcode_goes_and_its_text_stays_with_a_warning(tmp_path: Path) -> None:
    found = read_post(tmp_path, '[box color="red"]Inside [b]bold[/b].[/box] [contact-form-7 id="5" title="F"]')
    assert found.draft.body == said("Inside bold.")
    assert "[box]: only its text was kept" in found.warnings
    assert "[contact-form-7]: left out, it has no text of its own" in found.warnings


@pytest.mark.parametrize(
    "written", ["He said [sic] so.", "[1] A source [Ред.] [...]", "array[index] = [x for x in y]", "[update]"]
)
def test_what_people_write_in_brackets_stays(tmp_path: Path, written: str) -> None:
    assert body(tmp_path, written) == said(written)


def test_an_escaped_shortcode_is_read_as_written(tmp_path: Path) -> None:
    assert body(tmp_path, 'Write [[gallery ids="1"]] or [[caption]x[/caption]].')[0] == Paragraph(
        ['Write [gallery ids="1"] or [caption]x[/caption].']
    )


def test_a_page_builders_texts_stay_whole_and_in_order(tmp_path: Path) -> None:
    text = (
        '[vc_row css=".vc{padding: 0 !important}"][vc_column width="1/2"][vc_custom_heading text="Heading one"]'
        "[vc_column_text]First.\n\nSecond.[/vc_column_text][/vc_column][/vc_row]"
        '[et_pb_blurb title="Blurb"]Third.[/et_pb_blurb]'
    )
    assert body(tmp_path, text) == said("Heading one", "First.", "Second.", "Blurb", "Third.")


def test_program_text_in_a_shortcode_is_no_prose(tmp_path: Path) -> None:
    found = body(tmp_path, '[sourcecode language="python"]\nif a < b:\n\n    print("[x]")\n[/sourcecode]')
    assert found == [Code('if a < b:\n\n    print("[x]")', language="python")]


def test_a_quote_in_a_shortcode_is_a_quote(tmp_path: Path) -> None:
    assert body(tmp_path, '[quote author="A. B."]Words.[/quote]') == [Quote(said("Words.", "A. B."))]


# -- what only some may read -------------------------------------------------------------------------------------------

SECRET = "SECRET"


@pytest.mark.parametrize(
    "written",
    [
        "[protected]SECRET[/protected]",
        "[Members_Only]SECRET [b]SECRET[/b][/Members_Only]",
        '[restrict userlevel="editor"]SECRET[/restrict]',
        '[s2If current_user_can("access]level1")]SECRET[/s2If]',
        '[password pass="letmein"]SECRET[/password]',
        "[private]SECRET[private]SECRET[/private]SECRET[/private]",
        "[private]SECRET and never closed",
        "<!-- wp:shortcode -->\n[protected]\n<!-- /wp:shortcode -->\n<p>SECRET</p>\n[/protected]",
        '<!-- wp:premium-content/container {"a":1} --><p>SECRET</p><!-- /wp:premium-content/container -->',
        "<!-- wp:jetpack/paywall /--><p>SECRET</p>",
        '<a title="[protected]SECRET[/protected]">SECRET?</a>'.replace("SECRET?", ""),
        "[caption][protected]SECRET[/protected][/caption]",
        '[rcp_restrict]SECRET[/rcp_restrict][mepr-show rules="1"]SECRET[/mepr-show]',
        "[pmpro_member]SECRET[pmpro_member]SECRET[/pmpro_member]SECRET[/pmpro_member]",
        '<!-- wp:paragraph {"metadata":{"blockVisibility":false}} --><p>SECRET</p><!-- /wp:paragraph -->',
        '<!-- wp:b {"a":{"hideBlock":true}} --><!-- wp:b --><p>SECRET</p><!-- /wp:b -->SECRET<!-- /wp:b -->',
        '<!-- wp:group {"blockVisibility":{"visibilityByRole":"logged-in"}} --><p>SECRET</p>',
        "((a note [protected]SECRET[/protected]))",
        "[pms-restrict]SECRET[/pms-restrict]",
        "[signinlocker id=3]SECRET[/signinlocker]",
        "[pp-restrict-content]SECRET[/pp-restrict-content]",
        "[editorial-comment]SECRET[/editorial-comment]",
        '<!-- wp:b {"otterConditions":[[{"type":"loggedInUser"}]]} --><p>SECRET</p><!-- /wp:b -->',
        '<!-- wp:b {"contentControls":{"enabled":true}} --><p>SECRET</p><!-- /wp:b -->',
        '<!-- wp:b {"conditions":{"userRoles":["editor"]}} --><p>SECRET</p><!-- /wp:b -->',
        '<!-- wp:b {"dateTime":{"schedules":[{"start":"2099-01-01"}]}} --><p>SECRET</p><!-- /wp:b -->',
    ],
)
def test_what_only_members_may_read_never_leaves(tmp_path: Path, written: str) -> None:
    found = read_post(tmp_path, f"Open. {written}")
    assert SECRET not in str(found)
    assert found.draft.body[0] == Paragraph(["Open."]) or "Open." in str(found.draft.body)
    assert "text for members or behind a password was left out" in found.warnings


def test_what_a_block_keeps_for_its_site_alone_is_not_told(tmp_path: Path) -> None:
    form = '<!-- wp:jetpack/contact-form {"to":"SECRET@example.org","subject":"Words for SECRET here"} /-->'
    note = '<!-- wp:acf/box {"data":{"title":"Words for all","internal_note":"Words of SECRET here"}} /-->'
    found = read_post(tmp_path, f"<!-- wp:paragraph --><p>Open.</p><!-- /wp:paragraph -->{form}{note}")
    assert SECRET not in str(found)
    assert "Words for all" in str(found.draft.body)


def test_a_paragraph_that_its_look_hides_is_left_out_of_a_classic_text(tmp_path: Path) -> None:
    hidden = '<p style="display:none">SECRET</p>\n<p hidden>SECRET</p>\n<P Style="visibility: hidden">SECRET</P>'
    assert SECRET not in str(read_post(tmp_path, f"Open.\n\n{hidden}\n\nMore."))


def test_a_note_among_editors_goes_and_a_word_in_brackets_stays(tmp_path: Path) -> None:
    found = str(read_post(tmp_path, "One. [comment]SECRET[/comment] Two [comment by somebody] three. Four."))
    assert SECRET not in found
    assert "three. Four." in found


def test_links_to_drafts_and_to_an_editors_desk_become_text(tmp_path: Path) -> None:
    addresses = ("?p=9&#038;preview=true&#038;preview_nonce=SECRET", "wp-admin/post.php?post=9&_wpnonce=SECRET")
    links = " ".join(f'<a href="https://example.org/{address}">here</a>' for address in addresses)
    found = read_post(tmp_path, links)
    assert SECRET not in str(found.draft)
    assert "links to what only a site's editors may open became text" in found.warnings


def test_what_only_members_may_read_is_in_no_summary_title_or_caption(tmp_path: Path) -> None:
    secret = "[protected]SECRET[/protected]"
    posts = [
        item(1, f'[gallery ids="20"] [footnote]{secret}[/footnote]', excerpt=f"Open {secret}", title=f"Title {secret}"),
        attachment(20, "a.jpg", caption=f"Caption {secret}"),
    ]
    assert SECRET not in str(read_posts(tmp_path, *posts)["1"])


def test_what_follows_a_protected_part_stays(tmp_path: Path) -> None:
    assert body(tmp_path, "One. [protected]SECRET[/protected] Two.") == said("One. Two.")


def test_a_members_plugins_form_or_a_page_about_members_hides_nothing(tmp_path: Path) -> None:
    text = "<p>One.</p>[pmpro_checkout]<p>Two.</p><!-- wp:a/team-member --><p>Three.</p><!-- /wp:a/team-member -->"
    assert body(tmp_path, text) == said("One.", "Two.", "Three.")


# -- footnotes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "Text[ref]A <em>note</em>[/ref] on.",
        "Text [efn_note]A <em>note</em>[/efn_note] on.",
        "Text ((A <em>note</em>)) on.",
    ],
)
def test_plugins_notes_become_footnotes(tmp_path: Path, written: str) -> None:
    draft = read_post(tmp_path, written).draft
    assert draft.footnotes == {"1": [Paragraph(["A ", Emphasis(["note"])])]}
    assert NoteRef("1") in draft.body[0].text  # pyright: ignore[reportAttributeAccessIssue]


def test_the_block_editors_notes_stand_where_they_are_referred_to(tmp_path: Path) -> None:
    text = (
        '<!-- wp:paragraph --><p>A<sup data-fn="b2" class="fn"><a href="#b2" id="b2-link">1</a></sup> and '
        'B<sup data-fn="a1" class="fn"><a href="#a1" id="a1-link">2</a></sup>.</p><!-- /wp:paragraph -->'
        "<!-- wp:footnotes /-->"
    )
    notes = '[{"id":"a1","content":"Second"},{"id":"b2","content":"<strong>First<\\/strong>"}]'
    found = read_posts(tmp_path, item(1, text, meta={"footnotes": notes}))["1"]
    draft = found.draft  # pyright: ignore[reportAttributeAccessIssue]
    assert draft.body == [Paragraph(["A", NoteRef("1"), " and B", NoteRef("2"), "."])]
    assert [*draft.footnotes] == ["1", "2"]
    assert draft.footnotes["2"] == said("Second")


def test_two_brackets_of_a_formula_are_no_note(tmp_path: Path) -> None:
    assert body(tmp_path, "Take $(( ${ A } * 2 )) or f((a), (b)).") == said("Take $(( ${ A } * 2 )) or f((a), (b)).")


# -- blocks without text of their own ----------------------------------------------------------------------------------


def test_words_in_the_values_of_a_plugins_block_stay(tmp_path: Path) -> None:
    text = '<!-- wp:acf/quote {"id":"block_1","data":{"text":"Words that matter.","_text":"field_5","size":"big"}} /-->'
    found = read_post(tmp_path, text)
    assert found.draft.body == said("Words that matter.")
    assert "the block 'acf/quote': only its text was kept" in found.warnings


def test_a_pattern_stands_where_a_post_shows_it_unless_it_isnt_public(tmp_path: Path) -> None:
    text = '<p>A</p><!-- wp:block {"ref":7} /--><!-- wp:block {"ref":8} /-->'
    patterns = [
        item(7, "<!-- wp:paragraph --><p>B</p><!-- /wp:paragraph -->", kind="wp_block"),
        item(8, "<!-- wp:paragraph --><p>SECRET</p><!-- /wp:paragraph -->", kind="wp_block", status="draft"),
    ]
    found = read_post(tmp_path, text, *patterns)
    assert found.draft.body == said("A", "B")
    assert "patterns that aren't in the source were left out" in found.warnings


def test_marks_for_the_front_page_and_for_pages_leave_the_text_whole(tmp_path: Path) -> None:
    assert body(tmp_path, "One.\n\n<!--more Read on-->\n\nTwo.\n\n<!--nextpage-->\n\nThree.") == said(
        "One.", "Two.", "Three."
    )


# -- texts written to keep an importer busy ----------------------------------------------------------------------------

_UNENDING = [
    "<pre>", "<!--", "<p>", "[a b=", "[a ' ", "[[a]", "[a]", "[/a]", "[private]", "[private][hide][/hide]", "[code]",
    '<sup data-fn="a">', '<ol class="wp-block-footnotes">', '<li id="a">', "((a ", "<!-- wp:paywall ", "<!-- wp:a/b {",
    '<!-- wp:block {"ref":1} /-->', " ", "\n ", "<br>\n", "<a\n", "<div>", "https://youtu.be/abcd ", "[:ru][:kk]",
    "[:aa]", '<div class="wp-block-embed__wrapper">\n', "[caption]<br>", "<a [", "a\n\n",
]  # fmt: skip


@pytest.mark.parametrize("part", _UNENDING)
def test_beginnings_without_an_end_cost_no_more_than_their_length(part: str) -> None:
    """With work that grows as the square of the length, this would take hours."""
    post = Post(id=1, content=part * (300_000 // len(part)))
    for one in (post, *split_languages(post).values()):
        to_html(one, NoMedia(), Warnings())
