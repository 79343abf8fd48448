"""Addresses that WordPress shows as what they lead to: alone on a line, or in `[embed]`."""

import re
from html import escape, unescape
from typing import Final
from urllib.parse import urlsplit

from tamizdat_server.importers.wordpress.verbatim import outside_programs

_ALONE: Final = re.compile(r"^([ \t]*)(https?://[^\s<>\"]{4,2000})([ \t]*)$", re.MULTILINE)
_PARAGRAPH: Final = re.compile(r"<p(?:\s[^<>]*)?>\s*(https?://[^\s<>\"]{4,2000})\s*</p>", re.IGNORECASE)
_WRAPPER: Final = re.compile(
    r"(<div class=\"wp-block-embed__wrapper\"[^<>]*>)\s*(https?://[^\s<>\"]{4,2000})\s*(</div>)", re.IGNORECASE
)
_PROVIDERS: Final = frozenset(
    (
        "youtube.com youtu.be vimeo.com twitter.com x.com facebook.com fb.watch instagram.com t.me soundcloud.com"
        " spotify.com tiktok.com dailymotion.com dai.ly flickr.com flic.kr reddit.com scribd.com slideshare.net"
        " speakerdeck.com ted.com tumblr.com issuu.com mixcloud.com imgur.com kickstarter.com wordpress.tv"
        " videopress.com crowdsignal.com poll.fm polldaddy.com pinterest.com bsky.app rutube.ru vk.com vkvideo.ru"
        " ok.ru telegram.me animoto.com cloudup.com smugmug.com someecards.com reverbnation.com screencast.com"
        " hulu.com collegehumor.com funnyordie.com giphy.com gph.is google.com goo.gl canva.com anghami.com"
    ).split()
)


def with_embeds(html: str) -> str:
    """The text with each address that stands alone on a line made into what it is shown as."""
    html = _WRAPPER.sub(lambda found: f"{found[1]}{embed(unescape(found[2]))}{found[3]}", html)
    return outside_programs(html, _lines)


def _lines(text: str) -> str:
    text = _PARAGRAPH.sub(lambda found: f"<p>{_shown(found[1])}</p>", text)
    return _ALONE.sub(lambda found: f"{found[1]}{_shown(found[2])}{found[3]}", text)


def _shown(written: str) -> str:
    url = unescape(written)
    return embed(url) if provided(url) else f'<a href="{escape(url)}">{written}</a>'


def provided(url: str) -> bool:
    """Whether sites show this address as a player or a post in a frame."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return host in _PROVIDERS or ".".join(host.split(".")[-2:]) in _PROVIDERS


def embed(url: str, *, title: str = "") -> str:
    """An address as an embed."""
    return f'<iframe src="{escape(url)}" title="{escape(title)}"></iframe>'
