"""What was answered, and what follows from it for the next imports."""

from pathlib import Path
from typing import Final

import msgspec
import tomlkit

from tamizdat_server.config import ImportConfig
from tamizdat_server.importers.orders import Order

NAME: Final = "site"
"""Of the source in tamizdat.toml."""

_COMMENT: Final = "# Where the articles come from: 'tamizdat pull' imports them again."


class Answers(msgspec.Struct, frozen=True):
    """What `tamizdat start` was told, or took for granted.

    `place`: the word that was typed. No `editions`: every language that an article comes in becomes one. `site`: where
    the pages are that the articles come from; empty if unknown.
    """

    place: str
    title: str
    order: Order
    editions: list[str] = []
    site: str = ""


def again(answers: Answers) -> ImportConfig | None:
    """Where new articles come from, for `tamizdat pull`; None where that is unknown.

    An export doesn't change: what comes after it comes from the site that wrote it.
    """
    order = answers.order
    source = order.source[0]
    if Path(source).exists():
        source = str(Path(source).resolve()) if order.kind == "markdown" else answers.site
    fields = {name: getattr(order, name) for name in ("kind", "fetch", "pictures", "type", "allow_private", "proxy")}
    uploads = [str(Path(folder).resolve()) for folder in order.uploads]
    try:
        return msgspec.convert(fields | {"source": source, "uploads": uploads}, ImportConfig) if source else None
    except msgspec.ValidationError:
        return None  # an address that is longer than settings may be


def settings(source: ImportConfig) -> str:
    """Its part of tamizdat.toml, without what goes without saying."""
    plain = ImportConfig(kind=source.kind, source=source.source)
    fields = {
        name: value
        for name, value in msgspec.structs.asdict(source).items()
        if name in ("kind", "source") or value != getattr(plain, name)
    }
    return f"\n{_COMMENT}\n{tomlkit.dumps({'imports': {NAME: fields}})}"
