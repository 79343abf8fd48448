"""What follows readers around: parameters of addresses, addresses that only count clicks, pictures that only count."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, unquote_plus, urlsplit

_parameter = re.compile(
    "(?:utm|mc|mtm|pk|piwik|matomo|hsa|ns|at|wt)_.*|(?:fb|g|d|y|ys|tw|tt|msclk|wick|rb_|irc|epi)cl(?:k|ick)?id"
    "|gclsrc|[gw]braid|_ga|_gl|_gac|_ke|_openstat|_hs(?:enc|mi)|__hs(?:tc|sc|fp)|hsctatracking|igshid|igsh|msclkid"
    "|li_fat_id|mkt_tok|oly_(?:enc|anon)_id|vero_(?:id|conv)|ml_subscriber(?:_hash)?|wickedid|s_cid|s_kwcid|ef_id"
    "|fb_(?:action_ids|action_types|ref|source|comment_id)|action_(?:object|type|ref)_map|ref_(?:src|url)|cmpid|ncid"
    "|sr_share|xtor|mkwid|pcrid|trk(?:campaign|info|email)?|guce_referrer(?:_sig)?|__twitter_impression|cx_testid"
)
# Parameters that mean something elsewhere, but at these hosts only who sent the link.
_AT_HOSTS: Final[Mapping[str, re.Pattern[str]]] = {
    "youtube.com": re.compile("si|feature|pp|ab_channel|kw|embeds_.*|source_ve_path"),
    "youtu.be": re.compile("si|feature|pp|ab_channel"),
    "spotify.com": re.compile("si|nd|context"),
    "twitter.com": re.compile("s|t|src|ref|lang"),
    "x.com": re.compile("s|t|src|ref|lang"),
    "facebook.com": re.compile("__.*|mibextid|rdid|sfnsn|share_url|hc_.*|eid|refid|paipv|eav|extid"),
    "instagram.com": re.compile("hl|__a|__d"),
    "tiktok.com": re.compile(
        "_[a-z]|_r|is_.*|sender_.*|share_.*|tt_from|u_code|user_id|source|refer|embed_.*|referer_.*"
    ),
    "t.me": re.compile("embed|mode|userpic|dark|single"),
}
# Addresses that only count a click on their way to the one that they carry.
_DETOURS: Final[Mapping[tuple[str, str], str]] = {
    ("l.facebook.com", "/l.php"): "u", ("lm.facebook.com", "/l.php"): "u", ("l.instagram.com", "/"): "u",
    ("google.com", "/url"): "url q", ("vk.com", "/away.php"): "to", ("away.vk.com", "/away.php"): "to",
    ("t.umblr.com", "/redirect"): "z", ("youtube.com", "/redirect"): "q", ("slack-redir.net", "/link"): "url",
    ("out.reddit.com", "/"): "url", ("l.threads.net", "/"): "u", ("ok.ru", "/dk"): "st.link",
}  # fmt: skip
_COUNTERS: Final = frozenset(
    "pixel.wp.com stats.wordpress.com stats.wp.com b.scorecardresearch.com"
    " pixel.quantserve.com google-analytics.com ssl.google-analytics.com googletagmanager.com"
    " ad.doubleclick.net stats.g.doubleclick.net"
    " mc.yandex.ru mc.yandex.com counter.yadro.ru top-fwz1.mail.ru top.mail.ru counter.rambler.ru c.bigmir.net"
    " counter.24log.ru zero.kz c.zero.kz statcounter.com c.statcounter.com pixel.propublica.org analytics.twitter.com"
    " t.co feeds.feedburner.com feedproxy.google.com rss.feedsportal.com da.feedsportal.com pi.feedsportal.com"
    " feeds.wordpress.com pheedo.com ads.pheedo.com api.follow.it track.hubspot.com px.ads.linkedin.com bat.bing.com"
    " in.getclicky.com pixel.mathtag.com tps.doubleverify.com secure.gravatar.com/blavatar counter.theconversation.com"
    " ir-na.amazon-adsystem.com assoc-amazon.com hits.informer.com whos.amung.us".split()
)
_counting_path = re.compile(
    r"https?://(?:www\.)?facebook\.com/tr\b|https?://(?:www\.)?medium\.com/_/stat|/republication-tracker-tool"
    r"|https?://[^/?#]+/(?:[^?#]*/)?(?:1x1|pixel|spacer|blank|clear|transparent|shim|tracker|beacon)\.(?:gif|png)\b"
    r"|https?://[^/?#]+/piwik\.php|https?://[^/?#]+/matomo\.php",
    re.IGNORECASE,
)
_spacer = re.compile(r"(?:^|/)(?:1x1|pixel|spacer|blank|clear|transparent|shim)\.(?:gif|png)(?:[?#]|$)", re.IGNORECASE)
_pixels = re.compile(r"\s*0*([0-2])(?:\.0+)?\s*(?:px)?\s*", re.IGNORECASE)
_styled = re.compile(r"(?:^|;)\s*(?:max-)?(width|height)\s*:\s*([^;!]*)", re.IGNORECASE)
_ADDRESSES: Final = ("src", "data-src", "data-lazy-src", "data-original", "data-srcset", "srcset", "data-lazy")
_DETOUR_STEPS: Final = 3


def without_tracking(url: str) -> str:
    """The address without what says who led there; all else of it stays as it is, letter by letter."""
    for _ in range(_DETOUR_STEPS):
        if not (target := _carried(url)):
            break
        url = target
    host = host_of(url)
    path, question, rest = url.partition("?")
    if not question:
        path, mark, fragment = url.partition("#")
        return path + (_kept("#", fragment, "") if mark else "")
    query, mark, fragment = rest.partition("#")
    return path + _kept("?", query, host) + (_kept("#", fragment, "") if mark else "")


def host_of(url: str) -> str:
    """The host of an address in lower case and without `www.`, or nothing."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""


def is_pixel(attributes: Mapping[str, str]) -> bool:
    """Whether a picture (or a frame) is there to count its readers or to keep a distance, not to be seen."""
    sizes = {name: attributes.get(name, "") for name in ("width", "height")}
    sizes |= {found[1].lower(): found[2] for found in _styled.finditer(attributes.get("style", ""))}
    tiny = [_pixels.fullmatch(size) for size in sizes.values()]
    if all(tiny) or any(found and found[1] == "0" for found in tiny):
        return True
    # A lazy picture has an empty one in its place until a script comes.
    addresses = [attributes[name] for name in _ADDRESSES if attributes.get(name)]
    return bool(addresses) and all(map(is_counter, addresses))


def is_counter(address: str) -> bool:
    """Whether a picture at this address is known to count, or to be empty."""
    address = f"https:{address}" if address.startswith("//") else address
    return host_of(address) in _COUNTERS or bool(_counting_path.search(address) or _spacer.search(address))


def _carried(url: str) -> str:
    """The address that a detour carries, or nothing."""
    try:
        parts = urlsplit(url)
        names = _DETOURS.get((host_of(url), parts.path or "/"), "").split()
    except ValueError:
        return ""
    targets = [unquote_plus(value) for name in names for value in parameters_of(parts.query, name)]
    return next((target for target in targets if re.match(r"https?://[^\x00-\x20]+\Z", target)), "")


def parameters_of(query: str, name: str) -> list[str]:
    """The values, still quoted, that a query gives this parameter."""
    pairs = (pair.partition("=") for pair in query.split("&"))
    return [value for written, _, value in pairs if written == name]


def _kept(mark: str, parameters: str, host: str) -> str:
    if "=" not in parameters and mark == "#":
        return mark + parameters
    here = _AT_HOSTS.get(host) or _AT_HOSTS.get(".".join(host.split(".")[-2:]))
    pairs = [pair for pair in parameters.replace("&amp;", "&").split("&") if not _tracks(pair, here)]
    return mark + "&".join(pairs) if any(pairs) else ""


def _tracks(pair: str, here: re.Pattern[str] | None) -> bool:
    name = unquote(pair.partition("=")[0]).lower().removeprefix("?").removeprefix("amp;")
    return bool(_parameter.fullmatch(name) or (here and here.fullmatch(name)))
