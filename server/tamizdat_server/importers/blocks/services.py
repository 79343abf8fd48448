"""Which service an address belongs to, and the address there that a person can open, where a player's was given."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from tamizdat_server.importers.blocks.tracking import host_of, parameters_of, without_tracking

_SERVICES: Final[Mapping[str, str]] = {
    "youtube.com": "YouTube", "youtube-nocookie.com": "YouTube", "youtu.be": "YouTube", "vimeo.com": "Vimeo",
    "twitter.com": "Twitter", "x.com": "X", "facebook.com": "Facebook", "fb.watch": "Facebook", "fb.com": "Facebook",
    "instagram.com": "Instagram", "threads.net": "Threads", "threads.com": "Threads", "tiktok.com": "TikTok",
    "t.me": "Telegram", "telegram.me": "Telegram", "telegram.org": "Telegram", "vk.com": "VK", "vk.ru": "VK",
    "vkvideo.ru": "VK", "ok.ru": "Odnoklassniki", "rutube.ru": "Rutube", "dzen.ru": "Dzen", "bsky.app": "Bluesky",
    "soundcloud.com": "SoundCloud", "spotify.com": "Spotify", "podcasts.apple.com": "Apple Podcasts",
    "mixcloud.com": "Mixcloud", "bandcamp.com": "Bandcamp", "dailymotion.com": "Dailymotion", "dai.ly": "Dailymotion",
    "twitch.tv": "Twitch", "reddit.com": "Reddit", "redditmedia.com": "Reddit", "flickr.com": "Flickr",
    "flic.kr": "Flickr", "pinterest.com": "Pinterest", "tumblr.com": "Tumblr", "imgur.com": "Imgur",
    "slideshare.net": "SlideShare", "scribd.com": "Scribd", "issuu.com": "Issuu", "archive.org": "Internet Archive",
    "documentcloud.org": "DocumentCloud", "datawrapper.de": "Datawrapper", "dwcdn.net": "Datawrapper",
    "flourish.studio": "Flourish", "infogram.com": "Infogram", "public.tableau.com": "Tableau", "ted.com": "TED",
    "gist.github.com": "GitHub Gist", "codepen.io": "CodePen", "giphy.com": "Giphy", "wordpress.tv": "WordPress.tv",
    "videopress.com": "VideoPress", "openstreetmap.org": "OpenStreetMap", "google.com/maps": "Google Maps",
    "maps.google.com": "Google Maps", "docs.google.com": "Google Docs", "drive.google.com": "Google Drive",
    "yandex.ru/map-widget": "Yandex Maps", "yandex.com/map-widget": "Yandex Maps", "yandex.ru/maps": "Yandex Maps",
    "api-maps.yandex.ru": "Yandex Maps", "2gis.kz": "2GIS", "2gis.ru": "2GIS", "2gis.com": "2GIS",
    "azattyq.org": "Azattyq", "rferl.org": "RFE/RL", "polldaddy.com": "Crowdsignal", "crowdsignal.com": "Crowdsignal",
}  # fmt: skip
_WITHOUT_COOKIES: Final = "youtube-nocookie.com"


def service_of(url: str) -> str:
    """How people call the place that an address is at; its host, where it is none that is known."""
    host = host_of(url)
    first = urlsplit(url).path.split("/")[1:2] if host else []
    for name in (f"{host}/{''.join(first)}", host, ".".join(host.split(".")[-2:])):
        if service := _SERVICES.get(name):
            return service
    return host


def opened(url: str) -> str:
    """The address that a person would open for what a frame or a player shows, without what tracks readers."""
    host = host_of(url).replace(_WITHOUT_COOKIES, "youtube.com")
    for pattern, page in _PAGES:
        if found := pattern.match(re.sub(r"^https?://[^/?#]*", host, url)):
            made = page(found, urlsplit(url).query) if callable(page) else found.expand(page)
            url = made or url
            break
    return without_tracking(url)


def _youtube(found: re.Match[str], query: str) -> str:
    listed = parameters_of(query, "list")
    if found[1] in ("videoseries", "live_stream"):
        channel = parameters_of(query, "channel")
        playlist = f"https://www.youtube.com/playlist?list={listed[0]}" if listed else ""
        return f"https://www.youtube.com/channel/{channel[0]}/live" if channel else playlist
    start = next((f"&t={value}" for value in parameters_of(query, "start") if value.isascii() and value.isdigit()), "")
    return f"https://www.youtube.com/watch?v={found[1]}{start}"


def _vk_video(_: re.Match[str], query: str) -> str:
    owner, video = parameters_of(query, "oid"), parameters_of(query, "id")
    return f"https://vk.com/video{owner[0]}_{video[0]}" if owner and video else ""


def _vimeo(found: re.Match[str], query: str) -> str:
    return "/".join([f"https://vimeo.com/{found[1]}", *parameters_of(query, "h")[:1]])


def _twitter(_: re.Match[str], query: str) -> str:
    tweets = parameters_of(query, "id")
    return f"https://twitter.com/i/status/{tweets[0]}" if tweets else ""


def _twitch(_: re.Match[str], query: str) -> str:
    video, channel = parameters_of(query, "video"), parameters_of(query, "channel")
    seen = f"videos/{video[0].removeprefix('v')}" if video else "".join(channel[:1])
    return f"https://www.twitch.tv/{seen}" if seen else ""


def _carried(name: str) -> Callable[[re.Match[str], str], str]:
    """The address is one of the player's own parameters."""

    def page(_: re.Match[str], query: str) -> str:
        address = next((unquote(value) for value in parameters_of(query, name)), "")
        return address if re.fullmatch(r"https?://[^\x00-\x20]+", address) else ""

    return page


# Host and path of a player's address, and the page's.
_PAGES: Final[list[tuple[re.Pattern[str], str | Callable[[re.Match[str], str], str]]]] = [
    (re.compile(pattern), page)
    for pattern, page in (
        (r"(?:m\.)?youtube\.com/(?:embed|v|e)/([\w-]+)", _youtube),
        (r"player\.vimeo\.com/video/([0-9]+)", _vimeo),
        (r"platform\.(?:twitter|x)\.com/embed/[Tt]weet\.html", _twitter),
        (r"facebook\.com/plugins/[a-z_]+\.php", _carried("href")),
        (r"w\.soundcloud\.com/player", _carried("url")),
        (r"mixcloud\.com/widget/iframe", _carried("feed")),
        (r"instagram\.com/((?:[\w.]+/)?(?:p|reel|tv)/[\w-]+)/embed\b.*", r"https://www.instagram.com/\1/"),
        (r"tiktok\.com/(?:embed(?:/v[0-9])?|player/v[0-9])/([0-9]+).*", r"https://www.tiktok.com/@/video/\1"),
        (r"t\.me/([^?#]+).*", r"https://t.me/\1"),
        (r"(?:vk\.com|vk\.ru|vkvideo\.ru)/video_ext\.php", _vk_video),
        (r"(?:m\.)?ok\.ru/videoembed/([0-9]+).*", r"https://ok.ru/video/\1"),
        (r"rutube\.ru/(?:play|video)/embed/(\w+).*", r"https://rutube.ru/video/\1/"),
        (r"dailymotion\.com/embed/video/(\w+).*", r"https://www.dailymotion.com/video/\1"),
        (r"open\.spotify\.com/embed(?:-podcast)?/(.+)", r"https://open.spotify.com/\1"),
        (r"embed\.podcasts\.apple\.com/(.+)", r"https://podcasts.apple.com/\1"),
        (r"player\.twitch\.tv/", _twitch),
        (r"embed\.ted\.com/(.+)", r"https://www.ted.com/\1"),
        (r"archive\.org/embed/(.+)", r"https://archive.org/details/\1"),
        (r"(?:[\w-]+\.)?(?:redditmedia|embed\.reddit)\.com/(r/[^?#]+).*", r"https://www.reddit.com/\1"),
    )
]
