"""The reader app makes of an article the same text and the same HTML as Python does."""

import json
import random
import re
import subprocess
from pathlib import Path
from typing import Final

import msgspec
import pytest

from building import WEB
from conftest import Ferry
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
    Inline,
    Link,
    ListBlock,
    NoteRef,
    Paragraph,
    Quote,
    Rule,
    Strong,
    Table,
    decode_record,
    encode_record,
)
from tamizdat.library import Library
from tamizdat.render import to_html, to_text

_RUN: Final = "import('vite').then((vite) => vite.runnerImport('./tests/rendering.ts', { logLevel: 'warn' }))"
TEXTS: Final = (
    "plain", "", " ", "two  spaces ", "a\nb", "<b>&\"'</b>", "no\u00a0break\u202fhere", "\x1b[31m\x9bred", "tab\there",
    "мост", "көпір", "الجسر", "\u3000wide\u2003", "https://example.org/", "a\u200bb", "\ufeffmark",
)  # fmt: skip
LINKS: Final = ("https://example.org/", "http://example.org/a?b=1&c=%20'", "mailto:a@example.org", "HTTPS://x.example")
NOTES: Final = ("a", "b", "long one".replace(" ", "-"), "missing")


def in_the_app(folder: Path, articles: list[Article]) -> list[tuple[str, str]]:
    """Text and HTML of each."""
    if not (WEB / "node_modules" / "vite").is_dir():
        pytest.skip("no vite in web/node_modules (npm ci in web/, or `make test`)")
    asked, answered = folder / "asked.jsonl", folder / "answered.json"
    asked.write_bytes(b"".join(encode_record(each) + b"\n" for each in articles))
    subprocess.run(["node", "-e", _RUN, "--", str(asked), str(answered)], cwd=WEB, check=True)
    return [(text, html) for text, html in json.loads(answered.read_text("utf-8"))]


def html_of(of: Article) -> str:
    """Python's, with its pictures named as the app's: a file of one article holds them itself."""

    def plain(found: re.Match[str]) -> str:
        kept = re.sub(r' (?:srcset|sizes|loading)="[^"]*"', "", found[0])
        return re.sub(r' src="[^"]*"', ' src="picture"', kept)

    return re.sub(r"<img [^>]*>", plain, to_html(of))


def check(folder: Path, articles: list[Article]) -> None:
    for of, (text, html) in zip(articles, in_the_app(folder, articles), strict=True):
        assert html == html_of(of)
        # What is read in a messenger has no columns; rows are as a narrow terminal has them.
        if b'"type":"table"' not in encode_record(of):
            assert text == to_text(of)


def test_the_sample_paper_reads_the_same(tmp_path: Path, ferry: Ferry):
    with Library.open(ferry.library) as library:
        [known] = library.publications()
        lines = [line for edition in ("en", "ru", "kk") for line in library.records(known.publication, edition)]
    articles = [record for line in lines if isinstance(record := decode_record(line).record, Article)]
    assert len(articles) == 12
    check(tmp_path, articles)


def test_articles_of_any_shape_read_the_same(tmp_path: Path):
    check(tmp_path, [Made(random.Random(seed)).article(seed) for seed in range(300)])


class Made:
    """Articles by chance, of every block and inline, some with texts that want to be more than text."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def article(self, number: int) -> Article:
        pick = self.chance
        made = article(
            f"k{number}", title=self.text(), byline=self.text(), place=self.text(), summary=self.text(),
            body=self.blocks(3), image=pick.choice((None, picture(b"y"))),
            footnotes={name: self.blocks(1) for name in pick.sample(NOTES[:3], pick.randrange(4))},
            corrections=[Correction(1, "2026-11-22T06:00:00Z", self.text())] * pick.randrange(3),
        )  # fmt: skip
        return msgspec.structs.replace(made, section=self.text())

    def text(self) -> str:
        return "".join(self.chance.choices(TEXTS, k=self.chance.randrange(1, 4)))

    def blocks(self, depth: int) -> list[Block]:
        return [self.block(depth) for _ in range(self.chance.randrange(4))]

    def block(self, depth: int) -> Block:
        pick = self.chance
        words = self.inlines(2)
        leaves: list[Block] = [
            Paragraph(words), Heading(pick.randrange(2, 5), words), Code(self.text()), Rule(), Paragraph(words),
            Figure(picture(b"x"), words, self.text()), Embed(self.text(), pick.choice(LINKS), self.text()),
            Table([words], [[words, words]]),
        ]  # fmt: skip
        if depth and pick.random() < 0.4:
            inner = self.blocks(depth - 1)
            return pick.choice((Quote(inner), ListBlock([inner, self.blocks(depth - 1)], ordered=pick.random() < 0.5)))
        return pick.choice(leaves)

    def inlines(self, depth: int) -> list[Inline]:
        return [self.inline(depth) for _ in range(self.chance.randrange(4))]

    def inline(self, depth: int) -> Inline:
        pick = self.chance
        plain: list[Inline] = [self.text(), CodeSpan(self.text()), Break(), NoteRef(pick.choice(NOTES))]
        if depth and pick.random() < 0.5:
            inner = self.inlines(depth - 1)
            return pick.choice((Strong(inner), Emphasis(inner), Link(pick.choice(LINKS), inner)))
        return pick.choice(plain)
