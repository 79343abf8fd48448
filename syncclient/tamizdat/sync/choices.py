"""What the reader wants of a publication, from what was chosen before and what is said now: pure decisions."""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from tamizdat.errors import UsageError
from tamizdat.format.catalog import Catalog
from tamizdat.format.names import head_path
from tamizdat.library import Choice, MirrorNote, days_ago
from tamizdat.sync.options import Keep, SyncOptions
from tamizdat.sync.plan import Reach

MEGABYTE: Final = 1_000_000
DAY_SECONDS: Final = 86_400


def choice_of(before: Choice, options: SyncOptions) -> Choice:
    """What was chosen before, with what this sync's options say instead."""
    keep = options.keep or Keep(before.keep_days, before.keep_megabytes)
    return Choice(
        editions=before.editions if options.editions is None else tuple(sorted(options.editions)),
        keep_days=keep.days,
        keep_megabytes=keep.megabytes,
        media=options.media or before.media,
        revisions=before.revisions if options.revisions is None else options.revisions,
    )


def in_order(places: Iterable[str], notes: Mapping[str, MirrorNote], *, proxied: bool) -> list[str]:
    """Whom to ask, each once: those who failed last time after the others, and what only Tor reaches after all."""

    def rank(place: str) -> tuple[bool, bool]:
        onion = (urlsplit(place).hostname or "").endswith(".onion")
        return onion and not proxied, place in notes and notes[place].problem != ""

    return sorted(dict.fromkeys(filter(None, places)), key=rank)


def chosen_editions(choice: Choice, catalog: Catalog) -> list[str]:
    """Those editions of the catalog that the reader wants."""
    return [code for code in catalog.editions if not choice.editions or code in choice.editions]


def check_editions(wanted: Iterable[str], catalog: Catalog) -> None:
    """Raises: UsageError where there is no such edition."""
    unknown = sorted(set(wanted) - catalog.editions.keys())
    if unknown:
        raise UsageError(f"no edition {', '.join(unknown)}; there are {', '.join(sorted(catalog.editions))}")


def reach_of(choice: Choice, now: int) -> Reach:
    """How far back to read. `now`: Unix seconds."""
    if choice.keep_days is not None and choice.keep_days * DAY_SECONDS < now:
        return Reach(since=days_ago(choice.keep_days, now))
    return Reach(max_raw_bytes=choice.keep_megabytes * MEGABYTE if choice.keep_megabytes is not None else None)


def head_of(choice: Choice, catalog: Catalog | None) -> str:
    """The path of the head to ask for: that of one edition, if only one is wanted and it isn't the only one."""
    alone = len(choice.editions) == 1 and (catalog is None or len(catalog.editions) > 1)
    return head_path(choice.editions[0] if alone else None)
