"""Where a page stands in its source: what its links and pictures mean there."""

import base64
import binascii
import posixpath
import re
from urllib.parse import unquote, urljoin

from tamizdat.format.article import Image
from tamizdat_server.images import Pictures
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.fields import own_address, unpublished
from tamizdat_server.importers.markdown.files import ARTICLES, Files, inside, without_extension
from tamizdat_server.importers.markdown.front_matter import BadFrontMatter, split_front_matter
from tamizdat_server.importers.text import clean

_absolute = re.compile(r"(?:https?://|mailto:)[^\x00-\x20]+", re.IGNORECASE)
_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_data = re.compile(r"data:image/[\w.+-]+;base64,(.*)", re.DOTALL)
_HREF_CHARACTERS = 4_000
_FIELD_BYTES = 256 * 1024
_PAGE_ENDS = (".md", "/index.md", "/_index.md")
_PICTURE_ROOTS = ("", "static", "assets", "public", "docs")


class PagePlace:
    """The surroundings of one page: `found` and `missed` are the files beside it that it looked for."""

    def __init__(self, *, path: str, files: Files, pictures: Pictures, site: str, warnings: Warnings) -> None:
        self.path, self.warnings = path, warnings
        self.found: list[str] = []
        self.missed: list[str] = []
        self._files, self._pictures, self._site = files, pictures, site

    def with_warnings(self, warnings: Warnings) -> "PagePlace":
        """The same place, with a list of warnings of its own."""
        return PagePlace(path=self.path, files=self._files, pictures=self._pictures, site=self._site, warnings=warnings)

    def address(self, href: str) -> str | None:
        """An absolute address, a relative one under the site's, where that is known, or None: the text stays alone."""
        href = href.replace(" ", "%20")
        if href.startswith("//"):
            href = f"https:{href}"
        if not _scheme.match(href):
            return self._relative(href)
        if _absolute.fullmatch(href) and len(href) <= _HREF_CHARACTERS:
            return href
        self.warnings.add("links that are neither http, https nor mailto became text")
        return None

    def picture(self, source: str, *, alt: str) -> Image | str | None:
        """A picture of the source; or the address of one that lies elsewhere, which isn't fetched."""
        if found := _data.match(source):
            return self._add(_decoded(found[1]), alt)
        if source.startswith("//") or _scheme.match(source):
            return self._elsewhere(source)
        for path in self._candidates(source):
            if data := self._files.read(path):
                self.found.append(path)
                return self._add(data, alt)
            self.missed.append(path)
        if self._site and (address := self.address(source)):
            return self._elsewhere(address)
        self.warnings.add("pictures that aren't in the source were replaced by their words")
        return None

    def _relative(self, href: str) -> str | None:
        path, mark, fragment = href.partition("#")
        if not path:
            self.warnings.add("links within the page became text")
            return None
        target = self._in_source(unquote(path.partition("?")[0]))
        said = self._said_by(target) if target else ""
        if said.startswith("http"):
            return self.address(said.partition("#")[0] + mark + fragment)
        if not self._site or target is None:
            self.warnings.add("relative links became text")
            return None
        found = (said or _place_of(target, is_folder=path.endswith("/"))).lstrip("/").replace(" ", "%20")
        return self.address(urljoin(self._site.rstrip("/") + "/", found) + mark + fragment)

    def _said_by(self, target: str) -> str:
        """Where the page that a link leads to says that it is, if it is a public one of this source and says so."""
        for path in [target] if target.lower().endswith(ARTICLES) else [f"{target}{end}" for end in _PAGE_ENDS]:
            if data := self._files.read(path):
                self.found.append(path)
                return _public_address(data)
            self.missed.append(path)
        return ""

    def _in_source(self, path: str) -> str | None:
        return inside(path if path.startswith("/") else posixpath.join(posixpath.dirname(self.path), path))

    def _candidates(self, source: str) -> list[str]:
        path = unquote(re.split(r"[?#]", source)[0])
        beside = [] if path.startswith("/") else [self._in_source(path)]
        return [
            found
            for found in (*beside, *(inside(posixpath.join(root, path.lstrip("/"))) for root in _PICTURE_ROOTS))
            if found
        ]

    def _elsewhere(self, source: str) -> str | None:
        address = self.address(source)
        if address and not address.lower().startswith("mailto:"):
            self.warnings.add("pictures that lie elsewhere were not fetched: they became links")
            return address
        return None

    def _add(self, data: bytes, alt: str) -> Image | None:
        return self._pictures.add(data, alt=alt, warn=self.warnings.add)


def _place_of(target: str, *, is_folder: bool) -> str:
    """The path below the site of a file of the source: a page's is a folder's."""
    if target.lower().endswith(ARTICLES):
        return f"{re.sub(r'(?:^|(?<=/))_?index$', '', without_extension(target)).rstrip('/')}/"
    return f"{target}/" if is_folder else target


def _public_address(data: bytes) -> str:
    try:
        fields, _ = split_front_matter(clean(data[:_FIELD_BYTES].decode("utf-8", "ignore")))
    except BadFrontMatter:
        return ""
    # A draft's address is its author's own business.
    return "" if unpublished(fields) else own_address(fields)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return b""
