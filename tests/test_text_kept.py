"""Nothing of a text is lost: over every corpus, blocks say what their source shows, word by word and in order."""

import itertools
import json
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from lxml import etree

import visible
from conftest import CHECKOUT
from importing import NOW, picture
from placing import Somewhere
from tamizdat.format.article import Block
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Imported, read_markdown
from tamizdat_server.importers.blocks.html import Content, read_html
from tamizdat_server.importers.blocks.rules import RULES
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.rendering import to_html
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.web.fetching import Fetched
from tamizdat_server.importers.wordpress import open_wordpress

EXPORTS = (
    "wxr-cclabs/cclabs.wxr.xml", "wxr-hostile-synthetic/hostile.wxr.xml", "wxr-themeunittest/theme-preview.xml",
    "wxr-themeunittest/themeunittestdata.wordpress.xml", "wxr-themeunittest/64-block-test-data.xml",
)  # fmt: skip
_TEXTS = re.compile(r"(?:description|encoded|content|summary|body|tagline|info|subtitle|rights|title)\Z")


class Everywhere:
    """Has a picture at every address."""

    def get(self, url: str, *, max_bytes: int, accept: str = "*/*", headers: Mapping[str, str] = {}) -> Fetched:
        return Fetched(url, 200, {"content-type": "image/png"}, picture())

    def is_failing(self, url: str) -> bool:
        return False


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
    decision = (CHECKOUT / "docs" / "adr" / "0025-html-to-blocks.md").read_text()
    assert [rule for rule in RULES if rule not in decision] == []


# -- what the importers are given --------------------------------------------------------------------------------------


def bodies(export: Path) -> Iterator[tuple[str, str]]:
    """The raw bodies of an export by the number of their post, with the notes that the block editor keeps apart."""
    for _, item in etree.iterparse(str(export), tag="item", recover=True, resolve_entities=False, huge_tree=True):
        texts = {str(child.tag).rpartition("}")[2]: child.text or "" for child in item if not _is_excerpt(child)}
        number = texts.get("post_id") or re.sub(r".*[?&](?:p|page_id)=", "", texts.get("guid", ""))
        notes = (note["content"] for value in item.iter("{*}meta_value") for note in _notes(value.text or ""))
        if texts.get("encoded"):
            yield number, "\n".join([texts["encoded"], *(f"<p>{note}</p>" for note in notes)])


def _is_excerpt(element: etree._Element) -> bool:
    return "excerpt" in str(element.tag)


def _notes(meta: str) -> list[dict[str, str]]:
    return json.loads(meta) if meta.startswith('[{"id":') else []


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


# -- Markdown as it was written ----------------------------------------------------------------------------------------

_SYNTAX = (
    (r"<!--.*?-->|\[\^\w+\]:?|!\[[^\]]*\]\([^)]*\)", ""),  # comments, marks of notes, pictures
    (r"(?m)^ {0,3}\[[^\]]+\]:\s.*$", ""),  # where links by name lead
    (r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+[\"'][^\n]*?[\"'])?\s*\)", r"\1"),  # links
    (r"<([\w.]+@[\w.]+)>", r"\1"), (r"\{#\w+\}", ""),  # addresses, names of headings
    (r"(?m)^ {0,3}#+\s|^\s*>\s?|^\s*(?:[-*+]|\d+[.)])\s", ""),  # headings, quotes, items
    (r"\\\n|  \n", " "), (r"\*|`", ""),
)  # fmt: skip


# Program text with tags in it, formulas, numbered lines, front matter that never ends: more than a plain reading reads.
_INTRICATE = re.compile(
    "508-compliance-that-all|data-driven-roadmap|metrics-for-federal-agencies|case-for-sentence-case"
)


def test_markdown_says_what_was_written(corpora: Path, tmp_path: Path) -> None:
    folder = digitalgov(corpora, tmp_path)
    for path in folder.rglob("*.md"):
        # What a shortcode says is its template's affair: tests/test_import_shortcodes.py has them.
        if "{{" in path.read_text() or _INTRICATE.search(path.name):
            path.unlink()
    items = read_markdown(folder, Options(store=Pictures(tmp_path / "media"), now=NOW, editions=["en"]))
    found = [(item, (folder / item.source).read_text()) for item in items if isinstance(item, Imported)]
    assert len(found) > 360
    hold("digitalgov-news, as written", (written(item, text) for item, text in found))


def written(item: Imported, raw: str) -> Kept:
    raw = re.split(r"(?m)^---+\s*\n", raw, maxsplit=2)[-1]
    labels = re.findall(r"!\[([^\]]*)\]|(?m:^\s*(\d+)[.)]\s)", raw)  # of pictures, and of items
    for syntax, meaning in _SYNTAX:
        raw = re.sub(syntax, meaning, raw, flags=re.DOTALL)
    page = visible.Page(raw)
    blocks = [*item.draft.body, *(block for note in item.draft.footnotes.values() for block in note)]
    shown, said = (
        visible.bare(" ".join(page.words())),
        visible.bare(" ".join(words for part in visible.told(blocks) for words in visible.in_words(part))),
    )
    return Kept(
        item.source, len(shown), len(shown), visible.missing(shown, said, [*page.labels, *itertools.chain(*labels)])
    )


# -- by the importers themselves ---------------------------------------------------------------------------------------

_SHORTCODES = re.compile(
    r"\[/?(?:caption|wp_caption|gallery|embed|audio|video|playlist|contact-form-7|wpml_language)\b[^\[\]]*\]"
)
_OLD_CAPTION = re.compile(r'\[caption[^\[\]]*\scaption="([^"]*)"[^\[\]]*\](.*?)\[/caption\]', re.DOTALL)
_WITHHELD = re.compile(r"\[protected\].*?\[/protected\]", re.DOTALL)
_BLOCK_NOTE_MARK = re.compile(r"<sup data-fn=[^>]*>.*?</sup>", re.DOTALL)
_ALONE = re.compile(r"^[ \t]*(https?://\S+)[ \t]*\r?$", re.MULTILINE)


@pytest.mark.parametrize("export", EXPORTS)
def test_a_post_says_what_its_raw_text_shows(corpora: Path, tmp_path: Path, export: str) -> None:
    options = Options(
        store=Pictures(tmp_path), now=NOW, editions=("en",), language="en", pages=True, fetcher=Everywhere()
    )
    raw = dict(bodies(corpora / export))
    labels = {text for _, text in texts_of_pictures(corpora / export)}
    items = [item for item in open_wordpress(str(corpora / export), options).items if isinstance(item, Imported)]
    hold(export, (held(item, raw[item.source.split()[2]], labels) for item in items if item.source.split()[2] in raw))


def held(item: Imported, raw: str, labels: set[str]) -> Kept:
    """A post as it came in, against its raw text: without shortcodes, but with what they hold."""
    shown = _OLD_CAPTION.sub(r"\2<p>\1</p>", _WITHHELD.sub(" ", raw))
    shown = _BLOCK_NOTE_MARK.sub("", _SHORTCODES.sub(" ", shown))
    page = visible.Page(shown, addresses=(" ".join(visible.in_words(url)) for url in _ALONE.findall(shown)))
    page.labels |= labels
    blocks = [*item.draft.body, *(block for note in item.draft.footnotes.values() for block in note)]
    words, of = visible.share_kept(page, blocks)
    lost = visible.lost(page, item.draft.body, item.draft.footnotes.values(), title=item.draft.title)
    return Kept(item.source, words, of, lost)


def texts_of_pictures(export: Path) -> Iterator[tuple[str, str]]:
    """What an export says of its attachments: titles, captions, descriptions, alt texts."""
    for _, item in etree.iterparse(str(export), tag="item", recover=True, resolve_entities=False, huge_tree=True):
        for element in item.iter():
            if element.text and len(element.text) < 2_000:
                yield element.tag, " ".join(visible.in_words(element.text))
