"""index.html and manifest.webmanifest of a publication with the reader app: news to read before a script runs."""

import gzip
from html import escape
from typing import Final

import msgspec

from tamizdat.format.article import Article
from tamizdat.format.catalog import Catalog
from tamizdat_server import headers
from tamizdat_server.news import NOT_VERIFIED, Amount, date, news
from tamizdat_server.shell import Shell

PAGE_BYTES: Final = 10 * 1024
"""What index.html should take on the wire, compressed; the news are what gives way."""

_AMOUNTS: Final = (
    Amount(leads=3, characters=1200, titles=12),
    Amount(leads=3, characters=600, titles=8),
    Amount(leads=2, characters=300, titles=6),
    Amount(leads=1, characters=200, titles=5),
    Amount(leads=0, characters=0, titles=5),
    Amount(leads=0, characters=0, titles=1),
)


def app_page(catalog: Catalog, newest: dict[str, list[Article]], *, base: str, fingerprint: str, shell: Shell) -> str:
    """The page, with as much of the news as it has room for.

    `base`: the publication's first mirror, or empty. Everything is named relative to the page, nothing from elsewhere.
    """
    pages = (_page(catalog, news(catalog, newest, amount), base, fingerprint, shell) for amount in _AMOUNTS)
    page = ""
    for page in pages:
        if len(gzip.compress(page.encode(), 9)) <= PAGE_BYTES:
            break
    return page


def manifest(title: str, shell: Shell) -> bytes:
    """manifest.webmanifest: what the app is called when it is installed."""
    icons = [
        {"src": path, "type": kind, "sizes": sizes, "purpose": purpose}
        for role, kind, sizes, purpose in (
            ("icon", "image/svg+xml", "any", "any"),
            ("icon-192", "image/png", "192x192", "any"),
            ("icon-512", "image/png", "512x512", "any"),
            ("icon-maskable", "image/png", "512x512", "maskable"),
        )
        if (path := shell.paths.get(role))
    ]
    value = {
        "name": title,
        "short_name": title,
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#fbf9f4",
        "theme_color": "#fbf9f4",
        "icons": icons,
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _page(catalog: Catalog, sections: str, base: str, fingerprint: str, shell: Shell) -> str:
    where = "" if base else " ADDRESS is the address of this page, up to its last slash."
    at = {role: escape(path) for role, path in shell.paths.items()}
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{headers.POLICY % ""}">
<meta name="referrer" content="no-referrer">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbf9f4">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#171614">
<title>{escape(catalog.title)}</title>
<link rel="icon" type="image/svg+xml" href="{at.get("icon", "")}">
<link rel="apple-touch-icon" href="{at.get("icon-180", "")}">
<link rel="manifest" href="manifest.webmanifest">
<link rel="stylesheet" href="{at["style"]}">
<div id="app"></div>
<div id="news" class="unverified">
<header>
<h1>{escape(catalog.title)}</h1>
<p class="dim">Version {catalog.version}, {date(catalog.published)}</p>
<p class="warning">{NOT_VERIFIED}</p>
</header>
{sections}
<footer>
<h2>Take it home</h2>
<p>The whole publication can be fetched in one short connection, read and searched offline, and passed on: by this page
itself, where it may run its script, or by the command</p>
<p><code>tamizdat sync {escape(base or "ADDRESS")}#{escape(fingerprint)}</code></p>
<p>Compare the letters after # with those that the newsroom gives elsewhere: they say whom you trust.{where}</p>
{_mirrors(catalog)}
</footer>
</div>
<script id="script" type="module" src="{at["page"]}" data-engine="{at["engine"]}" data-own="{at["own"]}"></script>
</html>
"""


def _mirrors(catalog: Catalog) -> str:
    if not catalog.mirrors:
        return ""
    items = "\n".join(f'<li><a href="{escape(mirror)}">{escape(mirror)}</a></li>' for mirror in catalog.mirrors)
    return f"<h2>Other copies</h2>\n<ul>\n{items}\n</ul>"
