"""What a site's REST API answers, read leniently: plugins change its types, and nothing of it can be trusted."""

import re
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from tamizdat_server.importers.text import without_addresses, words
from tamizdat_server.importers.wordpress.posts import MAX_TRANSLATIONS, Media, Post

ROW_FIELDS: Final = "id,modified_gmt,date_gmt"
POST_FIELDS: Final = (
    "id,type,status,slug,link,date,date_gmt,modified,modified_gmt,title,content,excerpt,lang,translations,"
    "wpml_current_locale,wpml_translations,_links,_embedded"
)
EMBEDDED: Final = "author,wp:featuredmedia,wp:term"
MAX_ID: Final = 2**53
_moment = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_address = re.compile(r"https?://[^\x00-\x20<>\"]{1,3990}", re.IGNORECASE)
_language = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9_-]{2,20})?")
_Kind = TypeVar("_Kind")
_Scalar = str | int | float | bool | None
_NOTHING: Final = msgspec.Raw(b"null")


class Row(msgspec.Struct, frozen=True):
    """One line of a list of posts: its number, and when it was changed and dated, in GMT."""

    id: int
    modified_gmt: _Scalar = None
    date_gmt: _Scalar = None

    @property
    def stamp(self) -> str:
        """When it was changed, as `2024-05-01T10:00:00Z`; empty where nobody knows."""
        return moment(self.modified_gmt)

    @property
    def dated(self) -> str:
        """Its date, in the same form."""
        return moment(self.date_gmt)


class _Shown(msgspec.Struct, frozen=True):
    rendered: _Scalar = ""
    protected: _Scalar = False


class _Answer(msgspec.Struct, frozen=True):
    id: int
    type: str = "post"
    status: str = "publish"
    slug: _Scalar = ""
    link: _Scalar = ""
    date: _Scalar = ""
    date_gmt: _Scalar = ""
    modified: _Scalar = ""
    modified_gmt: _Scalar = ""
    title: _Shown | str | int | None = None
    content: _Shown | str | None = None
    excerpt: _Shown | str | None = None
    lang: msgspec.Raw = _NOTHING
    translations: msgspec.Raw = _NOTHING
    wpml_current_locale: msgspec.Raw = _NOTHING
    wpml_translations: msgspec.Raw = _NOTHING
    embedded: msgspec.Raw = msgspec.field(default=_NOTHING, name="_embedded")


class _Embedded(msgspec.Struct, frozen=True):
    author: msgspec.Raw = _NOTHING
    media: msgspec.Raw = msgspec.field(default=_NOTHING, name="wp:featuredmedia")
    terms: msgspec.Raw = msgspec.field(default=_NOTHING, name="wp:term")


class _Author(msgspec.Struct, frozen=True):
    name: _Scalar = ""
    slug: _Scalar = ""


class _Term(msgspec.Struct, frozen=True):
    name: _Scalar = ""
    taxonomy: _Scalar = ""


class _Media(msgspec.Struct, frozen=True):
    source_url: _Scalar = ""
    alt_text: _Scalar = ""
    mime_type: _Scalar = ""
    media_type: _Scalar = "image"
    caption: _Shown | str | None = None


class _Translation(msgspec.Struct, frozen=True):
    id: int = 0


class NotUnderstood(ValueError):
    """An answer that isn't shaped like a post or a line of a list."""


def read_row(raw: msgspec.Raw) -> Row:
    """One line of a list. Raises: NotUnderstood."""
    row = _strictly(raw, Row)
    if not 0 < row.id < MAX_ID:
        raise NotUnderstood("a post's number is no number of WordPress")
    return row


def read_post(raw: msgspec.Raw) -> Post:
    """One post as the site shows it. Raises: NotUnderstood."""
    answer = _strictly(raw, _Answer)
    embedded = _leniently(answer.embedded, _Embedded, _Embedded())
    categories, tags = _terms(embedded.terms)
    link = _text(answer.link) if _address.fullmatch(_text(answer.link)) else ""
    return Post(
        id=answer.id,
        type=answer.type,
        status=answer.status,
        protected=any(_protected(shown) for shown in (answer.content, answer.excerpt)),
        link=link,
        slug=_text(answer.slug),
        title=_rendered(answer.title),
        content=_rendered(answer.content),
        rendered=True,
        excerpt=_rendered(answer.excerpt),
        author=_author(embedded.author),
        date=_text(answer.date),
        date_gmt=_text(answer.date_gmt),
        modified=_text(answer.modified),
        modified_gmt=_text(answer.modified_gmt),
        categories=categories,
        tags=tags,
        language=_told_language(answer, link),
        translations=_translations(answer),
        featured=_featured(embedded.media),
    )


def moment(value: object) -> str:
    """A time in GMT as the API writes it, with its `Z`; empty where it is none."""
    if not isinstance(value, str) or not _moment.match(value):
        return ""
    try:
        return f"{datetime.fromisoformat(value[:19]).isoformat()}Z"
    except ValueError:
        return ""


# -- inside ------------------------------------------------------------------------------------------------------------


def _strictly(raw: msgspec.Raw, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(raw, type=kind, strict=False)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotUnderstood(f"it isn't as WordPress writes posts: {error}") from error


def _leniently(raw: msgspec.Raw, kind: type[_Kind], otherwise: _Kind) -> _Kind:
    """What hangs on a post and may be closed, an error or anything: then it is left out."""
    try:
        return msgspec.json.decode(raw, type=kind, strict=False)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return otherwise


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) and value else ""


def _rendered(shown: _Shown | str | int | None) -> str:
    return _text(shown.rendered) if isinstance(shown, _Shown) else _text(shown)


def _protected(shown: _Shown | str | None) -> bool:
    # Whatever isn't plainly a no may be a yes, and then it is nobody's to publish.
    return isinstance(shown, _Shown) and shown.protected not in (False, None, 0, "", "0", "false")


def _first(raw: msgspec.Raw, kind: type[_Kind], otherwise: _Kind) -> _Kind:
    found = _leniently(raw, list[msgspec.Raw], [])
    return _leniently(found[0], kind, otherwise) if found else otherwise


def _author(raw: msgspec.Raw) -> str:
    """A display name; nothing where it may be a login: the name in the address of the author's page is made of that."""
    author = _first(raw, _Author, _Author())
    name = without_addresses(words(_text(author.name)))
    return "" if name.casefold() == _text(author.slug).casefold() else name


def _terms(raw: msgspec.Raw) -> tuple[list[str], list[str]]:
    groups = _leniently(raw, list[msgspec.Raw], [])
    terms = [_leniently(term, _Term, _Term()) for group in groups for term in _leniently(group, list[msgspec.Raw], [])]
    found: dict[str, list[str]] = {"category": [], "post_tag": []}
    for term in terms:
        if (name := words(_text(term.name))) and (names := found.get(_text(term.taxonomy))) is not None:
            names.append(name)
    return found["category"], found["post_tag"]


def _featured(raw: msgspec.Raw) -> Media | None:
    media = _first(raw, _Media, _Media())
    url = _text(media.source_url)
    if not _address.fullmatch(url) or media.media_type not in ("image", "", None):
        return None
    return Media(url, alt=words(_text(media.alt_text)), caption=_rendered(media.caption), mime=_text(media.mime_type))


def _told_language(answer: _Answer, link: str) -> str:
    """What the marks of Polylang or WPML say, or the word of an address that says it."""
    for raw in (answer.lang, answer.wpml_current_locale):
        told = _leniently(raw, str, "")
        if _language.fullmatch(told):
            return told
    asked = parse_qs(urlsplit(link).query).get("lang", [""])[0] if link else ""
    return asked if _language.fullmatch(asked) else ""


def _translations(answer: _Answer) -> list[int]:
    """The numbers of a text and its translations; nothing where no plugin says which language this is."""
    by_language = _leniently(answer.translations, dict[str, int], {})
    listed = _leniently(answer.wpml_translations, list[_Translation], [])
    numbers = {number for number in [*by_language.values(), *(one.id for one in listed)] if 0 < number < MAX_ID}
    is_told = any(_leniently(raw, str, "") for raw in (answer.lang, answer.wpml_current_locale))
    return sorted(numbers | {answer.id})[:MAX_TRANSLATIONS] if numbers or is_told else []
