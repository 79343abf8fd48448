"""Markdown, and the HTML that authors write in it, as blocks: whatever has no block of its own keeps its text."""

from pathlib import Path

import msgspec
import pytest

from importing import DATED, picture, read, read_body, read_one
from tamizdat.format.article import Article, Blocks, Embed, Figure, Image, inline_text, plain_text
from tamizdat_server.importers import Imported

PIXEL = picture()


def blocks(item: Imported) -> object:
    """A body as JSON values, short strings for plain paragraphs."""
    return [_short(block) for block in msgspec.to_builtins(item.draft.body)]


def _short(value: object) -> object:
    if isinstance(value, dict) and "type" in value:
        inner = {name: _short(part) for name, part in value.items() if name != "type"}
        if value["type"] in ("paragraph", "strong", "emphasis") and all(
            isinstance(part, str) for part in value["text"]
        ):
            text = "".join(value["text"])
            return {"paragraph": text, "strong": f"**{text}**", "emphasis": f"_{text}_"}[value["type"]]
        return {"break": "/"}.get(value["type"], [value["type"], *inner.values()])
    return [_short(part) for part in value] if isinstance(value, list) else value


def words(body: Blocks) -> str:
    return plain_text(Article(key="a", edition="en", revision=1, title="", published="", updated="", body=body))


def test_each_kind_of_markdown_has_its_block(tmp_path: Path) -> None:
    text = """Plain *emphasis* **strong** `code` [link](https://example.org/) one\\
two

## Two

##### Five

> Quoted
>
> > Twice

- one
- two

  more
  1. inner

```python
print("x")
```

    indented

---
"""
    assert blocks(read_body(tmp_path, text)) == [
        ["paragraph", ["Plain ", "_emphasis_", " ", "**strong**", " ", ["code", "code"], " ",
                       ["link", "https://example.org/", ["link"]], " one", "/", "two"]],
        ["heading", 2, ["Two"]],
        ["heading", 4, ["Five"]],
        ["quote", ["Quoted", ["quote", ["Twice"]]]],
        ["list", [["one"], ["two", "more", ["list", [["inner"]], True]]]],
        ["pre", 'print("x")', "python"],
        ["pre", "indented"],
        ["rule"],
    ]  # fmt: skip


def test_tables_keep_their_header_and_their_empty_cells(tmp_path: Path) -> None:
    text = "| a | b |\n|---|---|\n| 1 | **2** |\n| 3 | |\n"
    assert blocks(read_body(tmp_path, text)) == [["table", [["a"], ["b"]], [[["1"], ["**2**"]], [["3"], []]]]]


def test_reference_links_are_resolved(tmp_path: Path) -> None:
    body = blocks(
        read_body(tmp_path, "See [this][1] and [that].\n\n[1]: https://example.org/1\n[that]: https://example.org/2\n")
    )
    assert body == [["paragraph", ["See ", ["link", "https://example.org/1", ["this"]], " and ",
                                   ["link", "https://example.org/2", ["that"]], "."]]]  # fmt: skip


def test_footnotes_are_kept_apart_and_referred_to(tmp_path: Path) -> None:
    item = read_body(
        tmp_path, "One[^a], two[^b], one again[^a], none[^c].\n\n[^a]: First *note*\n\n    goes on\n[^b]: Second\n"
    )
    assert blocks(item) == [
        ["paragraph", ["One", ["note", "1"], ", two", ["note", "2"], ", one again", ["note", "1"], ", none[^c]."]]
    ]
    assert [(name, words(note)) for name, note in item.draft.footnotes.items()] == [
        ("1", "First note\ngoes on"),
        ("2", "Second"),
    ]


def test_handmade_html_means_what_its_markdown_would(tmp_path: Path) -> None:
    text = """<p>One<br>two &amp; <strong>three</strong>, <a href="https://example.org/">four</a> <i>five</i></p>
<blockquote><p>Said</p></blockquote>
<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>
<hr>
<h1>Big</h1>
<table><caption>Told</caption><tr><th>x</th><th>y</th></tr><tr><td colspan="2">z</td></tr></table>
<pre>a
  b</pre>
"""
    assert blocks(read_body(tmp_path, text)) == [
        [
            "paragraph",
            ["One", "/", "two & ", "**three**", ", ", ["link", "https://example.org/", ["four"]], " ", "_five_"],
        ],
        ["quote", ["Said"]],
        ["list", [["a"], ["b", ["list", [["c"]], True]]]],
        ["rule"],
        ["heading", 2, ["Big"]],
        ["paragraph", ["**Told**"]],
        ["table", [["x"], ["y"]], [[["z"], []]]],
        ["pre", "a\n  b"],
    ]


def test_html_may_surround_markdown(tmp_path: Path) -> None:
    item = read_body(tmp_path, '<div class="box">\n\n**Bold** in a box\n\n</div>\n\n<span>and <p>on</p></span>\n')
    assert blocks(item) == [["paragraph", ["**Bold**", " in a box"]], "and", "on"]
    assert item.warnings == []


def test_unknown_elements_leave_their_text_and_one_warning_each(tmp_path: Path) -> None:
    item = read_body(tmp_path, "H<sub>2</sub>O, CO<sub>2</sub>, <x-note>kept</x-note>\n\n<marquee>runs</marquee>\n")
    assert words(item.draft.body) == "H2O, CO2, kept\nruns"
    assert item.warnings == [f"<{tag}>: only its text was kept" for tag in ("x-note", "marquee")]


def test_scripts_styles_and_comments_are_gone(tmp_path: Path) -> None:
    item = read_body(
        tmp_path, "<script>alert(1)</script>\n\n<style>p{}</style>\n\nText<!-- not this -->\n\n<?php evil() ?>\n"
    )
    assert words(item.draft.body) == "Text"
    assert item.warnings == ["<script> was left out", "<style> was left out"]


def test_frames_and_players_become_labelled_links(tmp_path: Path) -> None:
    text = """<iframe src="https://www.youtube-nocookie.com/embed/abc-1" title="A talk"></iframe>

<video controls><source src="https://media.example.org/a.mp4">No video here</video>

<embed src="//player.vimeo.com/video/1">

<iframe src="javascript:alert(1)">Sorry</iframe>
"""
    assert read_body(tmp_path, text).draft.body[:3] == [
        Embed("YouTube", "https://www.youtube.com/watch?v=abc-1", "A talk"),
        Embed("media.example.org", "https://media.example.org/a.mp4"),
        Embed("Vimeo", "https://vimeo.com/1"),
    ]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "tel:+77001112233",
        "vbscript:x",
        "ftp://x/y",
    ],
)
def test_only_web_and_mail_links_stay_links(tmp_path: Path, href: str) -> None:
    item = read_body(tmp_path, f"[one]({href}) <a href='{href}'>two</a> <a href='&#x09;{href}'>three</a>\n")
    assert blocks(item) == ["one two three"]
    assert item.warnings == ["links that are neither http, https nor mailto became text"]


def test_relative_links_become_text_unless_the_site_is_known(tmp_path: Path) -> None:
    text = DATED + "[next](../b.md#part) [home](/about/) [here](#part)\n"
    item = read_one(tmp_path, text, path="news/a.md")
    assert blocks(item) == ["next home here"]
    assert item.warnings == ["relative links became text", "links within the page became text"]


def test_relative_links_lead_to_the_site_where_it_is_known(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        {"news/a.md": DATED + "[next](../b.md#part) [home](/about/) [out](../../../x)\n"},
        site="https://example.org/site",
    )
    item = items["news/a.md"]
    assert isinstance(item, Imported)
    assert blocks(item) == [["paragraph", [["link", "https://example.org/site/b/#part", ["next"]], " ",
                                           ["link", "https://example.org/site/about/", ["home"]], " out"]]]  # fmt: skip


@pytest.mark.parametrize(
    ("link", "fields", "address"),
    [
        ("b.md", "canonical_url: https://example.org/own/", "https://example.org/own/#part"),
        ("b", "canonical_url: https://example.org/own/", "https://example.org/own/#part"),
        ("b/", "url: /other/place/", "https://example.org/site/other/place/#part"),
        ("b.md", "permalink: /:year/:title/", "https://example.org/site/news/b/#part"),
        ("b.md", "canonical_url: https://example.org/secret/\ndraft: true", "https://example.org/site/news/b/#part"),
        ("b.md", "url: 'javascript:alert(1)'", "https://example.org/site/news/b/#part"),
    ],
)
def test_a_link_to_another_page_leads_where_that_page_says_it_is(
    tmp_path: Path, link: str, fields: str, address: str
) -> None:
    other = DATED.replace("date:", f"{fields}\ndate:")
    files = {"news/a.md": DATED + f"[next]({link}#part)\n", "news/b.md": other}
    item = read(tmp_path, files, site="https://example.org/site")["news/a.md"]
    assert isinstance(item, Imported)
    assert blocks(item) == [["paragraph", [["link", address, ["next"]]]]]


def test_a_link_to_a_page_that_knows_its_own_address_needs_no_site(tmp_path: Path) -> None:
    other = DATED.replace("date:", "canonical_url: https://example.org/own/\ndate:")
    item = read_one(tmp_path, DATED + "[next](b.md)\n", b_md=other)
    assert blocks(item) == [["paragraph", [["link", "https://example.org/own/", ["next"]]]]]


def test_a_folders_own_page_is_found_at_the_folder(tmp_path: Path) -> None:
    files = {"a.md": DATED + "[one](b/index.md) [two](c/_index.md)\n", "b/index.md": DATED, "c/_index.md": DATED}
    item = read(tmp_path, files, site="https://example.org/")["a.md"]
    assert isinstance(item, Imported)
    assert blocks(item) == [["paragraph", [["link", "https://example.org/b/", ["one"]], " ",
                                           ["link", "https://example.org/c/", ["two"]]]]]  # fmt: skip


def test_the_title_of_a_picture_is_its_caption(tmp_path: Path) -> None:
    item = read_one(tmp_path, DATED + '![A dog](p.png "Rex on the bridge")\n', p_png=picture())
    (figure,) = item.draft.body
    assert isinstance(figure, Figure)
    assert (figure.image.alt, figure.caption) == ("A dog", ["Rex on the bridge"])


def test_a_picture_beside_the_text_becomes_a_figure(tmp_path: Path) -> None:
    text = (
        DATED + 'Before ![A dot](p.png "Dot") after\n\n'
        '<figure><img src="p.png" alt="Dot"><figcaption>Seen <b>once</b></figcaption></figure>\n'
    )
    item = read_one(tmp_path, text, p_png=PIXEL)
    assert words(item.draft.body[:1] + item.draft.body[2:3]) == "Before\nafter"
    figures = [block for block in item.draft.body if isinstance(block, Figure)]
    assert [(figure.image.alt, inline_text(figure.caption)) for figure in figures] == [
        ("A dot", ""),
        ("Dot", "Seen once"),
    ]
    assert item.warnings == []
    assert {path.name for path in (tmp_path / "media").glob("*.webp")} == {
        f"{variant.sha256}.webp" for figure in figures for variant in figure.image.variants
    }


def test_pictures_in_links_headings_and_cells_stand_after_them(tmp_path: Path) -> None:
    text = "[![Dot](p.png)](https://example.org/)\n\n## Head ![Dot](p.png)\n\n"
    text += "| a |  b |\n|---|---|\n| x | ![Dot](p.png) |\n"
    kinds = [type(block).__name__ for block in read_one(tmp_path, DATED + text, p_png=PIXEL).draft.body]
    assert kinds == ["Figure", "Heading", "Figure", "Table", "Figure"]


def test_remote_pictures_are_links_and_never_fetched(tmp_path: Path) -> None:
    item = read_body(tmp_path, "![The square](https://example.org/p.jpg)\n\nText ![there](//example.org/q.jpg) and\n")
    assert item.draft.body[0] == Embed("example.org", "https://example.org/p.jpg", "The square")
    assert blocks(item)[1:] == [["paragraph", ["Text ", ["link", "https://example.org/q.jpg", ["there"]], " and"]]]
    assert item.warnings == ["pictures that lie elsewhere were not fetched: they became links"]


def test_missing_and_unreadable_pictures_leave_their_words(tmp_path: Path) -> None:
    item = read_one(tmp_path, DATED + "![Gone](no.png)\n\n![Bad](bad.png)\n", bad_png=b"\x89PNG\r\n\x1a\nnonsense")
    assert blocks(item) == [["paragraph", ["_Gone_"]], ["paragraph", ["_Bad_"]]]
    assert len(item.warnings) == 2


def test_pictures_outside_of_the_source_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PIXEL)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "source" / "folder").symlink_to(tmp_path)
    paths = (
        "../secret.png",
        "%2e%2e/secret.png",
        "/../secret.png",
        "link.png",
        "folder/secret.png",
        f"file://{tmp_path}/secret.png",
    )
    item = read_body(tmp_path, "\n\n".join(f"![x]({path})" for path in paths))
    assert [block for block in item.draft.body if isinstance(block, Figure)] == []
    assert not (tmp_path / "media").exists()


def test_pictures_inside_the_text_itself_are_read(tmp_path: Path) -> None:
    import base64

    item = read_body(tmp_path, f"![Dot](data:image/png;base64,{base64.b64encode(PIXEL).decode()})\n")
    assert isinstance(item.draft.body[0], Figure)


def test_a_lead_picture_comes_from_the_fields(tmp_path: Path) -> None:
    text = "---\ntitle: T\ndate: 2024-05-01\ncover:\n  image: p.png\n  alt: A dot\n---\nText\n"
    image = read_one(tmp_path, text, p_png=PIXEL).draft.image
    assert isinstance(image, Image)
    assert image.alt == "A dot"


def test_text_is_composed_and_cannot_turn_or_hide(tmp_path: Path) -> None:
    item = read_body(tmp_path, "Cafe\u0301 \u202egnp.exe\u2066 &#x202e;x y\x1b[31m\x00 e&#x301;\n\n`\u202ecode`\n")
    assert words(item.draft.body) == "Café gnp.exe x y[31m é\ncode"


def test_html_indented_for_its_looks_is_html_and_other_indented_text_is_code(tmp_path: Path) -> None:
    item = read_body(
        tmp_path, "<div>\n\n    <p>One</p>\n\n    <ul><li>Two</li></ul>\n\n</div>\n\n    <script>x</script>\n"
    )
    assert blocks(item) == ["One", ["list", [["Two"]]], ["pre", "<script>x</script>"]]


def test_definitions_and_details_keep_their_terms(tmp_path: Path) -> None:
    item = read_body(tmp_path, "Term\n: Meaning\n\n<details><summary>More</summary>\n\nInside\n\n</details>\n")
    assert blocks(item) == [["paragraph", ["**Term**"]], "Meaning", ["paragraph", ["**More**"]], "Inside"]


def test_links_written_in_angle_brackets_inside_html_keep_their_text(tmp_path: Path) -> None:
    item = read_body(tmp_path, "<p>See <https://example.org/a> or <desk@example.org></p>\n")
    assert words(item.draft.body) == "See https://example.org/a or <desk@example.org>"
