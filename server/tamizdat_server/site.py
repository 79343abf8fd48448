"""The files of a tree that are for browsers, feed readers and web servers: index.html, feeds, and hosts' settings."""

from html import escape
from typing import Final

import msgspec

from tamizdat.format.article import Article
from tamizdat.format.catalog import Catalog, Site, SiteFile, encode
from tamizdat.format.names import sha256
from tamizdat_server.feeds import atom

# A browser that reads another origin's copy needs the first; the rest is what any host should say.
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_TYPES: Final = {".zst": "application/zstd", ".atom": "application/atom+xml", ".jsonl": "application/jsonl"}
_IMMUTABLE: Final = "public, max-age=31536000, immutable"


class EditionNews(msgspec.Struct, frozen=True):
    """The newest articles of one edition."""

    code: str
    newest: list[Article]


def build_site(catalog: Catalog, news: list[EditionNews], *, fingerprint: str) -> dict[str, bytes]:
    """path → bytes of every file that site.json is to list."""
    base = next(iter(catalog.mirrors), "")
    files = {
        f"feeds/{edition.code}.atom": atom(
            edition.newest,
            publication=catalog.publication,
            title=_feed_title(catalog, edition.code),
            edition=edition.code,
            base=base,
            updated="1970-01-01T00:00:00Z",
        )
        for edition in news
    }
    return files | {
        "index.html": _index(catalog, base, fingerprint).encode(),
        ".htaccess": _htaccess().encode(),
        "_headers": _headers().encode(),
    }


def encode_site(files: dict[str, bytes]) -> bytes:
    """site.json for these files."""
    return encode(
        Site("tamizdat.site.1", [SiteFile(path, sha256(data), len(data)) for path, data in sorted(files.items())])
    )


def _feed_title(catalog: Catalog, code: str) -> str:
    return catalog.title if len(catalog.editions) == 1 else f"{catalog.title} ({catalog.editions[code].title})"


def _index(catalog: Catalog, base: str, fingerprint: str) -> str:
    editions = "\n".join(
        f'<li lang="{code}" dir="{edition.direction}"><a href="feeds/{code}.atom">{escape(edition.title)}</a></li>'
        for code, edition in catalog.editions.items()
    )
    mirrors = "\n".join(f'<li><a href="{escape(mirror)}">{escape(mirror)}</a></li>' for mirror in catalog.mirrors)
    address = f"{base or 'ADDRESS'}#{fingerprint}"
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(catalog.title)}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }}
code {{ overflow-wrap: anywhere }}
</style>
<h1>{escape(catalog.title)}</h1>
<p>This is a copy of a publication that can be taken home in one short connection and read offline. Every file in it is
signed, so any copy is as good as the first.</p>
<ul>
{editions}
</ul>
<p>To read it with <b>tamizdat</b>, where ADDRESS is the address of this page up to its last slash:</p>
<pre><code>tamizdat sync {escape(address)}</code></pre>
<p>Compare the letters after <code>#</code> with those that the newsroom gives elsewhere: they say whom you trust.</p>
{f"<p>Copies:</p><ul>{mirrors}</ul>" if mirrors else ""}
</html>
"""


def _htaccess() -> str:
    headers = "\n".join(f'  Header set {name} "{value}"' for name, value in _HEADERS.items())
    types = "\n".join(f"AddType {kind} {suffix}" for suffix, kind in _TYPES.items())
    return f"""{types}
<IfModule mod_headers.c>
{headers}
  <FilesMatch "^[0-9a-f]{{64}}\\.">
    Header set Cache-Control "{_IMMUTABLE}"
  </FilesMatch>
</IfModule>
"""


def _headers() -> str:
    everything = "\n".join(f"  {name}: {value}" for name, value in _HEADERS.items())
    kept = "\n".join(
        f"/{folder}/*\n  Cache-Control: {_IMMUTABLE}" for folder in ("bundles", "lists", "media", "targets")
    )
    return f"/*\n{everything}\n{kept}\n"
