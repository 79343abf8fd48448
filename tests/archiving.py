"""The archive's pages as a visitor meets them: the whole application, asked over ASGI, its HTML parsed."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

from tamizdat_server.data import create_data

ORIGIN = "http://archive.example"


@dataclass
class Visitor:
    """Asks for pages of the archive of a library, mounted at `base`."""

    library: Path
    base: str = "/"

    def __post_init__(self) -> None:
        self.app: Any = create_data(self.library, base_url=self.base)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer for a path below the base."""
        return self.all([path], **headers)[0]

    def all(self, paths: Iterable[str], **headers: str) -> list[httpx.Response]:
        """The answers for paths below the base, asked one after the other."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                sent = {name.replace("_", "-"): value for name, value in headers.items()}
                return [await client.get(self.base + path.removeprefix("/"), headers=sent) for path in paths]

        return asyncio.run(ask())

    def page(self, path: str, status: int = 200) -> "Seen":
        """A page, which must have this status."""
        answer = self.get(path)
        assert answer.status_code == status, answer.text
        return Seen(answer)


class Seen:
    """A page as HTML."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        self.answer = answer
        self.tree = html.document_fromstring(answer.text)

    def all(self, css: str) -> list[str]:
        """The text of every element that fits, with white space made plain."""
        return [" ".join(element.text_content().split()) for element in self.tree.cssselect(css)]

    def one(self, css: str) -> Any:
        """The only element that fits."""
        (element,) = self.tree.cssselect(css)
        return element

    @property
    def text(self) -> str:
        return " ".join(self.one("main").text_content().split())

    @property
    def links(self) -> list[str]:
        """Paths within this site that the page leads to, by links, pictures, sheets and forms."""
        found = self.tree.xpath("//a/@href | //link/@href | //img/@src | //form/@action | //img/@srcset")
        single = [part.split()[0] for value in found for part in value.split(", ")]
        whole = (urlsplit(urljoin(str(self.answer.url), address)) for address in single)
        return [f"{url.path}?{url.query}" if url.query else url.path for url in whole if url.netloc in ORIGIN]
