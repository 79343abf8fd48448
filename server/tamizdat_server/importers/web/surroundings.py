"""Where a text of the web stands: what its links and pictures mean there."""

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from tamizdat.errors import TransportError
from tamizdat.format.article import Image
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.source import Options

PICTURE_BYTES: Final = 32 * 1024 * 1024
_HREF_CHARACTERS: Final = 4_000
_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_absolute = re.compile(r"(?:https?://[^\x00-\x20/?#]|mailto:)[^\x00-\x20]+", re.IGNORECASE)
_data = re.compile(r"data:image/[\w.+-]+[^,]*?(;base64)?,(.*)", re.DOTALL | re.IGNORECASE)


class WebPlace:
    """The surroundings of one text that was published at `base` (an http or https address, or "" where none is known).

    `undescribed`: how many of the pictures that it took have no alt text.
    """

    def __init__(self, base: str, *, options: Options, warnings: Warnings) -> None:
        self.base, self.warnings = base, warnings
        self.undescribed = 0
        self._options = options

    def address(self, href: str) -> str | None:
        """The absolute address that a link means, or None: the text stays alone."""
        href = href.strip().replace(" ", "%20")
        if href.startswith("#") or not href:
            self.warnings.add("links within the page became text")
            return None
        try:
            found = urljoin(self.base, href)
        except ValueError:
            found = ""
        if _absolute.fullmatch(found) and len(found) <= _HREF_CHARACTERS:
            return found
        self.warnings.add("links that are neither http, https nor mailto became text")
        return None

    def picture(self, source: str, *, alt: str) -> Image | str | None:
        """The picture, or None where there is none to be had; then a warning says why."""
        data = self._data_of(source.strip())
        if data is None:
            return None
        image = self._options.store.add(data, alt=alt)
        if image is None:
            self.warnings.add("pictures that can't be read were replaced by their words")
        elif not alt.strip():
            self.undescribed += 1
        return image

    def _data_of(self, source: str) -> bytes | None:
        if found := _data.match(source):
            return _decoded(found[2], is_base64=bool(found[1]))
        address = self.address(source)
        if address is None or not urlsplit(address).scheme.startswith("http"):
            return None
        return self._fetched(address)

    def _fetched(self, address: str) -> bytes | None:
        fetcher = self._options.fetcher
        if self._options.pictures != "fetch" or fetcher is None:
            self.warnings.add("pictures weren't fetched: their words stay")
            return None
        try:
            answer = fetcher.get(address, max_bytes=PICTURE_BYTES, accept="image/*")
        except TransportError:
            self.warnings.add("pictures couldn't be fetched: their words stay")
            return None
        if answer.status != 200:
            self.warnings.add("pictures aren't there any more: their words stay")
            return None
        return answer.body


def _decoded(text: str, *, is_base64: bool) -> bytes:
    if not is_base64:
        return unquote_to_bytes(text)
    try:
        return base64.b64decode(unquote_to_bytes(text), validate=False)
    except (binascii.Error, ValueError):
        return b""
