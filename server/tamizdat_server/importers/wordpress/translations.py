"""Which language a post is in, and posts that hold their text in several: qTranslate's marks, one article for each."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from tamizdat_server.importers.language import Languages, meant, reads_kazakh
from tamizdat_server.importers.wordpress.posts import Post, Site

_MARK: Final = re.compile(r"<!--:([a-z]{2,3}|)-->|\[:([a-z]{2,3}|)\]|\{:([a-z]{2,3}|)\}")
_CODE: Final = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?", re.ASCII)
_LETTERS: Final = re.compile(r"[^\W\d_]")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_IN_CYRILLIC: Final = frozenset("be bg kk ky mk mn ru sr tg tt uk ba cv os".split())
# Shorter texts say too little of their language, and still shorter ones not even how it is written.
_ENOUGH, _FEW = 200, 20
_LANGUAGES: Final = 20


def split_languages(post: Post) -> dict[str, Post]:
    """The post in each language that its text is written in; nothing where it holds only one and marks none."""
    codes = list(dict.fromkeys(code for text in (post.title, post.content) for code, _ in _parts(text) if code))[
        :_LANGUAGES
    ]
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


def told_language(post: Post, site: Site, languages: Languages, *, text: str, default: str) -> str:
    """The language that a post is said to be in: by its marks, its address, `default`, or its site.

    Empty: its words must tell.
    """
    return (
        post.language
        or _in_address(post.link, site.home, languages, text)
        or default
        or _of_site(site, languages, text)
    )


def _in_address(link: str, home: str, languages: Languages, text: str) -> str:
    """The language that an address names: `/kk/…`, `kk.example.kz` or `?lang=kk`."""
    try:
        there, here = urlsplit(link), urlsplit(home)
        host, own = there.hostname or "", (here.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    first, *rest = there.path.removeprefix(here.path.rstrip("/")).strip("/").split("/")
    named = [
        *parse_qs(there.query).get("lang", [])[:1],
        host.removesuffix(own).rstrip(".") if host != own and host.endswith(own) else "",
        first if rest else "",
    ]
    return next((code for code in named if _is_language(code, languages, text)), "")


def _is_language(code: str, languages: Languages, text: str) -> bool:
    if not _CODE.fullmatch(code) or not languages.edition(code):
        return False
    # A section may be called `it`: where no editions are known, the words must bear it out.
    return bool(languages.editions) or languages.detect(text) == meant(code)


def _of_site(site: Site, languages: Languages, text: str) -> str:
    """The site's own language, where nothing in the text speaks against it."""
    # WordPress always names a country, too; an edition is one for all who speak the language.
    own = site.language if site.language.lower().startswith("zh") else meant(site.language).split("-")[0]
    if not languages.edition(own) or reads_kazakh(text):
        return ""
    letters = len(_LETTERS.findall(text))
    if letters < _FEW:
        return own
    cyrillic = len(_CYRILLIC.findall(text)) * 2 > letters
    fits = cyrillic == (own in _IN_CYRILLIC)
    return own if fits and (letters < _ENOUGH or not _several_in(languages.editions, cyrillic=cyrillic)) else ""


def _several_in(editions: Sequence[str], *, cyrillic: bool) -> bool:
    """Whether several of these editions are written in that script, so that it alone doesn't tell them apart."""
    return sum((edition.split("-")[0] in _IN_CYRILLIC) == cyrillic for edition in editions) > 1
