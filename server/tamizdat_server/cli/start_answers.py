"""What is typed at the questions of `tamizdat start`, read; what makes no sense there is asked for again."""

import re
from pathlib import Path
from typing import Final

import click
import msgspec

from tamizdat_server.cli.documents import one_line
from tamizdat_server.importers.language import meant
from tamizdat_server.importers.orders import Order
from tamizdat_server.importers.wordpress.types import are_articles
from tamizdat_server.starting import Found, is_free, is_newsroom

ANY: Final = "any"
NONE: Final = "none"
_language: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_odd: Final = re.compile(r"[^\w.-]+")


def usable_folder(said: str) -> Path:
    """A newsroom, or a place for one. Raises: click.UsageError, as all of these do."""
    folder = Path(said).expanduser()
    if is_newsroom(folder) or is_free(folder):
        return folder
    raise click.UsageError(f"{folder} has other things in it; name a new folder, or an empty one")


def read_title(said: str) -> str:
    """A publication's name."""
    title = one_line(said)[:200]
    if not title:
        raise click.UsageError("it needs a name")
    return title


def read_languages(said: str) -> list[str]:
    """Language codes, each once; none where all are welcome."""
    words = said.replace(",", " ").split()
    if [word.lower() for word in words] == [ANY]:
        return []
    codes = [meant(word) for word in words]
    if wrong := [code for code in codes if not _language.fullmatch(code)]:
        raise click.UsageError(f"{wrong[0]!r} is no language code, such as ru, kk or en")
    return [*dict.fromkeys(codes)]


def with_pictures(order: Order, said: str) -> Order:
    """`order`, with pictures taken from where it was said."""
    match said.strip():
        case "fetch" | "none" as choice:
            return msgspec.structs.replace(order, pictures=choice)
        case folder if Path(folder).expanduser().is_dir():
            return msgspec.structs.replace(order, pictures="local", uploads=[str(Path(folder).expanduser())])
        case folder:
            raise click.UsageError(f"{folder} is no folder; say 'fetch', 'none', or where a copy of the uploads is")


def likely_types(found: Found) -> str:
    """The types of posts that are articles by their names, as they would be typed."""
    return " ".join(filter(are_articles, found.types)) or NONE


def with_types(order: Order, said: str, found: Found) -> Order:
    """`order`, with the types of posts that were said to be articles."""
    names = [*dict.fromkeys(said.replace(",", " ").lower().split())]
    names = [] if names == [NONE] else names
    if wrong := [name for name in names if name not in found.types]:
        raise click.UsageError(
            f"it has no type {one_line(wrong[0])[:40]!r}; say '{NONE}', or of {' '.join(found.types)}"
        )
    return msgspec.structs.replace(order, type=names)


def name_of(place: str) -> str:
    """A site's host without www., or a file's name up to its first dot."""
    path = Path(place).expanduser()
    if path.exists():
        return path.resolve().name.partition(".")[0] or "newsroom"
    host = place.partition("://")[2] or place
    return re.split(r"[/?#:]", host)[0].rpartition("@")[2].lower().removeprefix("www.")


def folder_for(place: str) -> str:
    """A folder's name that is free or a newsroom's."""
    name = _odd.sub("-", name_of(place)).strip("-.") or "newsroom"
    names = [name, f"{name}-newsroom", *(f"{name}-newsroom-{number}" for number in range(2, 100))]
    return next((name for name in names if is_newsroom(Path(name)) or is_free(Path(name))), names[-1])
