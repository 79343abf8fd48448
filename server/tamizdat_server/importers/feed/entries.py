"""Entries of a feed to items: each is imported, or skipped with its reason."""

import html
import re
import zlib
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

from tamizdat.format.names import sha256
from tamizdat_server.importers.feed.hidden import locked, unfit_at
from tamizdat_server.importers.feed.parts import Entry, Feed
from tamizdat_server.importers.items import Imported, Item, Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.text import words
from tamizdat_server.importers.webpage.story import Story, StoryReader, key_at

_scheme: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:")
_web: Final = re.compile(r"https?://(?:www\.)?([^/?#]+)", re.IGNORECASE)
_cut: Final = re.compile(
    r"(?:…|\.\.\.|&hellip;|&#8230;|\[&#8230;\])\s*\]?\s*(?:<[^<>]*>|\s)*"
    r"(?:(?:continue reading|read (?:more|on|full).{0,40}|читать (?:далее|дальше|полностью|ещё|еще)|подробнее|толығырақ"
    r"|the post .{0,200} appeared first on .{0,200})[^<]{0,200}(?:<[^<>]*>|\s|→|»|…)*)*$",
    re.IGNORECASE,
)
_NO_TAGS: Final = frozenset(("uncategorized", "uncategorised", "без рубрики", "без категории", "санатсыз", "айдарсыз"))
_SHORT_WORDS: Final = 150
SHORT: Final = "the feed has only the beginning of this text; --fetch takes the whole of it from its page"


class EntryReader:
    """Reads a feed's entries. `unsettled`: some of them may read otherwise soon although the feed doesn't change."""

    def __init__(self, feed: Feed, *, address: str, options: Options) -> None:
        self._feed, self._address, self._options = feed, address, options
        self._stories = StoryReader(options)
        self._seen: set[str] = set()
        self.unsettled = False

    def items(self) -> Iterator[Item]:
        """Every entry, in the feed's order."""
        for entry in self._feed.entries:
            yield self._item(entry)

    def _item(self, entry: Entry) -> Imported | Skipped:
        source = self._source(entry)
        if source in self._seen:
            return Skipped(f"{source} (once more)", "the same entry once more")
        self._seen.add(source)
        hidden = entry.hidden or locked(entry.content, entry.summary)
        if hidden:
            return Skipped(source, hidden, hidden=True)
        if reason := self._unfit(entry):
            return Skipped(source, reason)
        item = self._stories.read(self._story(entry, source))
        self.unsettled |= isinstance(item, Skipped) and item.hidden
        return item

    def _unfit(self, entry: Entry) -> str:
        if not entry.whole:
            return "the feed was cut off in the middle of it"
        if not any((words(entry.title), entry.content.strip(), entry.summary.strip(), entry.media)):
            return "it says nothing"
        return entry.unfit or unfit_at(entry.link, entry.id)

    def _source(self, entry: Entry) -> str:
        name = entry.id or entry.link
        if not name:
            name = sha256("\0".join((entry.title, entry.content or entry.summary)).encode())[:16]
        if found := _web.match(name):
            # A site that moves to https, or drops its www, keeps its articles.
            return f"feed {found[1].lower()}{name[found.end() :]}"[:2_000]
        return f"feed {name}"[:2_000] if _scheme.match(name) else f"feed {self._site()} {name}"[:2_000]

    def _site(self) -> str:
        found = _web.match(self._feed.link or self._feed.address or self._address)
        return found[1].lower() if found else words(self._feed.title)[:100] or "file"

    def _story(self, entry: Entry, source: str) -> Story:
        text, warnings = entry.content or entry.summary, [SHORT] if is_short(entry) else []
        picture = next((medium for medium in entry.media if medium.kind == "image"), None)
        return Story(
            source=source,
            key=_key(entry, source),
            link=entry.link,
            base=entry.base or entry.link or self._feed.link or self._address,
            title=entry.title,
            html=text + _players(entry),
            summary=entry.summary if entry.content else "",
            published=entry.published or entry.updated,
            updated=entry.updated,
            names=entry.names or self._feed.names,
            tags=[tag for tag in entry.tags if words(tag).casefold() not in _NO_TAGS],
            language=entry.language,
            site_language=self._feed.language,
            image=picture.address if picture else "",
            image_alt=picture.alt if picture else "",
            translations=entry.translations,
            warnings=warnings,
        )


def is_short(entry: Entry) -> bool:
    """Whether an entry has only the beginning of its article, as far as one can tell."""
    text = entry.content or entry.summary
    if _cut.search(text[-1_000:]):
        return True
    return not entry.content and len(words(text).split()) < _SHORT_WORDS


def _players(entry: Entry) -> str:
    """Sound and films, as HTML has them, unless the text shows them itself."""
    text = entry.content or entry.summary
    return "".join(
        f'<{medium.kind} src="{html.escape(medium.address)}" title="{html.escape(words(medium.alt))}"></{medium.kind}>'
        for medium in dict.fromkeys(entry.media)
        if medium.kind in ("audio", "video") and medium.address not in text
    )


def _key(entry: Entry, source: str) -> str:
    key = key_at(entry.link)
    try:
        query = parse_qs(urlsplit(entry.link).query)
    except ValueError:
        query = {}
    number = next((query[name][0] for name in ("p", "page_id", "id") if name in query), "")
    if number and key in ("", "index", "index.php"):
        return f"post-{number}"
    return key or f"entry-{zlib.crc32(source.encode()):08x}"
