"""A WordPress post as an article, or the reason why it is none."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from tamizdat.errors import FormatError
from tamizdat.format.article import Article, Image, plain_text
from tamizdat_server.draft import Draft
from tamizdat_server.importers.blocks.fit import fitted
from tamizdat_server.importers.blocks.html import Content, read_html
from tamizdat_server.importers.dates import read_date
from tamizdat_server.importers.items import Imported, Refused, Skipped, Warnings
from tamizdat_server.importers.language import Languages, choose_edition
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.text import clean, key_of, line, words
from tamizdat_server.importers.web.surroundings import WebPlace
from tamizdat_server.importers.wordpress.bodies import to_html
from tamizdat_server.importers.wordpress.posts import Post, Site, source_of, unpublished
from tamizdat_server.importers.wordpress.shortcodes import replace_shortcodes
from tamizdat_server.importers.wordpress.translations import split_languages, told_language
from tamizdat_server.importers.wordpress.types import wanted
from tamizdat_server.importers.wordpress.withheld import check_beginnings, without_withheld

_NO_DATE: Final = re.compile(r"0000-|-")
_URL: Final = re.compile(r"https?://[^\x00-\x20\"<>]{3,3990}")
# What WordPress files a post under that nobody filed, in the languages of its installers.
_NO_CATEGORY: Final = frozenset(
    ("uncategorized", "uncategorised", "без рубрики", "без категории", "санатсыз", "айдарсыз", "без категорії")
)
_SUMMARY_CHARACTERS: Final = 20_000
_TITLE_CHARACTERS: Final = 80
_TAGS: Final = 100


class PostReader:
    """Reads the posts of one site, whichever way they came."""

    def __init__(self, site: Site, options: Options) -> None:
        self._site, self._options = site, options
        self._languages, self._types = Languages(options.editions), wanted(options)

    def read(self, post: Post) -> Sequence[Imported | Skipped]:
        """What a post comes to: one item, or one for each language where it holds its text in several."""
        if found := unpublished(post, types=self._types):
            return [Skipped(source_of(self._site.home, post.id), found[0], hidden=found[1])]
        if split := split_languages(post):
            return [self._read(part, code) for code, part in split.items()]
        return [self._read(post, "")]

    def _read(self, post: Post, language: str) -> Imported | Skipped:
        source = source_of(self._site.home, post.id, language)
        try:
            return self._imported(post, source, language)
        except Refused as refused:
            return Skipped(source, refused.reason, hidden=refused.hidden)
        except FormatError as error:
            return Skipped(source, f"not an article that the format allows: {error.what}")

    def _imported(self, post: Post, source: str, language: str) -> Imported:
        warnings = Warnings()
        for warning in post.warnings:
            warnings.add(warning)
        if not post.rendered:  # what a site shows has its shortcodes carried out
            check_beginnings((post.title, post.content, post.excerpt, *post.footnotes.values()))
        published = self._published(post, warnings)
        place = WebPlace(post.link or self._site.home, options=self._options, warnings=warnings)
        title = line(without_withheld(post.title, warnings))
        content = read_html(to_html(post, self._site, warnings), place, title=title)
        text = _text(content)
        draft = Draft(
            key=self._key(post, language),
            edition=self._edition(post, f"{title}\n{text}", warnings),
            title=title or _title_of(content, text, published, warnings),
            published=published,
            byline=line(post.author),
            section=_section(post),
            tags=_tags(post, warnings),
            summary=_summary(post, warnings),
            source_url=post.link if _URL.fullmatch(post.link) else "",
            translation_group=self._group(post, language),
            image=_lead_image(post, place),
            body=content.body,
            footnotes=content.footnotes,
        )
        changed = self._changed(post, published)
        return Imported(
            draft=fitted(draft, warnings), source=source, at=changed or published, warnings=warnings.list(),
            stamp=self._stamp(post), form="rendered" if post.rendered else "raw",
            translations=[source_of(self._site.home, number) for number in post.translations if number != post.id],
        )  # fmt: skip

    # -- when ----------------------------------------------------------------------------------------------------------

    def _published(self, post: Post, warnings: Warnings) -> str:
        """When it was published. Raises: Refused where that is in the future, or nobody knows."""
        published = self._moment(post.date_gmt, post.date, warnings) or self._options.date
        if published is None:
            written = line(post.date or post.date_gmt, 40)
            why = f"its date '{written}' can't be read" if written and not _NO_DATE.match(written) else "it has no date"
            raise Refused(f"{why}; --date gives one to all such articles")
        if published > self._options.now:
            raise Refused(f"dated in the future, {published}", hidden=True)
        return published

    def _moment(self, gmt: str, local: str, warnings: Warnings) -> str | None:
        if found := read_date(gmt):
            return found
        zone = self._options.zone or self._site.zone
        found = read_date(local, zone=zone)
        if found and not zone:
            warnings.add("its date names no time zone: taken for UTC, unless --zone names one")
        return found

    def _changed(self, post: Post, published: str) -> str:
        """When it was changed last; nothing where that is unknown, or can't be."""
        changed = self._moment(post.modified_gmt, post.modified, Warnings())
        return changed if changed and published <= changed <= self._options.now else ""

    def _stamp(self, post: Post) -> str:
        """Its site's word for this version: when it was changed, before it was published or not."""
        return self._moment(post.modified_gmt, post.modified, Warnings()) or ""

    # -- where ---------------------------------------------------------------------------------------------------------

    def _key(self, post: Post, language: str) -> str:
        try:
            parts = urlsplit(post.link)
            path = "" if "p=" in parts.query or "page_id=" in parts.query else unquote(parts.path).strip("/")
        except ValueError:
            path = ""
        key = path or unquote(post.slug).strip("/") or f"post-{post.id}"
        return key_of(f"{language}/{key}" if language else key)

    def _edition(self, post: Post, text: str, warnings: Warnings) -> str:
        said = told_language(post, self._site, self._languages, text=text, default=self._options.language)
        return choose_edition(self._languages, said=said, text=text, warnings=warnings)

    def _group(self, post: Post, language: str) -> str:
        """The first of its translations names them all, to an export and to the API alike."""
        first = post.id if language else min(post.translations, default=0)
        return source_of(self._site.home, first)[:200] if first else ""


def _text(content: Content) -> str:
    """Its words, for telling their language; nothing where it is nested too deep, which is mended later."""
    article = Article(key="-", edition="en", revision=1, title="", published="", updated="", body=content.body)
    try:
        return plain_text(article)
    except FormatError:
        return ""


def _title_of(content: Content, text: str, published: str, warnings: Warnings) -> str:
    """A title for a post that has none: its heading, its first words, or its day."""
    warnings.add("it has no title: its first words, or its date, became one")
    first = next((part for part in text.split("\n") if part.strip()), "")
    return line(content.heading) or line(first, _TITLE_CHARACTERS) or published[:10]


def _section(post: Post) -> str:
    return next((line(name) for name in post.categories if name.casefold() not in _NO_CATEGORY), "")


def _tags(post: Post, warnings: Warnings) -> list[str]:
    section = _section(post)
    names = [name for name in post.categories if name.casefold() not in _NO_CATEGORY]
    tags = [tag for tag in dict.fromkeys(line(name) for name in [*post.tags, *names]) if tag and tag != section]
    if len(tags) > _TAGS:
        warnings.add(f"more than {_TAGS} tags: the others were left out")
    return tags[:_TAGS]


def _summary(post: Post, warnings: Warnings) -> str:
    text = without_withheld(post.excerpt, warnings)
    text = words(replace_shortcodes(text, lambda code: code.inner or "", known=()))
    # The site's own cut of the text says nothing that the text doesn't.
    return "" if post.rendered and text.endswith(("[…]", "…", "[...]")) else line(text, _SUMMARY_CHARACTERS)


def _lead_image(post: Post, place: WebPlace) -> Image | None:
    if post.featured is None or not post.featured.url:
        return None
    found = place.picture(post.featured.url, alt=clean(post.featured.alt).strip())
    return found if isinstance(found, Image) else None
