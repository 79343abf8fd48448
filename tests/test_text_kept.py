"""Nothing of a text is lost: over every corpus, blocks say what their source shows, word by word and in order."""

import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
from lxml import etree

import visible
from tamizdat.format.article import Block, Image
from tamizdat_server.importers.blocks.html import Content, read_html
from tamizdat_server.importers.blocks.rules import RULES
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.rendering import to_html

EXPORTS = (
    "wxr-cclabs/cclabs.wxr.xml", "wxr-hostile-synthetic/hostile.wxr.xml", "wxr-themeunittest/theme-preview.xml",
    "wxr-themeunittest/themeunittestdata.wordpress.xml", "wxr-themeunittest/64-block-test-data.xml",
)  # fmt: skip
_TEXTS = re.compile(r"(?:description|encoded|content|summary|body|tagline|info|subtitle|rights|title)\Z")


class Somewhere:
    """A place where every picture is to be had, and every address of the web is one."""

    def __init__(self) -> None:
        self.warnings = Warnings()

    def picture(self, source: str, *, alt: str) -> Image | None:
        return Image(1, 1, [], alt)

    def address(self, href: str) -> str | None:
        href = f"https:{href}" if href.startswith("//") else href
        return href if re.match(r"(?:https?://|mailto:)[^\x00-\x20]+\Z", href) else None


class Kept(msgspec.Struct):
    """What became of the words of one text."""

    name: str
    kept: int
    words: int
    lost: str

    @property
    def share(self) -> float:
        return self.kept / self.words if self.words else 1.0


def kept(name: str, html: str, content: Content, *, title: str = "") -> Kept:
    blocks: list[Block] = [*content.body, *(block for note in content.footnotes.values() for block in note)]
    page = visible.Page(html)
    words, of = visible.share_kept(page, blocks)
    lost = visible.lost(page, content.body, content.footnotes.values(), title=title or content.heading)
    return Kept(name, words, of, lost)


def read(name: str, html: str) -> Kept:
    return kept(name, html, read_html(html, Somewhere()))


def hold(corpus: str, texts: Iterable[Kept]) -> None:
    """Print the share of words that is kept and the worst ten; fail where a word is lost that no rule removes."""
    found = [*texts]
    share = sum(text.kept for text in found) / max(1, sum(text.words for text in found))
    print(f"\n{corpus}: {len(found)} texts, {sum(text.words for text in found)} words, {share:.2%} kept")
    for text in sorted(found, key=lambda text: text.share)[:10]:
        print(f"  {text.share:7.2%}  {text.words:6} words  {text.name}")
    assert found
    assert [(text.name, text.lost) for text in found if text.lost] == []


def test_every_rule_by_which_words_go_is_one_that_the_other_reading_knows() -> None:
    assert set(RULES) == visible.RULES


# -- what the importers are given --------------------------------------------------------------------------------------


def bodies(export: Path) -> Iterator[tuple[str, str]]:
    """The raw bodies of an export by the number of their post."""
    for _, item in etree.iterparse(str(export), tag="item", recover=True, resolve_entities=False, huge_tree=True):
        number = next((child.text for child in item if child.tag.endswith("post_id")), "")
        for child in item:
            if child.tag.endswith(("content/}encoded", "content:encoded")) and child.text:
                yield str(number), child.text


def texts_of_feeds(corpora: Path) -> Iterator[tuple[str, str]]:
    """Whatever the feeds hold that may be HTML, escaped or as it stands."""
    with tarfile.open(corpora / "feeds" / "feeds.tar.xz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            root = _xml(file.read()) if file else None
            for element in root.iter() if root is not None else ():
                if isinstance(element.tag, str) and _TEXTS.search(element.tag):
                    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
                    yield from ((member.name, text) for text in (element.text, inner) if text and text.strip())


def _xml(data: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(data, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


@pytest.mark.parametrize("export", EXPORTS)
def test_the_html_of_an_export_keeps_its_words(corpora: Path, export: str) -> None:
    hold(export, (read(number, html) for number, html in bodies(corpora / export)))


def test_the_html_of_two_thousand_texts_in_feeds_keeps_its_words(corpora: Path) -> None:
    hold("feeds", (read(name, html) for name, html in texts_of_feeds(corpora)))


def test_markdown_keeps_its_words_as_its_html_does(corpora: Path, tmp_path: Path) -> None:
    hold("digitalgov-news", (read(path.name, html) for path, html in rendered(digitalgov(corpora, tmp_path))))
    hold("campaign-kazakhstan", (read(path.name, html) for path, html in rendered(corpora / "campaign-kazakhstan")))


def digitalgov(corpora: Path, folder: Path) -> Path:
    bundle = corpora / "digitalgov-news" / "history.bundle"
    subprocess.run(["git", "clone", "-q", "-b", "main", str(bundle), str(folder / "repo")], check=True)
    return folder / "repo"


def rendered(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.md")):
        yield path, to_html(path.read_text().split("---\n", 2)[-1], Warnings())
