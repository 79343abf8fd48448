"""Entries of a feed to items: each is imported, or skipped with its reason."""

import html
import re
import zlib
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from tamizdat.errors import TransportError
from tamizdat.format.names import sha256
from tamizdat_server.importers.feed.hidden import locked, unfit_at
from tamizdat_server.importers.feed.parts import Entry, Feed
from tamizdat_server.importers.items import Imported, Item, Refused, Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.text import words
from tamizdat_server.importers.webpage.opening import Unanswered, fetch_story
from tamizdat_server.importers.webpage.story import Story, StoryReader, key_at

_scheme: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:")
_web: Final = re.compile(r"https?://(?:www\.)?([^/?#]+)", re.IGNORECASE)
_cut: Final = re.compile(
    r"(?:…|\.\.\.|&hellip;|&#8230;|\[&#8230;\])\s*\]?\s*(?:<[^<>]*>|\s)*"
    r"(?:(?:continue reading|read (?:more|on|full).{0,40}|читать (?:далее|дальше|полностью|ещё|еще)|подробнее|толығырақ"
    r"|the post .{0,200} appeared first on .{0,200})[^<]{0,200}(?:<[^<>]*>|\s|→|»|…)*)*$",
    re.IGNORECASE,
)
_heading: Final = re.compile(r"<h1\b[^<>]*>.{0,2000}?</h1>", re.DOTALL | re.IGNORECASE)
_NO_TAGS: Final = frozenset(("uncategorized", "uncategorised", "без рубрики", "без категории", "санатсыз", "айдарсыз"))
_SHORT_WORDS: Final = 150
SHORT_STILL: Final = "the feed has only the beginning of this text, and its page has no more of it for the public"
SHORT: Final = "the feed has only the beginning of this text; --fetch takes the whole of it from its page"


class EntryReader:
    """Reads the entries of a feed's pages.

    `seen`: their sources. `unsettled`: some may read otherwise soon although the feed doesn't change.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._stories = StoryReader(options)
        self._feed, self._address = Feed(version=""), ""
        self.seen: dict[str, None] = {}
        self.unsettled = False

    def items(self, feed: Feed, *, address: str) -> Iterator[Item]:
        """Every entry of a feed that lay at `address`, in its order."""
        self._feed, self._address = feed, address
        for entry in feed.entries:
            yield self._item(entry)

    def _item(self, entry: Entry) -> Imported | Skipped:
        source = self._source(entry)
        if source in self.seen:
            return Skipped(f"{source} (once more)", "the same entry once more")
        self.seen[source] = None
        hidden = entry.hidden or locked(entry.title, entry.content, entry.summary)
        if hidden:
            return Skipped(source, hidden, hidden=True)
        if reason := self._unfit(entry):
            return Skipped(source, reason)
        story = self._story(entry, source)
        try:
            if self._options.follow and entry.link and is_short(entry):
                story = self._followed(story, entry)
        except Refused as refused:
            return Skipped(source, refused.reason, hidden=refused.hidden)
        item = self._stories.read(story)
        self.unsettled |= _may_change(item)
        return item

    def _followed(self, story: Story, entry: Entry) -> Story:
        """The story with the text of the page that its entry links to. Raises: Refused where that can't be had now."""
        if story.published:
            self._stories.check_date(story)
        try:
            page = fetch_story(entry.link, self._options)
        except (TransportError, Unanswered) as error:
            self.unsettled = True
            gone = isinstance(error, Refused) and error.hidden
            raise Refused(f"its page can't be fetched: {error}", hidden=gone) from error
        except Refused as refused:
            if refused.hidden:
                raise
            return msgspec.structs.replace(story, warnings=[SHORT_STILL])
        if len(words(page.html)) <= len(words(story.html)):
            return msgspec.structs.replace(story, warnings=[])
        return _joined(story, page, entry)

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


def _may_change(item: Imported | Skipped) -> bool:
    # What is dated in the future will be due, and a picture will be had, while the feed stays as it is.
    if isinstance(item, Skipped):
        return item.hidden
    return any("couldn't be fetched" in warning for warning in item.warnings)


def _joined(story: Story, page: Story, entry: Entry) -> Story:
    """The page's text with what the feed says of it; the page fills in what the feed leaves open."""
    image, alt = (story.image, story.image_alt) if story.image else (page.image, page.image_alt)
    return msgspec.structs.replace(
        story,
        base=page.base,
        html=_untitled(page) + _players(entry),
        summary=entry.summary,
        published=[*story.published, *page.published],
        updated=[*story.updated, *page.updated],
        names=story.names or page.names,
        section=page.section,
        tags=story.tags or page.tags,
        site_language=page.site_language or story.site_language,
        image=image,
        image_alt=alt,
        translations=story.translations or page.translations,
        warnings=page.warnings,
    )


def _untitled(page: Story) -> str:
    """A page's text without the heading that is its title: the feed's own stands above it."""
    found = _heading.search(page.html)
    if found and words(found[0]) == words(page.title):
        return page.html[: found.start()] + page.html[found.end() :]
    return page.html


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
