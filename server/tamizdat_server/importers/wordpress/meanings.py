"""What each shortcode comes to as HTML: pictures, players, notes and quotes, and the words of all others."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Final
from urllib.parse import quote, unquote

from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.wordpress.embeds import embed
from tamizdat_server.importers.wordpress.footnotes import Notes
from tamizdat_server.importers.wordpress.posts import Media, Site
from tamizdat_server.importers.wordpress.shortcodes import Shortcode
from tamizdat_server.importers.wordpress.withheld import without_withheld

_PICTURE: Final = re.compile(
    r"\s*(?:<p[^<>]*>\s*)?((?:<a\s[^<>]*>\s*)?<img\s[^<>]*>(?:\s*</a>)?)(.*)", re.IGNORECASE | re.DOTALL
)
_BREAKS_BEFORE: Final = re.compile(r"(?:\s|<br\s*/?>|</?p>)*", re.IGNORECASE)
_BREAK_AFTER: Final = re.compile(r"(?:<br\s{0,8}/?>|</?p>)$", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']{4,2000}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_MEDIA_NAMES: Final = (
    "src",
    "mp3",
    "m4a",
    "ogg",
    "oga",
    "wav",
    "flac",
    "mp4",
    "m4v",
    "webm",
    "ogv",
    "wmv",
    "flv",
    "mov",
)
_ADDRESS_NAMES: Final = ("url", "src", "link", "href", "video", "embed", "source", "id", "video_url", "content_url")
# Where an embed names no address but a number.
_BY_NUMBER: Final = {
    "youtube": "https://www.youtube.com/watch?v={}", "yt": "https://www.youtube.com/watch?v={}",
    "youtubevideo": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}", "tweet": "https://twitter.com/i/status/{}",
    "twitter": "https://twitter.com/i/status/{}", "rutube": "https://rutube.ru/video/{}/",
    "instagram": "https://www.instagram.com/p/{}/", "gist": "https://gist.github.com/{}",
    "wpvideo": "https://videopress.com/v/{}", "videopress": "https://videopress.com/v/{}",
    "googlevideo": "https://video.google.com/videoplay?docid={}", "ted": "https://www.ted.com/talks/{}",
    "archiveorg": "https://archive.org/details/{}", "telegram": "https://t.me/{}",
}  # fmt: skip
_EMBEDS: Final = frozenset(_BY_NUMBER) | frozenset(
    "embed iframe soundcloud spotify facebook fb vk tiktok googlemaps googlemap slideshare scribd mixcloud bandcamp"
    " flickr issuu embedyt fvplayer video_player vc_video et_pb_video av_video fusion_youtube fusion_vimeo su_youtube"
    " su_vimeo su_video ok coub pinterest reddit polldaddy crowdsignal".split()
)
_REFERENCES: Final = frozenset(
    "ref footnote fn efn_note mfn note sidenote footnotes_note bg_footnote su_footnote".split()
)
_QUOTES: Final = frozenset("quote blockquote pullquote su_quote su_pullquote".split())
_PICTURES: Final = frozenset("vc_single_image et_pb_image av_image fusion_imageframe image img su_image".split())
# Builders of pages write words into attributes.
_BUILDERS: Final = ("vc_", "et_pb_", "av_", "fusion_", "su_", "cs_", "x_", "kc_", "tatsu_", "mk_", "ult_", "dt_", "bt_")
_SPOKEN: Final = ("heading", "title", "subtitle", "text", "h2", "quote", "caption", "description", "label", "author")
# Names that are shortcodes even without values and an end. The others may be words that people write in brackets.
KNOWN: Final = (
    _EMBEDS | _REFERENCES | _QUOTES | _PICTURES | {"caption", "wp_caption", "gallery", "audio", "video", "playlist"}
) - {"note", "image", "img", "quote", "fn", "ok", "fb", "vk", "reddit", "ted", "facebook", "twitter", "instagram"}


class Meanings:
    """The shortcodes of one text, and what they come to."""

    def __init__(self, site: Site, *, post: int, notes: Notes, warnings: Warnings) -> None:
        self._site, self._post, self._notes, self._warnings = site, post, notes, warnings

    def __call__(self, code: Shortcode) -> str:
        """The HTML that stands for a shortcode."""
        for names, meaning in _MEANINGS:
            if code.name in names:
                return meaning(self, code)
        return self._other(code)

    def caption(self, code: Shortcode) -> str:
        """A picture with its caption: in an attribute of the old form, after the picture in the new one."""
        found = _PICTURE.fullmatch(code.inner or "")
        if not found:
            return f"{code.inner or ''} {code.get('caption')}".strip()
        told = _without_breaks(code.get("caption") or found[2])
        more = found[2] if code.get("caption") and code.get("caption") not in found[2] else ""
        return _figure(found[1], told) + more

    def gallery(self, code: Shortcode) -> str:
        """The pictures that a gallery names, or those that were uploaded to its post."""
        wanted = _numbers(code.get("ids", "include"))
        if wanted:
            found = [self._site.media(number) for number in wanted]
        else:
            left_out = {media.url for number in _numbers(code.get("exclude")) if (media := self._site.media(number))}
            of_post = _numbers(code.get("id")) or [self._post]
            found = [media for media in self._site.attached(of_post[0]) if media.url not in left_out]
        if not found or not all(found):
            self._warnings.add("pictures of galleries aren't in the source: left out")
        return "".join(self._shown(media) for media in found if media)

    def playlist(self, code: Shortcode) -> str:
        """Each sound or film of a list."""
        found = [self._site.media(number) for number in _numbers(code.get("ids", "include"))]
        if not found or not all(found):
            self._warnings.add("[playlist]: what it plays isn't in the source")
        return "".join(f"<p>{embed(media.url, title=media.alt)}</p>" for media in found if media)

    def player(self, code: Shortcode) -> str:
        """A sound or film."""
        address = code.get(*_MEDIA_NAMES) or next(filter(_ADDRESS.fullmatch, code.bare), "")
        media = self._site.media(int(code.get("id"))) if _NUMBER.fullmatch(code.get("id")) else None
        address = address or (media.url if media else "")
        if not address:
            return self._other(code)
        return f"{embed(address, title=code.get('title', 'caption'))}{code.inner or ''}"

    def embedded(self, code: Shortcode) -> str:
        """What stands in a frame: its address is the text, a value, or made of a number."""
        values = [code.inner or "", *(code.get(name) for name in _ADDRESS_NAMES), *code.bare]
        found = next((found for value in values if (found := _ADDRESS.search(value))), None)
        address = found[0].replace("&amp;", "&") if found else self._by_number(code)
        if not address:
            return self._other(code)
        words = code.inner if code.inner and found and not _ADDRESS.fullmatch(code.inner.strip()) else ""
        return embed(address, title=code.get("title")) + (words if words and found and found[0] not in words else "")

    def _by_number(self, code: Shortcode) -> str:
        number = (code.inner or "").strip() or code.get("id", "video", "tweet", "v") or next(iter(code.bare), "")
        pattern = _BY_NUMBER.get(code.name)
        return pattern.format(quote(number, safe="/")) if pattern and re.fullmatch(r"[\w/.-]{3,200}", number) else ""

    def reference(self, code: Shortcode) -> str:
        """A footnote at its place."""
        text = (code.inner or code.get("text", "content")).strip()
        return self._notes.add(text) if text else ""

    def quotation(self, code: Shortcode) -> str:
        """A quote, and whose it is."""
        author = code.get("author", "cite", "source")
        return f"<blockquote>{code.inner or ''}{f'<p>{escape(author)}</p>' if author else ''}</blockquote>"

    def picture(self, code: Shortcode) -> str:
        """A picture by its number or its address."""
        number = code.get("image", "id", "image_id", "attachment")
        media = self._site.media(int(number)) if _NUMBER.fullmatch(number) else None
        address = code.get("src", "url", "image_url", "link") or next(iter(_ADDRESS.findall(code.inner or "")), "")
        if media:
            return self._shown(media)
        if not address:
            return self._other(code)
        image = f'<img src="{escape(address)}" alt="{escape(code.get("alt", "title", "title_text"))}">'
        return _figure(image, escape(code.get("caption")))

    def raw_html(self, code: Shortcode) -> str:
        """HTML that a builder keeps encoded."""
        try:
            html = unquote(base64.b64decode((code.inner or "").strip(), validate=True).decode())
        except (binascii.Error, ValueError):
            return code.inner or ""
        return without_withheld(html, self._warnings)

    def _shown(self, media: Media) -> str:
        caption = without_withheld(media.caption, self._warnings)
        return _figure(f'<img src="{escape(media.url)}" alt="{escape(media.alt)}">', caption)

    def _other(self, code: Shortcode) -> str:
        """A shortcode whose meaning only its site knows: its text stays."""
        spoken = [code.get(name) for name in _SPOKEN if code.name.startswith(_BUILDERS) and code.get(name)]
        said = "".join(f"<p>{text}</p>" for text in dict.fromkeys(spoken) if re.search(r"[^\W\d_]", text))
        if code.inner is None and not said:
            self._warnings.add(f"[{code.name[:40]}]: left out, it has no text of its own")
        else:
            self._warnings.add(f"[{code.name[:40]}]: only its text was kept")
        return f"{said}{code.inner or ''}"


_MEANINGS: Final[Sequence[tuple[frozenset[str], Callable[[Meanings, Shortcode], str]]]] = (
    (frozenset(("caption", "wp_caption")), Meanings.caption),
    (frozenset(("gallery",)), Meanings.gallery),
    (frozenset(("playlist",)), Meanings.playlist),
    (frozenset(("audio", "video")), Meanings.player),
    (_EMBEDS, Meanings.embedded),
    (_REFERENCES, Meanings.reference),
    (_QUOTES, Meanings.quotation),
    (_PICTURES, Meanings.picture),
    (frozenset(("vc_raw_html", "vc_raw_js")), Meanings.raw_html),
)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.split(r"[\s,]+", text) if _NUMBER.fullmatch(part)][:1_000]


def _without_breaks(html: str) -> str:
    """A caption without the line ends around it."""
    html = _BREAKS_BEFORE.sub("", html, count=1).rstrip()
    while found := _BREAK_AFTER.search(html, max(0, len(html) - 14)):
        html = html[: found.start()].rstrip()
    return html


def _figure(image: str, caption: str) -> str:
    return f"<figure>{image}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"
