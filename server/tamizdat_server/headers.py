"""Response headers: what every answer carries, the types of files, and what browsers are told to forbid.

A page of a publication runs the reader app and nothing else, and loads nothing from elsewhere; its files may be read
from any origin, since any copy of them may be the one that is reachable.
"""

import base64
import hashlib
import re
from typing import Final

Headers = list[tuple[bytes, bytes]]

# Instead of the name and version that the server below would add.
SERVER: Final = (b"server", b"tamizdat")

CORS: Final[Headers] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified"),
]
PREFLIGHT: Final[Headers] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range",
    ),
    (b"access-control-max-age", b"86400"),
]

_INERT: Final = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
POLICY: Final = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'%s",
    "img-src 'self' blob:",
    "connect-src 'self' https: http:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types tamizdat",
))  # fmt: skip
"""What a page and the reader app's scripts may do; %s is for the hashes of styles. Its one opening: mirrors are learned
later, hence any host may be asked for files. web/src/shell/policy.ts has the same.
"""
NO_FRAMES: Final = "frame-ancestors 'none'"
"""What only a header can say, beside the policy."""
_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_PERMISSIONS: Final = (
    b"accelerometer=(), browsing-topics=(), camera=%s, display-capture=(), geolocation=(), gyroscope=(), hid=(),"
    b" magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()"
)
_ALWAYS: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    SERVER,
]
_ALONE: Final[Headers] = [(b"cross-origin-opener-policy", b"same-origin"), (b"x-frame-options", b"DENY")]
# The app reads an address from a picture code, once it was let.
_PAGE: Final[Headers] = [(b"permissions-policy", _PERMISSIONS % b"(self)"), *_ALONE]
_DOCUMENT: Final[Headers] = [(b"permissions-policy", _PERMISSIONS % b"()"), *_ALONE]
# For what a browser never shows by itself: opened directly it is downloaded or inert.
OPAQUE: Final[Headers] = [(b"content-security-policy", _INERT), *_ALWAYS]
# For what a browser shows as a document of its own without being a page: XML, SVG, JSON, plain text.
DOCUMENT: Final[Headers] = [(b"content-security-policy", _INERT), *_DOCUMENT, *_ALWAYS]
# For nobody but who asked: not to be kept, and of no use to another origin.
PRIVATE: Final[Headers] = [
    (b"cache-control", b"no-store"),
    *((name, b"same-origin" if name == b"cross-origin-resource-policy" else value) for name, value in DOCUMENT),
]

VARY: Final = (b"vary", b"accept-encoding")
IMMUTABLE: Final = b"public, max-age=31536000, immutable"
REVALIDATE: Final = b"no-cache"

_TYPES: Final = {
    "atom": b"application/atom+xml; charset=utf-8",
    "avif": b"image/avif",
    "css": b"text/css; charset=utf-8",
    "gif": b"image/gif",
    "html": b"text/html; charset=utf-8",
    "ico": b"image/vnd.microsoft.icon",
    "jpg": b"image/jpeg",
    "js": b"text/javascript; charset=utf-8",
    "json": b"application/json",
    "jsonl": b"application/jsonl",
    "map": b"application/json",
    "mjs": b"text/javascript; charset=utf-8",
    "png": b"image/png",
    "svg": b"image/svg+xml",
    "tar": b"application/x-tar",
    "txt": b"text/plain; charset=utf-8",
    "wasm": b"application/wasm",
    "webmanifest": b"application/manifest+json",
    "webp": b"image/webp",
    "woff2": b"font/woff2",
    "xml": b"application/xml; charset=utf-8",
    "zst": b"application/zstd",
}
# A worker is held to the policy that its own script came with.
_RUN: Final = frozenset(("html", "js"))
_SHOWN: Final = frozenset(("atom", "svg", "txt", "xml"))


# Files of the reader app that have their content's hash in their name.
_FOR_EVER: Final = re.compile(r"app/[a-z0-9-]+-[0-9a-f]{16}\.[a-z]+")
_TEXT: Final = frozenset(("atom", "css", "html", "js", "json", "mjs", "svg", "txt", "webmanifest", "xml"))


def is_for_ever(path: str) -> bool:
    """Whether a page's part is named after its content, so that what is held of it need never be asked for again."""
    return _FOR_EVER.fullmatch(path) is not None


def is_text(path: str) -> bool:
    """Whether it is worth trying to compress this for the way; all that is big in a publication is compressed."""
    return _ending(path) in _TEXT


def content_type(path: str) -> bytes:
    """The MIME type of a publication path, by its ending; never guessed from content."""
    return _TYPES.get(_ending(path), b"application/octet-stream")


def security(path: str, body: bytes | None) -> Headers:
    """The security headers of a publication path, by its ending; a page may use the style sheets that stand in it."""
    ending = _ending(path)
    if ending in _RUN:
        policy = POLICY % (_own_styles(body or b"") if ending == "html" else "")
        return [(b"content-security-policy", f"{policy}; {NO_FRAMES}".encode()), *_PAGE, *_ALWAYS]
    return DOCUMENT if ending in _SHOWN else OPAQUE


def _own_styles(page: bytes) -> str:
    hashes = (base64.b64encode(hashlib.sha256(style).digest()) for style in _STYLE.findall(page))
    return "".join(f" 'sha256-{name.decode()}'" for name in hashes)


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name[1:] else ""
