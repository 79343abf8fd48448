"""Exports of WordPress for tests: written as it writes them, in three versions, and read as an import does."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from importing import NOW
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Imported, Item, Options, Skipped
from tamizdat_server.importers.wordpress import open_wordpress

HOME = "https://example.kz"
_PREFIX = "http://wordpress.org/export"


def cdata(text: str) -> str:
    """A section as WordPress writes it, from version 1.1 on."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def item(
    number: int,
    content: str = "Text.",
    *,
    title: str = "A title",
    status: str = "publish",
    kind: str = "post",
    meta: Mapping[str, str] | None = None,
    extra: str = "",
    **fields: str,
) -> str:
    """An item. `fields`: `link`, `excerpt`, `creator`, `pubDate`, `guid`, or elements of `wp:`.

    Empty ones go, but for the password: WordPress tells of none, too.
    """
    local = fields.pop("post_date", "2024-03-01 11:00:00")
    values = {
        "post_id": str(number),
        "post_date": local,
        "post_date_gmt": "2024-03-01 06:00:00" if local == "2024-03-01 11:00:00" else "",
        "post_name": f"slug-{number}",
        "status": status,
        "post_parent": "0",
        "post_type": kind,
        "post_password": "",
    }
    outside = {name: fields.pop(name, "") for name in ("excerpt", "pubDate", "guid")}
    link, creator = fields.pop("link", f"{HOME}/?p={number}"), fields.pop("creator", "editor")
    values |= fields
    elements = "".join(
        f"<wp:{name}>{cdata(value)}</wp:{name}>\n" for name, value in values.items() if value or name == "post_password"
    )
    metas = "".join(
        f"<wp:postmeta><wp:meta_key>{cdata(key)}</wp:meta_key><wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"
        for key, value in (meta or {}).items()
    )
    return (
        f"<item><title>{cdata(title)}</title><link>{escape(link)}</link><pubDate>{outside['pubDate']}</pubDate>"
        f"<dc:creator>{cdata(creator)}</dc:creator><guid>{outside['guid']}</guid>"
        f"<content:encoded>{cdata(content)}</content:encoded>"
        f"<excerpt:encoded>{cdata(outside['excerpt'])}</excerpt:encoded>\n{elements}{metas}{extra}</item>\n"
    )


def attachment(number: int, name: str, *, parent: int = 0, alt: str = "", caption: str = "", **fields: str) -> str:
    """A file of the media library."""
    return item(
        number, kind="attachment", status=fields.pop("status", "inherit"), title=name, excerpt=caption,
        attachment_url=f"{HOME}/wp-content/uploads/{name}", post_parent=str(parent),
        meta={"_wp_attachment_image_alt": alt} if alt else {}, **fields,
    )  # fmt: skip


def author(login: str, name: str) -> str:
    """An author as the head lists them."""
    return (
        f"<wp:author><wp:author_login>{cdata(login)}</wp:author_login><wp:author_email>{cdata('a@example.org')}"
        f"</wp:author_email><wp:author_display_name>{cdata(name)}</wp:author_display_name></wp:author>"
    )


def export(*items: str, version: str = "1.2", head: str = author("editor", "Aigerim"), language: str = "ru-RU") -> str:
    """A whole export."""
    declared = {
        "excerpt": f"{_PREFIX}/{version}/excerpt/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "wp": f"{_PREFIX}/{version}/",
    }
    names = " ".join(f'xmlns:{name}="{address}"' for name, address in declared.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?>\n<!-- generator="WordPress" -->\n<rss version="2.0" {names}>\n'
        f"<channel><title>Site</title><link>{HOME}</link><language>{language}</language>"
        f"<wp:wxr_version>{version}</wp:wxr_version>\n<wp:base_site_url>{HOME}</wp:base_site_url>"
        f"<wp:base_blog_url>{HOME}</wp:base_blog_url>{head}\n"
        f"{''.join(items)}</channel>\n</rss>\n"
    )


def options(folder: Path, *, editions: Sequence[str] = ("ru", "kk", "en"), **choices: object) -> Options:
    """Those of an import into nowhere; pictures are only looked for."""
    return Options(Pictures(folder / "media"), NOW, editions, **{"pictures": "local", **choices})  # pyright: ignore[reportArgumentType]


def read_export(folder: Path, data: str | bytes, **choices: object) -> list[Item]:
    """All items of an export, in order."""
    path = folder / "export.xml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [*open_wordpress(str(path), options(folder, **choices)).items]  # pyright: ignore[reportArgumentType]


def read_posts(folder: Path, *items: str, **choices: object) -> dict[str, Item]:
    """What an export of these items comes to, by the source's own numbers."""
    found = read_export(folder, export(*items), **choices)
    prefix = "wordpress example.kz/ "
    return {item.source.removeprefix(prefix): item for item in found if isinstance(item, Imported | Skipped)}


def read_post(folder: Path, content: str, *others: str, **choices: object) -> Imported:
    """The one article of this text."""
    found = read_posts(folder, item(1, content), *others, **choices)["1"]
    assert isinstance(found, Imported), found
    return found
