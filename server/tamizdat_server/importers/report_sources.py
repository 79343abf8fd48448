"""How a report names what an article came from: briefly, with a link to where its editor can mend it."""

import re
from pathlib import PurePath
from typing import Final

import msgspec

_wordpress: Final = re.compile(r"wordpress ([^\s/]+/(?:\S*/)?) (\d+)(?: (\S+))?")
_web: Final = re.compile(r"(?:feed|page) (?:https?://)?([\w-]+(?:\.[\w-]+)+(?::\d+)?/\S*)", re.IGNORECASE)


class Named(msgspec.Struct, frozen=True):
    """`href`: empty where there is nowhere to go. `says_nothing`: a number, which doesn't tell what it is about."""

    label: str
    href: str = ""
    says_nothing: bool = False


def name_origin(origin: str) -> str:
    """Of a path on this machine, which tells whose it is, only the last part."""
    kind, _, place = origin.partition(" ")
    return origin if "://" in place or kind == "wordpress" else f"{kind} {PurePath(place).name}".strip()


def name_source(source: str) -> Named:
    """For the identity that an importer gave an article."""
    if found := _wordpress.fullmatch(source):
        edit = f"https://{found[1]}wp-admin/post.php?post={found[2]}&action=edit"
        return Named(f"post {found[2]}{f' ({found[3]})' if found[3] else ''}", edit, says_nothing=True)
    if found := _web.fullmatch(source):
        return Named(found[1], f"https://{found[1]}")
    return Named(source.partition(" ")[2] if source.startswith(("feed ", "page ")) else source)
