"""Whatever a file holds, it becomes an article that the format allows, or is skipped with a reason: no exception."""

import base64
import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from importing import DATED, NOW, read, read_body, read_one
from picturing import encoded
from tamizdat.format.article import Article, decode_record, encode_record
from tamizdat.format.limits import LIMITS
from tamizdat_server.draft import Draft
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Imported, Options
from tamizdat_server.importers.blocks.fit import RECORD_BYTES
from tamizdat_server.importers.markdown.files import FolderFiles
from tamizdat_server.importers.markdown.page import PageReader

CUT = "longer or deeper than an article may be: split, made flat or cut"


def record_of(draft: Draft) -> bytes:
    fields = {name: getattr(draft, name) for name in draft.__struct_fields__}
    return encode_record(
        Article(**fields | {"revision": 1, "published": draft.published, "updated": draft.updated or NOW})
    )


@pytest.mark.parametrize(
    "text",
    [
        "word " * 80_000, "x" * 250_000, "> " * 5_000 + "deep", "- " * 2_000 + "deep", "<blockquote>" * 3_000 + "deep",
        "<b><i>" * 500 + "deep", "<div>" * 5_000 + "deep", "<ul><li>" * 300 + "deep", "*" * 20_000, "[" * 20_000,
        "a<br>" * 15_000,
        "```\n" + "c" * 400_000 + "\n```", "|a" * 150 + "|\n" + "|-" * 150 + "|\n" + "|b" * 150 + "|\n",
        "`" + "c" * 250_000 + "`", "<table>" * 50 + "<tr><td>deep", "x[^1]\n\n[^1]: note[^2]\n[^2]: note[^1]\n",
        "".join(f"x[^{n}]\n\n[^{n}]: note\n\n" for n in range(5_100)), "[a](https://example.org/" + "b" * 5_000 + ")",
        "# " + "h" * 5_000, "<table>" + "<tr><td>1<td>2" * 10_500 + "</table>", "{{< x " * 3_000, "{% x " * 3_000,
        "&#xD800; &#0; &#x110000; &unknown;", "".join(f"- {n}\n" for n in range(10_100)),
    ],
)  # fmt: skip
def test_excess_is_split_flattened_or_cut(tmp_path: Path, text: str) -> None:
    item = read_one(tmp_path, DATED + "First words\n\n" + text)
    line = record_of(item.draft)
    assert len(line) <= RECORD_BYTES
    assert "First words" in decode_record(line).text
    if "deep" in text:
        assert "deep" in decode_record(line).text


def test_cutting_is_said_and_nothing_else_is(tmp_path: Path) -> None:
    assert CUT in read_one(tmp_path, DATED + "".join(f"Line {n} of many.\n\n" for n in range(30_000))).warnings
    assert CUT not in read_one(tmp_path, DATED + "Text\n").warnings


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"---\ntitle: \xe9\n---\n", b"\x00" * 100, b"", b"\xef\xbb\xbf", b"---", b"{", b"+++"]
)
def test_files_that_are_no_text_are_skipped_or_read_without_harm(tmp_path: Path, data: bytes) -> None:
    assert set(read(tmp_path, {"a.md": data}, date=NOW)) == {"a.md"}


def test_a_file_longer_than_an_article_may_be_is_skipped_at_once(tmp_path: Path) -> None:
    for text in (b"x" * 9_000_000, b"![" * 1_100_000, "қ".encode() * 1_100_000):
        assert not isinstance(read(tmp_path, {"a.md": text}, date=NOW)["a.md"], Imported)


def test_pictures_within_a_text_do_not_make_it_too_long(tmp_path: Path) -> None:
    drawn = base64.b64encode(encoded(Image.new("RGB", (900, 600)), "BMP")).decode()
    item = read_body(tmp_path, f"Before\n\n![Night](data:image/bmp;base64,{drawn})\n\nAfter")
    assert len(drawn) > LIMITS.record_bytes
    assert [type(block).__name__ for block in item.draft.body] == ["Paragraph", "Figure", "Paragraph"]


PIECES = st.sampled_from(
    "---\n|+++\n|title: T\n|date: 2024-05-01\n|draft: false\n|{{< |>}}|{{% |%}}|{% |%}|{: .c }|!!! note\n|    |> |"
    "- |1. |# |`|```\n|*|**|_|<b>|</b>|<p>|</p>|<table>|<tr>|<td>|</table>|<figure>|<img src=x>|<a href=x>|</a>|"
    "<iframe src=//x>|<ul>|<li>|<!--|-->|<![CDATA[|&amp;"
    "|&#x202e;|[a](b)|![a](b)|[^1]|\n[^1]: n\n|\n\n|\n| |word|\u202e|\u0301|\x00|\r|қ"
    "|<script>|<pre>|<br>|\\|[|](|)|\t|<x y='".split("|")
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=60))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_the_importer_fail(tmp_path: Path, pieces: list[str]) -> None:
    reader = PageReader(Options(store=Pictures(tmp_path / "media"), now=NOW, date=NOW, editions=("en",)))
    text = "".join(pieces).encode("utf-8", "surrogatepass")
    item = reader.read(text, path="a.md", key="a", files=FolderFiles(tmp_path), at=NOW)
    if isinstance(item, Imported):
        line = decode_record(record_of(item.draft)).line.decode()
        assert unicodedata.is_normalized("NFC", line)
        assert re.search(r"\\u00(?!09|0a)|[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]", line) is None


@pytest.mark.long
def test_damaged_real_articles_do_not_make_the_importer_fail(tmp_path: Path, corpora: Path) -> None:
    texts = [path.read_bytes() for path in sorted(corpora.glob("campaign-kazakhstan/*.md"))] + [
        b"".join(map(str.encode, ["x"] * 99))
    ]
    reader = PageReader(Options(store=Pictures(tmp_path / "media"), now=NOW, date=NOW, editions=("en",)))
    for seed in range(5_000):
        chance = random.Random(seed)
        data = bytearray(chance.choice(texts))
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.choice(b"\n\t <>{}[]()%!&*_`|#:-\x00\xff")
        reader.read(bytes(data), path="a.md", key="a", files=FolderFiles(tmp_path), at=NOW)
