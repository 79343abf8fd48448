"""The imports that tamizdat.toml names, carried out by name."""

from collections.abc import Sequence
from pathlib import Path

from tamizdat.errors import NewsroomError, NoSuchImport
from tamizdat_server.config import CONFIG_NAME, Config, ImportConfig
from tamizdat_server.importers.dates import read_date
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.importers.report import Report
from tamizdat_server.newsroom import Newsroom


def chosen(config: Config, names: Sequence[str]) -> list[str]:
    """These imports, each once, in the order of tamizdat.toml; all where none is named. Raises: NoSuchImport."""
    for name in names:
        if name not in config.imports:
            raise NoSuchImport(name=name, known=[*config.imports])
    return [name for name in config.imports if not names or name in names]


def pull_one(newsroom: Newsroom, name: str, *, now: str, confirm: bool = False, dry_run: bool = False) -> Report:
    """Import what tamizdat.toml calls `name`. `now`: RFC 3339. Raises: NoSuchImport, and what `carry_out` raises."""
    [name] = chosen(newsroom.config, [name])
    order = _order(newsroom.folder, name, newsroom.config.imports[name])
    return carry_out(newsroom, order, now=now, confirm=confirm, dry_run=dry_run)


def _order(folder: Path, name: str, said: ImportConfig) -> Order:
    date = read_date(said.date, zone=said.zone) if said.date else None
    if said.date and not date:
        raise NewsroomError(f"{CONFIG_NAME}: the date of [imports.{name}] is none like 2026-11-22")
    return Order(
        kind=said.kind,
        source=[_placed(folder, source) for source in ([said.source] if isinstance(said.source, str) else said.source)],
        date=date,
        zone=said.zone,
        language=said.language,
        git=said.git,
        fetch=said.fetch,
        pictures=said.pictures,
        uploads=[_placed(folder, place) for place in said.uploads],
        pages=said.pages,
        type=said.type,
        allow_private=said.allow_private,
        proxy=said.proxy,
    )


def _placed(folder: Path, source: str) -> str:
    """A source's address as it is, its path as seen from the newsroom's folder: cron begins elsewhere."""
    return source if "://" in source else str(folder.resolve() / source)
