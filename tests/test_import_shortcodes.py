"""Shortcodes of Hugo, tags of Jekyll, extensions of MkDocs: the text in them is kept, with one warning each."""

from pathlib import Path

import pytest

from importing import DATED, read_body, read_one
from tamizdat.format.article import Article, Code, Embed, Figure, inline_text, plain_text
from tamizdat_server.importers import Imported
from test_import_markdown import PIXEL, blocks


def text_of(item: Imported) -> str:
    draft = item.draft
    return plain_text(Article(key="a", edition="en", revision=1, title="", published="", updated="", body=draft.body))


def test_text_in_and_between_hugos_shortcodes_is_kept(tmp_path: Path) -> None:
    markdown = """{{< note heading="Mind" icon="bell" >}}
- the **gap**
{{< /note >}}

{{% box %}}Inside{{% /box %}} and {{< quote-block text="Said \\"so\\"" cite="Someone" >}}
"""
    item = read_body(tmp_path, markdown)
    assert text_of(item) == 'Mind\nthe gap\nInside and Said "so" Someone'
    assert item.warnings == [f"shortcode '{name}' was replaced by its text" for name in ("note", "box", "quote-block")]


def test_a_shortcode_used_often_warns_once(tmp_path: Path) -> None:
    assert len(read_body(tmp_path, '{{< ring title="A" >}}\n\n' * 50).warnings) == 1


def test_shortcodes_for_pictures_show_them(tmp_path: Path) -> None:
    markdown = (
        DATED + '{{< figure src="p.png" alt="A dot" caption="It is *small*" credit="Desk" >}}\n\n'
        '{{< img src="gone" alt="Lost" >}}\n'
    )
    item = read_one(tmp_path, markdown, p_png=PIXEL)
    figure = item.draft.body[0]
    assert isinstance(figure, Figure)
    assert (figure.image.alt, inline_text(figure.caption), figure.credit) == ("A dot", "It is small", "Desk")
    assert blocks(item)[1:] == [["paragraph", ["_Lost_"]]]


def test_shortcodes_for_players_become_labelled_links(tmp_path: Path) -> None:
    item = read_body(
        tmp_path, '{{< youtube abc >}}\n\n{{< tweet user="a" id="1" >}}\n\n{% include vimeo.html id="5" %}\n'
    )
    assert item.draft.body == [
        Embed("YouTube", "https://www.youtube.com/watch?v=abc"),
        Embed("Twitter", "https://twitter.com/a/status/1"),
        Embed("Vimeo", "https://vimeo.com/5"),
    ]


def test_references_to_other_pages_are_relative_links(tmp_path: Path) -> None:
    markdown = 'A [page]({{< ref "other page.md" >}}), [post]({% post_url 2024-01-01-x %}), '
    markdown += '[img]({{ site.baseurl }}/a.png "T").\n'
    item = read_body(tmp_path, markdown)
    assert text_of(item) == "A page, post, img."
    assert "relative links became text" in item.warnings


def test_links_in_shortcodes_stay_links(tmp_path: Path) -> None:
    item = read_body(tmp_path, '{{< button href="https://example.org/a?b=1&c=2" text="Go on" >}}\n')
    assert blocks(item) == [["paragraph", [["link", "https://example.org/a?b=1&c=2", ["Go on"]]]]]


def test_code_is_left_alone_and_highlighted_code_is_code(tmp_path: Path) -> None:
    markdown = """```
{{< note >}} {% if x %} {: .class }
```

{{< highlight go "linenos=table" >}}
a := {{ .B }}
{{< /highlight >}}

{% highlight ruby %}
puts 1
{% endhighlight %}

Escaped {{</* note */>}}.
"""
    item = read_body(tmp_path, markdown)
    assert item.draft.body[:3] == [
        Code("{{< note >}} {% if x %} {: .class }"),
        Code("a := {{ .B }}", "go"),
        Code("puts 1", "ruby"),
    ]
    assert text_of(item).endswith("Escaped {{< note >}}.")
    assert item.warnings == []


def test_liquid_logic_goes_and_its_text_stays(tmp_path: Path) -> None:
    item = read_body(
        tmp_path,
        "{% assign secret = 'not this one' %}{% if page.x %}Shown{% else %}Too{% endif %} {{ page.author.email }}\n",
    )
    assert text_of(item) == "ShownToo"


def test_admonitions_and_tabs_become_a_title_and_text(tmp_path: Path) -> None:
    markdown = """!!! warning "Careful"
    The **ice** is thin.

    - really

    ??? note
        Inside.

        ```
        !!! not this
        ```

=== "Tab"

    In a tab.

Text.
"""
    item = read_body(tmp_path, markdown)
    assert text_of(item) == "Careful\nThe ice is thin.\nreally\nNote\nInside.\n!!! not this\nTab\nIn a tab.\nText."
    assert item.warnings == ["an admonition or tab was replaced by its title and text"]


@pytest.mark.parametrize(
    "markdown",
    [
        "## Head {#id .class}",
        "## Head {: #id }",
        "Head\n{: .lead }",
        "[Head](https://example.org/){target=_blank}",
        "Head{:.x}",
    ],
)
def test_attribute_lists_are_left_out(tmp_path: Path, markdown: str) -> None:
    item = read_body(tmp_path, markdown + "\n")
    assert text_of(item) == "Head"
    assert item.warnings == ["attribute lists like {: .class } were left out"]


@pytest.mark.parametrize(
    "text", ["{{ name }} stays", "{% unclosed", "{{< unclosed", "{{<>}}", "a {b} c", "{{% /x %}} y", "100 {%} z"]
)
def test_braces_that_mean_nothing_do_no_harm(tmp_path: Path, text: str) -> None:
    assert text_of(read_body(tmp_path, f"First\n\n{text}\n\nLast\n")).startswith("First\n")
    assert text_of(read_body(tmp_path, f"First\n\n{text}\n\nLast\n")).endswith("Last")
