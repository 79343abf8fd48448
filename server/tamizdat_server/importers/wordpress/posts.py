"""A WordPress post as the importers know it, whether an export's file or a site's API told of it.

Only what a site shows to everybody has a field here: no login, no address, no comment, no password.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec

from tamizdat_server.importers.wordpress.types import PARTS, left

MAX_TRANSLATIONS: Final = 100
_HIDDEN_STATUS: Final = {
    "draft": "a draft",
    "auto-draft": "a draft",
    "pending": "waiting for review",
    "private": "private",
    "trash": "in the trash",
    "future": "planned for later",
    "inherit": "a part of another post",
    "members": "for members only",
}


class Media(msgspec.Struct, frozen=True):
    """A file of the media library: its address, its alt text (plain) and its caption (HTML)."""

    url: str
    alt: str = ""
    caption: str = ""
    mime: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post or page. Texts are as WordPress has them: with tags, entities and, unless `rendered`, shortcodes.

    `protected`: it asks for a password. `rendered`: `content` and `excerpt` are HTML as the site shows it. Times are as
    written at the source: `date` and `modified` in the site's own time, the others in GMT; empty or `0000-…`: unknown.
    `author` is a display name, or empty where only a login or an address is known. `categories` and `tags` are
    names, the primary category first. `language`: a code or locale that the source names, or empty.
    `translations`: numbers of the posts with the same text, in whichever language, its own among them; none where its
    site doesn't tell languages apart. `footnotes`: their texts (HTML) by id.
    `warnings`: what its reader found amiss in the source.
    """

    id: int
    type: str = "post"
    status: str = "publish"
    protected: bool = False
    link: str = ""
    slug: str = ""
    title: str = ""
    content: str = ""
    rendered: bool = False
    excerpt: str = ""
    author: str = ""
    date: str = ""
    date_gmt: str = ""
    modified: str = ""
    modified_gmt: str = ""
    categories: Sequence[str] = ()
    tags: Sequence[str] = ()
    language: str = ""
    translations: Sequence[int] = ()
    featured: Media | None = None
    footnotes: Mapping[str, str] = {}
    warnings: Sequence[str] = ()


class Site(Protocol):
    """What a post's text may refer to. `home`: the site's address. `language`: its own, of posts that say none.

    `zone`: the time zone of its local dates, an IANA name or an offset such as +05:00; empty where nobody knows.
    """

    @property
    def home(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def zone(self) -> str: ...

    def media(self, number: int) -> Media | None:
        """A file of the media library, where everybody may see it."""
        ...

    def attached(self, post: int) -> Sequence[Media]:
        """The pictures that were uploaded to a post, in order."""
        ...


def site_name(home: str) -> str:
    """A site's name in sources and origins: host and path, the same whatever its scheme; `example.kz/`."""
    try:
        parts = urlsplit(home.strip().lower())
        host = (parts.hostname or "").removeprefix("www.") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        host, parts = "", urlsplit("")
    return f"{host}{parts.path.rstrip('/')}/"


def origin_of(home: str) -> str:
    """The origin of all that comes from this site, from whichever of its doors."""
    return f"wordpress {site_name(home)}"


def source_of(home: str, number: int, language: str = "") -> str:
    """A post's identity; with a language where one post holds its text in several."""
    return f"{origin_of(home)} {number}" + (f" {language}" if language else "")


def unpublished(post: Post, *, types: Container[str]) -> tuple[str, bool] | None:
    """Why a post is no article for everybody, and whether that is because it is kept from the public; or None.

    `types`: those whose posts are articles.
    """
    if post.type in PARTS:
        return PARTS[post.type], False
    if post.status in _HIDDEN_STATUS:
        return _HIDDEN_STATUS[post.status], True
    if post.protected:
        return "protected with a password", True
    if post.type not in types:
        return left(post.type), False
    return None if post.status == "publish" else (f"its status is '{post.status[:40]}'", True)
