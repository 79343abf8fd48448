"""The files of a tree that are for browsers, feed readers and web servers: index.html, feeds, and hosts' settings."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from tamizdat.format.article import Article
from tamizdat.format.catalog import Catalog, Site, SiteFile, encode
from tamizdat.format.names import head_path, sha256
from tamizdat_server import headers
from tamizdat_server.app_page import app_page, manifest
from tamizdat_server.feeds import atom
from tamizdat_server.page import index_page
from tamizdat_server.shell import LIST, MANIFEST, WORKER, Shell

# A browser that reads another origin's copy needs the first; the rest is what any host should say.
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_TYPES: Final = {
    ".zst": "application/zstd",
    ".atom": "application/atom+xml",
    ".jsonl": "application/jsonl",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
}
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"
_KEPT: Final = {"Cache-Control": _IMMUTABLE}
_ASKED: Final = {"Cache-Control": _ASK_FIRST}
# Only what isn't compressed already; a head, say, comes in the size that its list says.
_COMPRESSED: Final = (
    "text/html", "text/css", "text/javascript", "application/javascript", "application/atom+xml",
    "application/manifest+json", "image/svg+xml",
)  # fmt: skip


class EditionNews(msgspec.Struct, frozen=True):
    """The newest articles of one edition."""

    code: str
    newest: list[Article]


def build_site(catalog: Catalog, news: list[EditionNews], *, fingerprint: str, shell: Shell | None) -> dict[str, bytes]:
    """path → bytes of every file that site.json is to list. `shell`: the reader app, where there is one."""
    base = next(iter(catalog.mirrors), "")
    newest = {edition.code: edition.newest for edition in news}
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
    if shell:
        page = app_page(catalog, newest, base=base, fingerprint=fingerprint, shell=shell)
        files |= shell.files | {MANIFEST: manifest(catalog.title, shell)}
    else:
        page = index_page(catalog, newest, base=base, fingerprint=fingerprint)
    return files | {
        "index.html": page.encode(),
        ".htaccess": _htaccess(_policy(page.encode())).encode(),
        "_headers": _headers(newest, shell, _policy(page.encode())).encode(),
    }


def encode_site(files: dict[str, bytes]) -> bytes:
    """site.json for these files."""
    return encode(
        Site("tamizdat.site.1", [SiteFile(path, sha256(data), len(data)) for path, data in sorted(files.items())])
    )


def _feed_title(catalog: Catalog, code: str) -> str:
    return catalog.title if len(catalog.editions) == 1 else f"{catalog.title} ({catalog.editions[code].title})"


def _policy(page: bytes) -> str:
    """What pages and scripts may do, for a host that sends what it is told."""
    return dict(headers.security("index.html", page))[b"content-security-policy"].decode()


def _htaccess(policy: str) -> str:
    fields = "\n".join(f'  Header set {name} "{value}"' for name, value in _HEADERS.items())
    types = "\n".join(f"AddType {kind} {suffix}" for suffix, kind in _TYPES.items())
    # What a mirror keeps for itself lies in a folder whose name begins with a dot.
    return f"""{types}
<IfModule mod_alias.c>
  RedirectMatch 404 "/\\.(?!well-known/)[^/]*/"
</IfModule>
<IfModule mod_deflate.c>
  <IfModule mod_filter.c>
    AddOutputFilterByType DEFLATE {" ".join(_COMPRESSED)}
  </IfModule>
</IfModule>
<IfModule mod_headers.c>
{fields}
  Header set Cache-Control "{_ASK_FIRST}"
  <FilesMatch "^([0-9a-f]{{64}}\\.|[a-z0-9-]+-[0-9a-f]{{16}}\\.)">
    Header set Cache-Control "{_IMMUTABLE}"
  </FilesMatch>
  <FilesMatch "\\.(html|js)$">
    Header set Content-Security-Policy "{policy}"
    Header set Cross-Origin-Opener-Policy "same-origin"
  </FilesMatch>
</IfModule>
"""


def _headers(editions: Iterable[str], shell: Shell | None, policy: str) -> str:
    rules = [("/*", _HEADERS)]
    rules += [(f"/{folder}/*", _KEPT) for folder in ("bundles", "lists", "media", "targets")]
    # Path by path: a host that finds two rules for one path joins what they say.
    replaced = ["metadata/timestamp.json", head_path(), *map(head_path, editions)]
    rules += [(f"/{path}", _ASKED) for path in replaced]
    strict = {"Content-Security-Policy": policy, "Cross-Origin-Opener-Policy": "same-origin"}
    rules += [(path, _ASKED | strict) for path in ("/", "/index.html", *([f"/{WORKER}"] if shell else []))]
    if shell:
        rules += [("/app/*", strict), (f"/{LIST}", _ASKED), *((f"/{path}", _KEPT) for path in shell.for_ever)]
    return "".join(_rule(path, fields) for path, fields in rules)


def _rule(path: str, fields: Mapping[str, str]) -> str:
    return "\n".join([path, *(f"  {name}: {value}" for name, value in fields.items()), ""])
