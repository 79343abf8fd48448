"""One Markdown file to one draft, or the reason why not. Folders and git histories both read their pages here."""

import re
from pathlib import PurePosixPath
from typing import Final

import msgspec

from tamizdat.errors import FormatError
from tamizdat.format.article import Article, Image, plain_text
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256
from tamizdat_server.draft import Draft
from tamizdat_server.importers.blocks.fit import fitted
from tamizdat_server.importers.blocks.html import Content, read_html
from tamizdat_server.importers.items import Imported, Refused, Skipped, Warnings
from tamizdat_server.importers.language import Languages, choose_edition
from tamizdat_server.importers.markdown.fields import Facts, embargo, read_facts, unpublished, unread_date
from tamizdat_server.importers.markdown.files import MAX_ARTICLE_BYTES, Files, without_extension
from tamizdat_server.importers.markdown.front_matter import BadFrontMatter, Fields, split_front_matter
from tamizdat_server.importers.markdown.place import PagePlace
from tamizdat_server.importers.markdown.rendering import to_html
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.text import clean, line

_picture: Final = re.compile(rb"data:image/[\w.+-]+;base64,[A-Za-z0-9+/=]*")


class _Known(msgspec.Struct, frozen=True):
    """What a text came to, and the files that weren't there then."""

    digest: str
    content: Content
    warnings: list[str]
    missed: list[str]


class PageReader:
    """Reads the pages of one source. The newest `keep` are remembered, to save work where only their fields change."""

    def __init__(self, options: Options, *, keep: int = 0) -> None:
        self._options = options
        self._languages = Languages(options.editions)
        self._keep = keep
        self._known: dict[str, _Known] = {}

    def read(self, data: bytes, *, path: str, key: str, files: Files, at: str) -> Imported | Skipped:
        """The page at `path` of its source, to be known under `key`."""
        try:
            return self._imported(data, PurePosixPath(path), key, files, at)
        except Refused as refused:
            return Skipped(source=path, reason=refused.reason, hidden=refused.hidden)
        except FormatError as error:
            return Skipped(source=path, reason=f"not an article that the format allows: {error.what}")

    def _imported(self, data: bytes, path: PurePosixPath, key: str, files: Files, at: str) -> Imported:
        _check_path(path)
        fields, text = _split(data)
        warnings = Warnings()
        facts = read_facts(fields, name=path.name, zone=self._options.zone, warnings=warnings)
        published = self._check_public(fields, facts)
        place = PagePlace(
            path=str(path), files=files, pictures=self._options.store, site=self._options.site, warnings=warnings
        )
        content = self._content(text, facts.title, place, files)
        title = facts.title or line(content.heading) or self._name_as_title(path, warnings)
        said = f"{title}\n{facts.summary}\n{_words(content)}"
        edition, group = self._edition(str(path), facts, said, warnings, files)
        draft = Draft(
            key=key,
            edition=edition,
            title=title,
            published=published,
            updated=self._updated(facts, published),
            byline=facts.byline,
            place=facts.place,
            section=facts.section,
            tags=facts.tags,
            summary=facts.summary,
            source_url=facts.source_url,
            translation_group=facts.translation_group or group,
            image=self._lead_image(facts, place),
            body=content.body,
            footnotes=content.footnotes,
        )
        return Imported(
            draft=fitted(draft, warnings),
            source=str(path),
            at=at,
            warnings=warnings.list(),
            corrections=facts.corrections,
        )

    # -- whether -------------------------------------------------------------------------------------------------------

    def _check_public(self, fields: Fields, facts: Facts) -> str:
        """The time of publication. Raises: Refused for drafts, future articles and those without a date."""
        if reason := unpublished(fields):
            raise Refused(reason, hidden=True)
        published = facts.published or self._options.date
        if not published:
            written = unread_date(fields)
            why = f"its date {written!r} can't be read" if written else "it has no date"
            raise Refused(f"{why}; --date gives one to all such articles")
        for moment in (published, embargo(fields, zone=self._options.zone)):
            if moment and moment > self._options.now:
                raise Refused(f"dated in the future, {moment}", hidden=True)
        return published

    def _updated(self, facts: Facts, published: str) -> str | None:
        # A change before publication, or one that is still to come, is a slip.
        return facts.updated if facts.updated and published <= facts.updated <= self._options.now else None

    # -- what ----------------------------------------------------------------------------------------------------------

    def _content(self, text: str, title: str, place: PagePlace, files: Files) -> Content:
        digest = sha256(f"{title}\0{text}".encode())
        known = self._known.get(place.path)
        if known is None or known.digest != digest or any(map(files.has, known.missed)):
            inner = place.with_warnings(Warnings())
            content = read_html(to_html(text, inner.warnings), inner, title=title)
            known = _Known(digest, content, inner.warnings.list(), inner.missed)
            # A picture may change while the text that shows it doesn't.
            if not inner.found:
                self._remember(place.path, known)
        for warning in known.warnings:
            place.warnings.add(warning)
        return known.content

    def _remember(self, path: str, known: "_Known") -> None:
        if self._keep:
            self._known.pop(path, None)
            self._known[path] = known
            if len(self._known) > self._keep:
                del self._known[next(iter(self._known))]

    def _lead_image(self, facts: Facts, place: PagePlace) -> Image | None:
        if not facts.image:
            return None
        found = place.picture(facts.image, alt=facts.image_alt)
        if isinstance(found, Image):
            return found
        place.warnings.add("a lead picture that isn't in the source was left out")
        return None

    def _name_as_title(self, path: PurePosixPath, warnings: Warnings) -> str:
        warnings.add("no title: the file's name was taken")
        return line(path.stem.replace("-", " ").replace("_", " ")) or "…"

    def _edition(self, path: str, facts: Facts, text: str, warnings: Warnings, files: Files) -> tuple[str, str]:
        """The edition, and the translation group that the path tells. Raises: Refused for a language without one."""
        in_path = self._languages.in_path(without_extension(path))
        code = facts.language or (in_path[0] if in_path else self._options.language)
        group = in_path[1] if in_path else self._group_of_original(path, files)
        edition = choose_edition(self._languages, said=code, text=text, warnings=warnings)
        return edition, clean(group)[:200]

    def _group_of_original(self, path: str, files: Files) -> str:
        """`name.md` is the original of `name.kk.md`."""
        stem, dot = without_extension(path), path.rfind(".")
        others = (code for edition in self._options.editions for code in (edition, "kz" if edition == "kk" else ""))
        return stem if any(code and files.has(f"{stem}.{code}{path[dot:]}") for code in others) else ""


def _check_path(path: PurePosixPath) -> None:
    if "_drafts" in path.parts[:-1]:
        raise Refused("in a _drafts folder", hidden=True)
    if path.stem == "_index":
        raise Refused("a list of pages, not an article")


def _split(data: bytes) -> tuple[Fields, str]:
    # Pictures may be written into a text; without them it is no longer than a record may be.
    if len(data) > MAX_ARTICLE_BYTES or (
        len(data) > LIMITS.record_bytes and len(_picture.sub(b"", data)) > LIMITS.record_bytes
    ):
        raise Refused("too large for an article")
    try:
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        return split_front_matter(clean(data.decode("utf-16" if wide else "utf-8")))
    except UnicodeDecodeError as error:
        raise Refused("it is not UTF-8 text") from error
    except BadFrontMatter as error:
        raise Refused(f"its front matter can't be read: {error}") from error


def _words(content: Content) -> str:
    article = Article(key="-", edition="en", revision=1, title="", published="", updated="", body=content.body)
    try:
        return plain_text(article)
    except FormatError:
        return ""
