"""What was handed in as a text: Markdown or HTML to blocks, and pictures by the names that they were given here."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.format.article import Article, Image, images_of
from tamizdat.format.names import sha256
from tamizdat_server.api.newsroom import shapes
from tamizdat_server.api.problems import refuse
from tamizdat_server.desk.store import Desk
from tamizdat_server.draft import Draft
from tamizdat_server.images import Pictures
from tamizdat_server.importers.blocks.fit import fitted
from tamizdat_server.importers.blocks.html import Content, read_html
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.markdown.rendering import to_html
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.web.surroundings import WebPlace

MEDIA: Final = "media/"
_IMAGE: Final = msgspec.json.Decoder(Image)


class HandedPictures:
    """The pictures of one newsroom that were handed in: each made once, and found again by its path."""

    def __init__(self, folder: Path) -> None:
        self.media = folder / "media"
        self._folder = folder

    def add(self, data: bytes, *, alt: str) -> shapes.Picture:
        """Make a picture fit for publication. Raises: Failed where this is none; NewsroomError."""
        warnings = Warnings()
        image = Pictures(self.media).add(data, alt=alt, warn=warnings.add)
        if image is None:
            why = "; ".join(warnings.list()) or "this is no picture that can be read"
            raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"The picture wasn't taken: {why}.", code="picture")
        path = image.variants[-1].path
        with Desk.open(self._folder) as desk, desk.changing() as db:
            db.execute("INSERT OR REPLACE INTO pictures VALUES (?, ?)", (path, msgspec.json.encode(image)))
        return shapes.Picture(image, path, warnings.list())

    def find(self, path: str) -> Image | None:
        """The picture that was handed in and given this path."""
        with Desk.open(self._folder) as desk:
            row = desk.db.execute("SELECT image FROM pictures WHERE path = ?", (path,)).fetchone()
        return _IMAGE.decode(row[0]) if row else None

    def check(self, draft: Draft) -> None:
        """Make sure that all files of its pictures are here. Raises: Failed."""
        article = Article(
            key="-", edition="en", revision=1, title="", published="", updated="", image=draft.image, body=draft.body,
            footnotes=draft.footnotes,
        )  # fmt: skip
        for variant in (variant for image in images_of(article) for variant in image.variants):
            file = self.media / Path(variant.path).name
            if (
                not file.is_file()
                or file.stat().st_size != variant.bytes
                or sha256(file.read_bytes()) != variant.sha256
            ):
                told = f"{variant.path} isn't here; hand the picture in first, at /api/newsroom/pictures."
                raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told, code="picture")


class HandedPlace:
    """The surroundings of a text that was handed in: its links are of the web, its pictures were handed in, too."""

    def __init__(self, base: str, pictures: HandedPictures, warnings: Warnings) -> None:
        self.warnings = warnings
        options = Options(store=Pictures(pictures.media), now="", pictures="none")
        self._web, self._pictures = WebPlace(base, options=options, warnings=warnings), pictures

    def address(self, href: str) -> str | None:
        """The absolute address that a link means, or None: the text stays alone."""
        return self._web.address(href)

    def picture(self, source: str, *, alt: str) -> Image | str | None:
        """A picture that was handed in; or the address of one that lies elsewhere, which isn't fetched."""
        source = source.strip()
        if source.startswith(MEDIA):
            if found := self._pictures.find(source):
                return msgspec.structs.replace(found, alt=alt or found.alt)
            self.warnings.add("pictures that weren't handed in were replaced by their words")
            return None
        if source.lower().startswith("data:"):
            return self._web.picture(source, alt=alt)
        address = self.address(source)
        self.warnings.add("pictures that lie elsewhere were not fetched: they became links")
        return address


def draft_of(said: shapes.Content, key: str, pictures: HandedPictures, *, site: str) -> tuple[Draft, list[str]]:
    """What was handed in as a draft, and what couldn't be kept as it was. Raises: Failed."""
    warnings = Warnings()
    content = _content(said, HandedPlace(said.source_url or site, pictures, warnings))
    draft = Draft(
        key=key,
        edition=said.edition,
        title=said.title,
        published=said.published,
        updated=said.updated,
        byline=said.byline,
        place=said.place,
        section=said.section,
        tags=said.tags,
        summary=said.summary,
        source_url=said.source_url,
        translation_group=said.translation_group,
        image=said.image,
        body=content.body,
        footnotes=content.footnotes,
    )
    pictures.check(draft)
    return (draft if said.blocks is not None else fitted(draft, warnings)), warnings.list()


def _content(said: shapes.Content, place: HandedPlace) -> Content:
    given = [name for name in ("markdown", "html", "blocks") if getattr(said, name) is not None]
    if len(given) != 1:
        raise refuse(HTTPStatus.BAD_REQUEST, "Give the text in one of markdown, html and blocks.")
    if said.footnotes and said.blocks is None:
        raise refuse(HTTPStatus.BAD_REQUEST, "footnotes goes with blocks; Markdown and HTML have theirs in the text.")
    if said.blocks is not None:
        return Content(body=said.blocks, footnotes=said.footnotes)
    html = to_html(said.markdown, place.warnings) if said.markdown is not None else said.html or ""
    return read_html(html, place, title=said.title)
