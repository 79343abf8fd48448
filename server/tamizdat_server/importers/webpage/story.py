"""What the web tells of one article, to one draft, or the reason why not. Feeds and pages both end here."""

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from tamizdat.errors import FormatError
from tamizdat.format.article import Article, Block, Figure, Image, plain_text
from tamizdat_server.draft import Draft
from tamizdat_server.importers.blocks.fit import fitted
from tamizdat_server.importers.blocks.html import read_html
from tamizdat_server.importers.dates import read_date
from tamizdat_server.importers.items import Imported, Refused, Skipped, Warnings
from tamizdat_server.importers.language import Languages, choose_edition, meant, reads_kazakh
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.text import clean, key_of, line, without_addresses, words
from tamizdat_server.importers.web.surroundings import WebPlace
from tamizdat_server.importers.webpage.tree import check_markup

_TEXT_CHARACTERS: Final = 20_000
_TAGS: Final = 100
_TITLE_FROM_TEXT: Final = 80
_url = re.compile(r"https?://[^\x00-\x20]{1,3990}", re.IGNORECASE)
_ip = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}", re.IGNORECASE)
_sources = re.compile(r"<img\b[^<>]{0,4000}?\ssrc\s*=\s*[\"']([^\"']{1,4000})", re.IGNORECASE)
_size = re.compile(r"-(?:\d{2,4}x\d{2,4}|scaled)(?=\.\w+$)")
_extension = re.compile(r"\.(?:html?|php|aspx?|jsp|xml|json)$", re.IGNORECASE)
_cyrillic = re.compile("[\u0400-\u04ff]")
_letters = re.compile(r"[^\W\d_]")
_CYRILLIC: Final = frozenset("ru be uk bg mk ky tg mn ba cv os ab kv ce av".split())
_EITHER: Final = frozenset("kk uz az sr tt bs".split())


class Story(msgspec.Struct, frozen=True):
    """An article as the web tells it. Titles, texts and names are HTML; dates are as written, the best of them first.

    `base`: what the addresses in its texts are relative to. `language` is said of this very article; `site_language`,
    of all that stands around it, which is often wrong. `translations`: where the same stands in other languages, with
    itself among them.
    """

    source: str
    key: str
    link: str = ""
    base: str = ""
    title: str = ""
    html: str = ""
    summary: str = ""
    published: Sequence[str] = ()
    updated: Sequence[str] = ()
    names: Sequence[str] = ()
    section: str = ""
    tags: Sequence[str] = ()
    language: str = ""
    site_language: str = ""
    image: str = ""
    image_alt: str = ""
    translations: Sequence[str] = ()
    warnings: Sequence[str] = ()


class StoryReader:
    """Makes drafts of stories."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._languages = Languages(options.editions)

    def read(self, story: Story) -> Imported | Skipped:
        """The article, or why it isn't imported."""
        try:
            return self._imported(story)
        except Refused as refused:
            return Skipped(story.source, refused.reason, hidden=refused.hidden)
        except FormatError as error:
            return Skipped(story.source, f"not an article that the format allows: {error.what}")

    def check_date(self, story: Story) -> str:
        """When it was published. Raises: Refused where nobody knows, and for what is still to come."""
        zone = self._options.zone
        published = next(filter(None, (read_date(text, zone=zone) for text in story.published)), None)
        published = published or self._options.date
        if not published:
            written = next((words(text) for text in story.published if text.strip()), "")[:40]
            why = f"its date {written!r} can't be read" if written else "it has no date"
            raise Refused(f"{why}; --date gives one to all such articles")
        if published > self._options.now:
            raise Refused(f"dated in the future, {published}", hidden=True)
        return published

    def _imported(self, story: Story) -> Imported:
        warnings = Warnings()
        for warning in story.warnings:
            warnings.add(warning)
        published = self.check_date(story)
        place = WebPlace(story.base, options=self._options, warnings=warnings)
        title = line(story.title)
        check_markup(story.html)
        content = read_html(story.html, place, title=title)
        spoken = _spoken(content.body)
        title = title or line(content.heading) or _first_words(spoken, warnings)
        summary = _summary(story.summary, spoken)
        image, body = self._pictured(story, place, content.body)
        draft = Draft(
            key=key_of(story.key),
            edition=self._edition(story, f"{title}\n{summary}\n{spoken}", warnings),
            title=title,
            published=published,
            updated=self._updated(story, published),
            byline=_byline(story.names, warnings),
            section=line(story.section),
            tags=_bounded(story.tags, warnings),
            summary=summary,
            source_url=story.link if _url.fullmatch(story.link) else "",
            translation_group=min(story.translations, default="")[:200],
            image=image,
            body=body,
            footnotes=content.footnotes,
        )
        return Imported(
            draft=fitted(draft, warnings), source=story.source, at=self._options.now, warnings=warnings.list()
        )

    def _updated(self, story: Story, published: str) -> str | None:
        # A change before publication, or one that is still to come, is a slip.
        dates = filter(None, (read_date(text, zone=self._options.zone) for text in story.updated))
        return next((date for date in dates if published <= date <= self._options.now), None)

    def _edition(self, story: Story, text: str, warnings: Warnings) -> str:
        said = story.language or story.site_language
        if said and not story.language and _belied(said, text):
            warnings.add(f"the source calls itself '{said[:20]}', and its letters say otherwise")
            said = ""
        return choose_edition(self._languages, said=said or self._options.language, text=text, warnings=warnings)

    def _pictured(self, story: Story, place: WebPlace, body: list[Block]) -> tuple[Image | None, list[Block]]:
        """The lead picture, and the body, which doesn't begin with the same one."""
        if not story.image:
            return None, body
        lead = _shown(story.image, story.html)
        found = place.picture(lead, alt=words(story.image_alt)[:_TEXT_CHARACTERS])
        if not isinstance(found, Image):
            return None, body
        for index, block in enumerate(body):
            if isinstance(block, Figure) and block.image.variants == found.variants:
                if index == 0 and not block.caption and not block.credit:
                    return block.image if block.image.alt else found, body[1:]
                return None, body
        return found, body


def _shown(address: str, html: str) -> str:
    """The address under which the text itself shows this picture, in whatever size; else the address as it is."""
    name = _stem(address)
    return next((unescape(found) for found in _sources.findall(html) if name and _stem(found) == name), address)


def _stem(address: str) -> str:
    return _size.sub("", address.split("?")[0].rsplit("/", 1)[-1])


def key_at(address: str) -> str:
    """The path of an address, as a key: without its extension, its slashes at both ends and its query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return _extension.sub("", unquote(parts.path).strip("/"))


def _belied(said: str, text: str) -> bool:
    """Whether letters speak against the language that a whole site says of itself, often by default."""
    base = meant(said).split("-")[0]
    letters = len(_letters.findall(text))
    cyrillic = len(_cyrillic.findall(text))
    if letters < 20:
        return False
    if base in ("ru", "kk") and cyrillic > 0.5 * letters:
        return reads_kazakh(text) != (base == "kk")
    if base in _EITHER:
        return False
    return cyrillic < 0.1 * letters if base in _CYRILLIC else cyrillic > 0.5 * letters


def _byline(names: Sequence[str], warnings: Warnings) -> str:
    plain = [words(name) for name in names[:_TAGS]]
    if any("@" in name for name in plain):
        warnings.add("an e-mail address was left out of the byline")
    public = dict.fromkeys(map(without_addresses, plain))
    return line(escape(", ".join(name for name in public if name and not _ip.fullmatch(name)), quote=False))


def _bounded(tags: Sequence[str], warnings: Warnings) -> list[str]:
    unique = list(dict.fromkeys(short for tag in tags if (short := line(tag))))
    if len(unique) > _TAGS:
        warnings.add("more than 100 tags: the rest was left out")
    return unique[:_TAGS]


def _summary(summary: str, spoken: str) -> str:
    """The summary, unless it is only the text's own beginning."""
    text = words(re.sub(r"<(?:br|/p|/div|/li|/h\d)[^<>]*>", r" \g<0>", summary))[:_TEXT_CHARACTERS]
    start = _bare(re.sub(r"(?:\[?(?:…|\.\.\.)\]?).{0,60}$", "", text))
    return "" if start and _bare(spoken[: 4 * len(text) + 400]).startswith(start) else text


def _bare(text: str) -> str:
    return "".join(re.findall(r"\w", text.casefold()))


def _first_words(spoken: str, warnings: Warnings) -> str:
    warnings.add("no title: its first words were taken")
    return line(escape(spoken.strip(), quote=False), _TITLE_FROM_TEXT) or "…"


def _spoken(body: list[Block]) -> str:
    article = Article(key="-", edition="en", revision=1, title="", published="", updated="", body=body)
    try:
        return clean(plain_text(article)).strip()
    except FormatError:
        return ""
