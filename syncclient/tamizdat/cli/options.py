"""Options that readers' commands share, and the library that they mean."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tamizdat.cli.output import tell
from tamizdat.errors import LibraryReadOnly, UsageError
from tamizdat.library import Library, Publication
from tamizdat.library.default import default_library

F = TypeVar("F", bound=Callable[..., Any])


def reader_options(command: F) -> F:
    """Add `--library` and `--json`, which every reader's command takes."""
    json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of words.")
    library_option = click.option(
        "--library",
        "path",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="TAMIZDAT_LIBRARY",
        show_envvar=True,
        default=default_library,
        show_default="in your data folder",
        help="The SQLite file that articles are kept in.",
    )
    return library_option(json_option(command))


def choice_options(command: F) -> F:
    """Add `--publication` and `--edition`, which narrow what is meant; empty: any."""
    publication = click.option(
        "--publication", metavar="NAME", default="", help="Only of this one: its title, or how its id begins."
    )
    edition = click.option("--edition", metavar="LANG", default="", help="Only of this edition, such as en, ru or kk.")
    return publication(edition(command))


def bytes_of(words: str) -> int:
    """How many bytes `--max-bytes` means: a number, `500kB` or `5MB`. Raises: UsageError."""
    number = words.strip().lower().removesuffix("b")
    scale = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}.get(number[-1:], 1)
    number = number.rstrip("kmg")
    if not (number.isascii() and number.isdigit() and int(number)):
        raise UsageError(f"--max-bytes {words}: say a number, like 500kB or 5MB")
    return int(number) * scale


def open_to_read(path: Path) -> Library:
    """The library, which must be there already, an older one brought up to date. Raises: LibraryError."""
    try:
        return Library.open(path, create=False, readonly=True)
    except LibraryReadOnly:
        open_to_change(path).close()
        return Library.open(path, create=False, readonly=True)


def open_to_change(path: Path) -> Library:
    """The library, which must be there already, to change it. Raises: LibraryError."""
    return Library.open(path, create=False, say=tell)


def publication_named(library: Library, name: str) -> str:
    """The id of the publication that a reader means; empty for any. Raises: UsageError."""
    if not name:
        return ""
    known = library.publications()
    found = [publication for publication in known if _is_called(publication, name)]
    if len(found) == 1:
        return found[0].publication
    held = ", ".join(f"{p.title} ({p.publication[:8]})" for p in known) or "none"
    raise UsageError(f"{name!r} names {len(found)} publications of this library; it holds: {held}")


def _is_called(publication: Publication, name: str) -> bool:
    return publication.title.casefold() == name.casefold() or publication.publication.startswith(name.lower())
