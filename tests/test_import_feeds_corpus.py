"""Thousands of feeds, malformed ones too: none of them ends in a traceback, and other readers agree with ours."""

import io
import tarfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import feedparser
import msgspec
import pytest

from importing import NOW
from tamizdat.errors import UnreadableSource
from tamizdat_server.images import Pictures
from tamizdat_server.importers.dates import read_date
from tamizdat_server.importers.feed import Entry, NotAFeed, open_feed, read_feed
from tamizdat_server.importers.items import Imported, Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.text import without_addresses, words

# Texts in encodings that the file never names: nobody can do more than guess.
UNDECLARED = "/chardet/"
# What the format says against what the other reader does: plain text that has `<b>` in it, identities as links, CDF.
READ_OTHERWISE = ("brackets", "escaped_markup", "base64", "/cdf", "no_href", "_id", "/lang/", "double-encoded", "noise")


@pytest.fixture(scope="module")
def feeds(corpora: Path) -> Mapping[str, bytes]:
    """Every file of the corpus, by its path."""
    with tarfile.open(corpora / "feeds" / "feeds.tar.xz") as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive if member.isfile())
        return {name: file.read() for name, file in files if file}


def test_every_file_is_imported_entry_by_entry_or_refused_in_words(feeds: Mapping[str, bytes], tmp_path: Path) -> None:
    file, outcomes = tmp_path / "feed", Counter[str]()
    options = Options(store=Pictures(tmp_path / "media"), now=NOW, date=NOW, language="en", pictures="none")
    for data in feeds.values():
        file.write_bytes(data)
        try:
            source = open_feed(str(file), options)
        except UnreadableSource as error:
            outcomes["refused"] += bool(error.reason)
            continue
        items = [*source.items]
        assert len(items) == source.total
        assert all(isinstance(item, Imported) or (isinstance(item, Skipped) and item.reason) for item in items)
        outcomes["read"] += 1
    print(dict(outcomes))
    assert outcomes.total() == len(feeds) > 3_000
    assert outcomes["read"] > 2_600


def test_no_address_of_a_person_gets_into_a_byline(feeds: Mapping[str, bytes], tmp_path: Path) -> None:
    options = Options(store=Pictures(tmp_path / "media"), now=NOW, date=NOW, language="en", pictures="none")
    file, bylines = tmp_path / "feed", set[str]()
    for name, data in feeds.items():
        if b"@" in data and name.endswith(".xml"):
            file.write_bytes(data)
            try:
                items = [*open_feed(str(file), options).items]
            except UnreadableSource:
                continue
            bylines |= {item.draft.byline for item in items if isinstance(item, Imported)}
    assert len(bylines) > 2
    assert not [byline for byline in bylines if "@" in byline]


def test_another_reader_finds_the_same_entries(feeds: Mapping[str, bytes]) -> None:
    counted, differing = Counter[str](), list[tuple[str, str, str, str]]()
    for name, data in feeds.items():
        if not name.endswith(".xml") or UNDECLARED in name or any(word in name for word in READ_OTHERWISE):
            continue
        theirs = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
        try:
            ours = read_feed(data)
        except NotAFeed:
            assert len(theirs.entries) <= 1, name
            continue
        for entry, other in zip(ours.entries, theirs.entries, strict=False):
            for what, mine, wanted in _compared(entry, other):
                counted[what] += 1
                if mine != wanted:
                    differing.append((what, name, mine, wanted))
    unlike = Counter(what for what, *_ in differing)
    print({what: f"{counted[what] - unlike[what]} of {counted[what]}" for what in counted})
    print(*differing[:40], sep="\n")
    assert counted.total() > 900
    for what in counted:
        assert unlike[what] <= 0.12 * counted[what], (what, unlike[what], counted[what])


def test_the_entries_are_those_that_a_third_reader_expects(feeds: Mapping[str, bytes]) -> None:
    counted, differing = Counter[str](), list[tuple[str, str, str, str]]()
    for name, data in feeds.items():
        expected = feeds.get(name.removesuffix(".xml") + ".json", b"")
        if not name.startswith(("gofeed/translator", "gofeed/parser")) or not name.endswith(".xml") or not expected:
            continue
        if "base64" in name or "escaped_markup" in name:
            continue
        wanted = msgspec.json.decode(expected)
        others = wanted.get("items") or wanted.get("entries") or []
        for entry, other in zip(read_feed(data).entries, others, strict=True):
            for what, mine, theirs in _translated(entry, other):
                counted[what] += 1
                if mine != theirs:
                    differing.append((what, name, mine, theirs))
    unlike = Counter(what for what, *_ in differing)
    print({what: f"{counted[what] - unlike[what]} of {counted[what]}" for what in counted})
    print(*differing[:40], sep="\n")
    assert counted.total() > 100
    assert len(differing) <= 0.1 * counted.total()


def _said(text: str | None) -> str:
    return " ".join(words(text or "").split())


def _first_date(texts: Any) -> str:
    return next(filter(None, map(read_date, texts)), "")


def _compared(entry: Entry, other: Any) -> Iterator[tuple[str, str, str]]:
    if other.get("title"):
        yield "title", _said(entry.title), _said(other["title"])
    if other.get("id"):
        yield "id", entry.id or entry.link, other["id"]
    if other.get("link"):
        yield "link", entry.link, other["link"].strip()
    if other.get("content"):
        yield "content", _said(entry.content), _said(max((part.value for part in other.content), key=len))
    when = other.get("published_parsed") or other.get("updated_parsed")
    if when:
        ours = entry.published if other.get("published_parsed") else [*entry.updated, *entry.published]
        yield "date", _first_date(ours), time.strftime("%Y-%m-%dT%H:%M:%SZ", when)


def _translated(entry: Entry, other: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if title := other.get("title"):
        yield "title", _said(entry.title), _said(title)
    if identity := other.get("guid") or other.get("id"):
        yield "id", entry.id, identity["value"] if isinstance(identity, dict) else identity
    if link := other.get("link"):
        yield "link", entry.link, link
    if when := other.get("publishedParsed") or other.get("pubDateParsed"):
        yield "date", _first_date([*entry.published, *entry.updated]), when
    if content := other.get("content"):
        yield "content", _said(entry.content), _said(content if isinstance(content, str) else content.get("value"))
    if people := other.get("authors"):
        names = [without_addresses(words(name)) for name in entry.names]
        yield "names", ", ".join(filter(None, names)), ", ".join(one["name"] for one in people if "name" in one)
