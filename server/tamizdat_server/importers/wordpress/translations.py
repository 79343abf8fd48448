"""Which language a post is in, and posts that hold their text in several: qTranslate's marks, one article for each."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tamizdat_server.importers.language import Languages, meant, reads_kazakh
from tamizdat_server.importers.wordpress.posts import Post, Site

_MARK: Final = re.compile(r"<!--:([a-z]{2,3}|)-->|\[:([a-z]{2,3}|)\]|\{:([a-z]{2,3}|)\}")
_CODE: Final = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?", re.ASCII)
_LETTERS: Final = re.compile(r"[^\W\d_]")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_IN_CYRILLIC: Final = frozenset("be bg kk ky mk mn ru sr tg tt uk ba cv os".split())
# Shorter texts say too little of their language.
_ENOUGH: Final = 200


def split_languages(post: Post) -> dict[str, Post]:
    """The post in each language that its text is written in; nothing where it holds only one and marks none."""
    codes = list(dict.fromkeys(code for text in (post.title, post.content) for code, _ in _parts(text) if code))
    if not codes:
        return {}
    split = {
        code: msgspec.structs.replace(
            post,
            title=_in_language(post.title, code),
            content=_in_language(post.content, code),
            excerpt=_in_language(post.excerpt, code),
            categories=[_in_language(name, code) for name in post.categories],
            tags=[_in_language(name, code) for name in post.tags],
            language=code,
        )
        for code in codes
    }
    return {code: part for code, part in split.items() if part.content.strip()} or {codes[0]: split[codes[0]]}


def _parts(text: str) -> list[tuple[str, str]]:
    """The parts of a text with their languages; what stands before, after and between them is for all."""
    parts: list[tuple[str, str]] = []
    language, at = "", 0
    for found in _MARK.finditer(text):
        parts.append((language, text[at : found.start()]))
        language, at = found[1] or found[2] or found[3] or "", found.end()
    return [(code, part) for code, part in [*parts, (language, text[at:])] if part]


def _in_language(text: str, code: str) -> str:
    return "".join(part for language, part in _parts(text) if language in ("", code))


def told_language(post: Post, site: Site, languages: Languages, text: str) -> str:
    """The language that a post is said to be in, by its marks, its address or its site; empty: its words must tell."""
    if post.language:
        return post.language
    if code := _in_address(post.link, site.home, languages, text):
        return code
    return _of_site(site, languages, text)


def _in_address(link: str, home: str, languages: Languages, text: str) -> str:
    """The language that the first part of an address names: `/kk/…`."""
    try:
        path = urlsplit(link).path.removeprefix(urlsplit(home).path.rstrip("/"))
    except ValueError:
        return ""
    first, *rest = path.strip("/").split("/")
    if not rest or not _CODE.fullmatch(first):
        return ""
    edition = languages.edition(first)
    # A section may be called `it`: where no editions are known, the words must bear it out.
    borne_out = bool(languages.editions) or languages.detect(text) == meant(first)
    return first if edition and borne_out else ""


def _of_site(site: Site, languages: Languages, text: str) -> str:
    """The site's own language, where nothing in the text speaks against it."""
    edition = languages.edition(site.language) if site.language else None
    if edition is None or reads_kazakh(text):
        return ""
    letters = len(_LETTERS.findall(text))
    cyrillic = len(_CYRILLIC.findall(text)) * 2 > letters
    fits = cyrillic == (meant(site.language).split("-")[0] in _IN_CYRILLIC)
    if letters < _ENOUGH // 10:
        return site.language
    alone = not _same_script(languages.editions, cyrillic=cyrillic)
    return site.language if fits and (letters < _ENOUGH or alone) else ""


def _same_script(editions: Sequence[str], *, cyrillic: bool) -> bool:
    """Whether several of these editions are written in that script, so that it alone doesn't tell them apart."""
    return sum((edition.split("-")[0] in _IN_CYRILLIC) == cyrillic for edition in editions) > 1
