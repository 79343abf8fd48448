"""Where a text of the web stands: what its links and pictures mean there."""

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from tamizdat.format.article import Image
from tamizdat.transport.policy import is_local_name
from tamizdat_server.importers.blocks.tracking import is_counter, without_tracking
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.web.pictures import Gallery

_HREF_CHARACTERS: Final = 4_000
_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_absolute = re.compile(r"(?:https?://[^\x00-\x20/?#]|mailto:[^\x00-\x20])[^\x00-\x20]*", re.IGNORECASE)
_controls = re.compile(r"[\t\n\r]")
_desk = re.compile(
    r"/wp-admin/(?!admin-ajax\.php)|/wp-login\.php|[?&](?:preview(?:_id|_nonce)?|_wpnonce)=", re.IGNORECASE
)
# A site names its authors' pages after the names by which they log in, or leads from numbers to such.
_author = re.compile(r"/author/[^/?]|[?&]author(?:_name)?=", re.IGNORECASE)
_data = re.compile(r"data:image/[\w.+-]+[^,]*?(;\s*base64)?,(.*)", re.DOTALL | re.IGNORECASE)


class WebPlace:
    """The surroundings of one text that was published at `base`, an http or https address; "" where none is known."""

    def __init__(self, base: str, *, options: Options, warnings: Warnings) -> None:
        self.base, self.warnings = base, warnings
        self._options = options
        self._gallery = Gallery(options)

    def address(self, href: str) -> str | None:
        """The absolute address that a link means, without what tracks readers, or None: the text stays alone."""
        href = _controls.sub("", href.strip()).replace(" ", "%20")
        if not href or href.startswith("#"):
            self.warnings.add("links within the page became text")
            return None
        found = self._absolute(href)
        reason = _objection(found, base=self.base)
        if reason and not found and not _scheme.match(href):
            reason = "relative links became text"
        if reason:
            self.warnings.add(reason)
            return None
        return without_tracking(found)

    def picture(self, source: str, *, alt: str) -> Image | str | None:
        """The picture, or None where there is none to be had; then a warning says why.

        Raises: NewsroomError where it can't be kept.
        """
        source = source.strip()
        if found := _data.fullmatch(source):
            data = _decoded(found[2], is_base64=bool(found[1]))
            return self._options.store.add(data, alt=alt, warn=self.warnings.add)
        address = self._absolute(_controls.sub("", source).replace(" ", "%20"))
        if not address.lower().startswith(("http://", "https://")):
            self.warnings.add("pictures without an address of their own were left out: their words stay")
            return None
        if is_counter(address):
            self.warnings.add("pictures that only count readers were left out")
            return None
        return self._gallery.picture(address, alt=alt, warn=self.warnings.add)

    def _absolute(self, href: str) -> str:
        """The address that it means here; empty where that is none of the web, or longer than may be."""
        try:
            found = urljoin(self.base, href)
            urlsplit(found)
        except ValueError:
            return ""
        return found if _absolute.fullmatch(found) and len(found) <= _HREF_CHARACTERS else ""


def _objection(address: str, *, base: str) -> str:
    """Why an address can't be a link's in an article, in words for people; empty where it can."""
    if not address:
        return "links that are neither http, https nor mailto became text"
    parts = urlsplit(address)
    if "@" in parts.netloc:
        return "links that hold a user name or password became text"
    if parts.netloc and is_local_name(parts.hostname or "") and parts.hostname != urlsplit(base).hostname:
        return "links into a private network became text"
    if _desk.search(f"{parts.path}?{parts.query}"):
        return "links to what only a site's editors may open became text"
    if _author.search(f"{parts.path}?{parts.query}") and _is_of_one_site(parts.hostname or "", base):
        return "links to a site's pages of its own authors became text: their addresses may tell logins"
    return ""


def _is_of_one_site(host: str, base: str) -> bool:
    """Whether a host is that of `base`, or of another language's pages beside it."""
    own = (urlsplit(base).hostname or "").removeprefix("www.")
    host = host.removeprefix("www.")
    return bool(own and host) and (host == own or host.endswith(f".{own}") or own.endswith(f".{host}"))


def _decoded(text: str, *, is_base64: bool) -> bytes:
    data = unquote_to_bytes(text)
    if not is_base64:
        return data
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return b""
