"""What a page shows of other places: players, frames, posts of social networks. Each becomes a labelled link."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from tamizdat_server.importers.blocks.tree import Element

PLAYERS: Final = frozenset(
    ("iframe", "frame", "embed", "object", "video", "audio", "amp-iframe", "amp-video", "amp-audio")
)
_ADDRESSES: Final = ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data-cmp-src", "data", "data-url")
_web = re.compile(r"(?:https?:)?//[^\x00-\x20<>\"]+", re.IGNORECASE)
# What is longer is a text, to be quoted, not a name.
_TITLE_CHARACTERS: Final = 200
_EMPTY: Final = ("about:blank", "javascript:")
# What players call themselves says nothing about what they play.
_nameless = re.compile(
    r"(?:youtube|vimeo|rutube|vk|soundcloud|spotify|facebook|twitter|instagram|tiktok)?[\s:-]*"
    r"(?:(?:video|audio|media)\s*)?(?:player|embed(?:ded)?(?: content| post| video)?|video|iframe|post|widget)?",
    re.IGNORECASE,
)


class Shown(msgspec.Struct, frozen=True):
    """Something that lives elsewhere. `quoted`: the words of it that the page holds. `title`: its name, or nothing.

    `once`: a page holds it twice, for those with scripts and for those without.
    """

    address: str
    title: str = ""
    quoted: list["Element | str"] = []
    once: bool = False


def player(element: Element) -> Shown | None:
    """What a frame or a player shows, or None where it says no address."""
    parts = (element, *element.walk("source", "embed", "param", "iframe"))
    for part in parts:
        for address in _addresses(part):
            if address and not address.lower().startswith(_EMPTY):
                return Shown(address, title_of(element) or title_of(part))
    return None


def title_of(element: Element) -> str:
    """What it is called by whoever wrote it, and not by a player's maker."""
    for name in ("title", "aria-label", "data-title", "data-video-title"):
        if (title := element.get(name)) and not _nameless.fullmatch(title):
            return title
    return ""


def post(element: Element) -> Shown | None:
    """What a widget of a social network shows, or a frame's stand-in, or None where an element is neither."""
    if element.tag == "script":
        return _telegram(element)
    for name in element.classes():
        if found := _WIDGETS.get(name):
            return found(element)
    if element.tag.startswith(("amp-", "lite-")) or element.tag in ("youtube-video", "vimeo-video"):
        return _component(element)
    if element.tag == "div" and (found := re.fullmatch(r"vk_post_(-?\d+)_(\d+)", element.get("id"))):
        return Shown(f"https://vk.com/wall{found[1]}_{found[2]}")
    return None


def alone(element: Element) -> str:
    """The address that is all an element says, as where WordPress looks up what lies there; or nothing."""
    words = element.words()
    return (
        words if _web.fullmatch(words) and next(element.walk("img", "iframe", "video", "audio"), None) is None else ""
    )


def _addresses(element: Element) -> list[str]:
    if element.tag == "param":
        names = ("movie", "src", "url", "filename")
        return [element.get("value")] if element.get("name").lower() in names else []
    return [element.get(name) for name in _ADDRESSES]


# -- one kind each -----------------------------------------------------------------------------------------------------


def _telegram(script: Element) -> Shown | None:
    path = script.get("data-telegram-post") or script.get("data-telegram-discussion")
    return Shown(f"https://t.me/{path}") if re.fullmatch(r"[\w/]+", path) else None


def _tweet(element: Element) -> Shown | None:
    """The last link of a quoted tweet, its date, leads to it; the line with it names who wrote it."""
    links = [link for link in element.walk("a") if re.search(r"/status(?:es)?/\d+", link.get("href"))]
    if not links:
        return None
    last = links[-1]
    if last not in element.children:
        return Shown(last.get("href"), quoted=element.children)
    start = next(number for number, child in enumerate(element.children) if child is last)
    while start and (isinstance(before := element.children[start - 1], str) or before.tag in ("b", "strong", "span")):
        start -= 1
    whose = Element("span")
    whose.children = element.children[start:]
    if len(whose.words()) > _TITLE_CHARACTERS:
        return Shown(last.get("href"), quoted=element.children)
    return Shown(last.get("href"), title=whose.words(), quoted=element.children[:start])


def _named(address: str, element: Element) -> Shown:
    """Something named by all that its stand-in says, or, where that is long, with that quoted."""
    words = element.words()
    return Shown(address, title=words) if len(words) <= _TITLE_CHARACTERS else Shown(address, quoted=element.children)


def _linked(*names: str) -> Callable[[Element], Shown | None]:
    """A quoted post whose address is in one of these attributes, or else in its first link."""

    def read(element: Element) -> Shown | None:
        written = next(filter(None, (element.get(name) for name in names)), "")
        links = (link.get("href") for link in element.walk("a"))
        address = written or next((href for href in links if _web.match(href)), "")
        return _named(address, element) if address else None

    return read


def _quoting(*names: str) -> Callable[[Element], Shown | None]:
    """A post with its address in one of these attributes, and perhaps its words inside."""

    def read(element: Element) -> Shown | None:
        address = next(filter(None, (element.get(name) for name in names)), "")
        inner = next(iter(element.walk("blockquote")), element)
        return Shown(address, quoted=inner.children) if address else None

    return read


def _wordpress(element: Element) -> Shown | None:
    """A post of another WordPress site: a quote with its title, and a frame that shows it to those with scripts."""
    if element.tag == "iframe":
        page = re.split(r"(?:\?embed=true|embed/)?(?:#|\Z)", element.get("src"), maxsplit=1)[0]
        return Shown(page, title_of(element), once=True) if page else None
    links = (link.get("href") for link in element.walk("a"))
    address = next((href for href in links if _web.match(href)), "")
    return msgspec.structs.replace(_named(address, element), once=True) if address else None


def _component(element: Element) -> Shown | None:
    """An AMP component, or one that waits for a click."""
    for part, (names, address) in _COMPONENTS.items():
        written = [element.get(name) for name in names]
        if part in element.tag and any(written):
            return Shown(address.format(next(filter(None, written))), title_of(element))
    return None


_COMPONENTS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "youtube": (("data-videoid", "videoid"), "https://www.youtube.com/watch?v={}"),
    "vimeo": (("data-videoid", "videoid"), "https://vimeo.com/{}"),
    "twitter": (("data-tweetid",), "https://twitter.com/i/status/{}"),
    "instagram": (("data-shortcode",), "https://www.instagram.com/p/{}/"),
    "facebook": (("data-href",), "{}"),
    "tiktok": (("data-src",), "https://www.tiktok.com/@/video/{}"),
}
_WIDGETS: Final[Mapping[str, Callable[[Element], Shown | None]]] = {
    "twitter-tweet": _tweet, "twitter-video": _tweet, "bluesky-embed": _quoting("data-bluesky-uri-web"),
    "instagram-media": _linked("data-instgrm-permalink"), "tiktok-embed": _linked("cite"),
    "text-post-media": _linked("data-text-post-permalink"), "reddit-embed-bq": _linked(), "reddit-card": _linked(),
    "fb-post": _quoting("data-href"), "fb-video": _quoting("data-href"), "wp-embedded-content": _wordpress,
}  # fmt: skip
