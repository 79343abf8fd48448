"""What front matter of Hugo, Jekyll and MkDocs kinds says about an article, and nothing that it doesn't say in public.

Only the fields read here travel on. Whatever else stands there (e-mail addresses, notes, internal links) stays behind.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from tamizdat_server.importers.dates import date_in_name, read_date
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.front_matter import Fields, Value
from tamizdat_server.importers.text import clean, line, without_addresses, words

_FALSE: Final = frozenset(("", "false", "no", "off", "0", "n"))
_PUBLISHED: Final = ("date", "date.created", "publishdate", "pubdate", "published", "created")
_UPDATED: Final = ("lastmod", "updated", "date.updated", "last_modified_at", "modified", "updated_at")
# Also as a word among others: "in review", "pending-approval".
_HIDDEN_STATUS: Final = re.compile(
    r"\b(?:draft|private|pending|review|hidden|future|scheduled|trash|deleted|unlisted|unpublished|embargo(?:ed)?|internal"
    r"|confidential|secret|wip|todo|idea|editing|withdrawn|черновик|не опубликовано)\b",
    re.IGNORECASE,
)
_KEPT_BACK: Final = (
    *("private", "headless", "hidden", "unlisted", "unpublished", "encrypted", "protected", "members_only", "wip"),
)
_GIVEN_OUT: Final = ("published", "publish", "public")
_FOR_EVERYBODY: Final = frozenset(
    ("", "public", "everyone", "everybody", "all", "open", "free", "true", "yes", "visible")
)
_url = re.compile(r"https?://[^\x00-\x20]{1,3990}")
_IMAGE: Final = (
    *("image", "image.path", "image.src", "image.url", "featured_image", "featured_image.src", "featuredimage"),
    *("cover", "cover.image", "cover.src", "header.image", "thumbnail", "images"),
)
_IMAGE_ALT: Final = ("image.alt", "featured_image.alt", "cover.alt", "image_alt", "imagealt", "alt")
_TEXT_CHARACTERS: Final = 20_000
_TAGS: Final = 100


class Facts(msgspec.Struct, frozen=True):
    """The fields of a page that its article carries. `image` is as the author wrote it: a path or an address."""

    title: str
    published: str | None
    updated: str | None
    byline: str
    place: str
    section: str
    tags: list[str]
    summary: str
    source_url: str
    translation_group: str
    language: str
    image: str
    image_alt: str
    corrections: list[str]


def unpublished(fields: Fields) -> str | None:
    """Why an article must not be published at any date, or None."""
    if _true(fields, "draft"):
        return "a draft"
    for name in _GIVEN_OUT:
        if name in fields and _text(fields, name).lower() in _FALSE:
            return f"marked '{name}: false'"
    if _HIDDEN_STATUS.search((status := _text(fields, "status").lower()).replace("_", " ")):
        return f"its status is '{status[:40]}'"
    if any(_true(fields, name) for name in _KEPT_BACK):
        return "marked as private"
    if _true(fields, "password"):
        return "protected with a password"
    if (seen := _text(fields, "visibility").lower()) not in _FOR_EVERYBODY:
        return f"its visibility is '{seen[:40]}'"
    if _text(fields, "_build.render", "build.render").lower() in ("never", "false"):
        return "marked as never to be rendered"
    return None


def embargo(fields: Fields, *, zone: str) -> str | None:
    """The date before which it must not appear, where one is set apart from its own date."""
    return _date(fields, ("publishdate", "publish_date"), zone)


def read_facts(fields: Fields, *, name: str, zone: str, warnings: Warnings) -> Facts:
    """The public facts of a page whose file is called `name`. `zone`: of dates that name none."""
    if any(field in fields for field in ("expirydate", "expiry_date", "expires", "unpublishdate")):
        warnings.add("an expiry date was ignored")
    section, *more = [*_texts(fields, "section", "category"), *_words(fields, "categories")] or [""]
    tags = [*_words(fields, "tags", "tag"), *_words(fields, "topics"), *more] or _words(fields, "keywords")
    return Facts(
        title=_line(fields, "title", warnings=warnings),
        published=_date(fields, _PUBLISHED, zone) or date_in_name(name, zone=zone),
        updated=_date(fields, _UPDATED, zone),
        byline=_byline(fields, warnings),
        place=_line(fields, "place", "dateline", warnings=warnings),
        section=line(section),
        tags=_bounded_tags(tags, warnings),
        summary=_summary(fields, warnings),
        source_url=_canonical(fields),
        translation_group=_text(fields, "translationkey", "translation_key", "translation_group")[:200],
        language=_text(fields, "lang", "language", "locale"),
        image=_text(fields, *_IMAGE),
        image_alt=words(_text(fields, *_IMAGE_ALT))[:_TEXT_CHARACTERS],
        corrections=_corrections(fields),
    )


def own_address(fields: Fields) -> str:
    """Where a page says that it is: an address, a path from the site's root, or nothing."""
    paths = (path for path in _texts(fields, "url", "permalink") if path.startswith("/") and ":" not in path)
    return _canonical(fields) or next(filter(_url.fullmatch, _texts(fields, "url", "permalink")), "") or next(paths, "")


def _canonical(fields: Fields) -> str:
    names = ("source_url", "canonical_url", "canonicalurl", "canonical")
    return next(filter(_url.fullmatch, _texts(fields, *names)), "")


def unread_date(fields: Fields) -> str:
    """The date that an author wrote and nobody can read, or nothing."""
    return next((text for text in _texts(fields, *_PUBLISHED) if text.lower() not in _FALSE | {"true"}), "")[:40]


# -- reading fields ----------------------------------------------------------------------------------------------------


def _values(fields: Fields, name: str) -> Iterable[Value]:
    """A field's value, or each of them; `a.b` is field `b` of field `a`."""
    value: Value = fields.get(name, "")
    if "." in name and not value:
        first, second = name.split(".", 1)
        outer = fields.get(first, "")
        value = outer.get(second, "") if isinstance(outer, dict) else ""
    return value if isinstance(value, list) else [value]


def _texts(fields: Fields, *names: str) -> list[str]:
    texts = (clean(value).strip() for name in names for value in _values(fields, name) if isinstance(value, str))
    return [text for text in texts if text]


def _text(fields: Fields, *names: str) -> str:
    return next(iter(_texts(fields, *names)), "")


def _true(fields: Fields, name: str) -> bool:
    # Whoever wrote anything but a no may have meant yes, and a draft must not leak.
    return any(text.lower() not in _FALSE for text in _texts(fields, name))


def _date(fields: Fields, names: Iterable[str], zone: str) -> str | None:
    return next(filter(None, (read_date(text, zone=zone) for name in names for text in _texts(fields, name))), None)


def _line(fields: Fields, *names: str, warnings: Warnings) -> str:
    text = _text(fields, *names)
    short = line(text)
    if short.endswith("…") and not text.rstrip().endswith("…"):
        warnings.add(f"the {names[0]} was longer than a line may be: cut")
    return short


def _words(fields: Fields, *names: str) -> list[str]:
    """Tags and the like: a list, or one string with commas, or, as Jekyll has it, with spaces."""
    found: list[str] = []
    for name in names:
        for value in _values(fields, name):
            if not isinstance(value, str):
                continue
            is_list = isinstance(fields.get(name), list)
            found += [value] if is_list else value.split(",") if "," in value else value.split()
    return [word for word in (line(word) for word in found) if word]


def _bounded_tags(tags: list[str], warnings: Warnings) -> list[str]:
    unique = list(dict.fromkeys(tags))
    if len(unique) > _TAGS:
        warnings.add("more than 100 tags: the rest was left out")
    return unique[:_TAGS]


def _summary(fields: Fields, warnings: Warnings) -> str:
    text = words(_text(fields, "summary", "description", "excerpt", "deck", "subtitle"))
    if len(text) > _TEXT_CHARACTERS:
        warnings.add("the summary was too long: cut")
    return text[:_TEXT_CHARACTERS]


def _corrections(fields: Fields) -> list[str]:
    """Public notes: one text, a list of them, or of fields of which one is the note."""
    values = [value for name in ("correction", "corrections") for value in _values(fields, name)]
    notes = [value.get("note") or value.get("text", "") if isinstance(value, dict) else value for value in values]
    texts = [words(note)[:_TEXT_CHARACTERS] for note in notes if isinstance(note, str)]
    return [*dict.fromkeys(text for text in texts if text.lower() not in _FALSE | {"true"})][:_TAGS]


def _byline(fields: Fields, warnings: Warnings) -> str:
    values = [value for name in ("byline", "authors", "author") for value in _values(fields, name) if value]
    named = [value.get("name", "") if isinstance(value, dict) else value for value in values[:_TAGS]]
    names = [without_addresses(words(name)) for name in named if isinstance(name, str)]
    if any("@" in name for name in named if isinstance(name, str)):
        warnings.add("an e-mail address was left out of the byline")
    return line(", ".join(dict.fromkeys(filter(None, names))))
