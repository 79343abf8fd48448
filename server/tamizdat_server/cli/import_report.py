"""An import's report, for people at a terminal: counts on standard output, what to look at on standard error."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tamizdat_server.clock import rfc3339

if TYPE_CHECKING:
    from tamizdat_server.importers import Report
    from tamizdat_server.importers.items import Skipped
    from tamizdat_server.importers.report import Held, Undescribed

SHOWN: Final = 20
LINE: Final = 400


def tell(report: "Report", folder: Path, *, correction: str = "") -> None:
    """Say what the import into the newsroom `folder` did, or would do."""
    counts = f"{report.added} added, {report.revised} revised, {report.unchanged} unchanged, {report.removed} removed"
    click.echo(f"{'would be ' if report.dry_run else ''}{counts}, {len(report.skipped)} skipped")
    if not any((report.added, report.revised, report.unchanged, report.removed, report.skipped)):
        click.echo("nothing new was found there", err=True)
    tell_clock(report)
    _tell_skipped(report.skipped)
    _list([_warning(warned.warning, warned.articles, warned.first) for warned in report.warnings])
    _tell_undescribed(report.undescribed)
    _tell_held(report.held)
    if report.corrected:
        click.echo(f"{report.corrected} {'would carry' if report.dry_run else 'will carry'} the correction")
    elif correction:
        click.echo("no published article was revised, so the correction was added to none", err=True)
    if not report.dry_run and (report.added or report.revised or report.removed):
        click.echo(f"'tamizdat publish {folder}' makes it public.")


def tell_clock(report: "Report") -> None:
    """Say it where this machine's clock may be what is wrong."""
    from tamizdat_server.importers.report import is_mostly_in_future

    if is_mostly_in_future(report):
        click.echo(
            f"MOST OF IT IS DATED IN THE FUTURE: this machine's clock says {rfc3339(int(time.time()))}."
            " If that is wrong, set the clock, then import again.",
            err=True,
        )


def _tell_skipped(skipped: "list[Skipped]") -> None:
    """By reason; what is kept private first, since nobody may find that to be wrong too late."""
    from tamizdat_server.importers.report import by_reason

    hidden = by_reason(one for one in skipped if one.hidden)
    others = by_reason(one for one in skipped if not one.hidden)
    _list([_group("kept private", *group) for group in hidden])
    _list([_group("skipped", *group) for group in others])
    if any(len(sources) > 1 for _, sources in (*hidden, *others)):
        click.echo("--json names each of them, --report FILE writes a page for the browser", err=True)


def _group(what: str, reason: str, sources: list[str]) -> str:
    """One line; the reason before the example where there are several: a source may have a long name."""
    if len(sources) == 1:
        return f"{what} {sources[0]}: {reason}"
    return f"{what} {len(sources):,}: {reason} (such as {sources[0]})"


def _list(lines: list[str]) -> None:
    for line in lines[:SHOWN]:
        _warn(line)
    if len(lines) > SHOWN:
        click.echo(f"… and {len(lines) - SHOWN} more; --json names them all", err=True)


def _warn(text: str) -> None:
    """One line on standard error. Sources choose these words, and must not get at the terminal by them."""
    from tamizdat_server.importers.text import clean

    line = " ".join(clean(text).split())
    click.echo(line if len(line) <= LINE else f"{line[: LINE - 1]}…", err=True)


def _warning(warning: str, articles: int, first: str) -> str:
    return f"warning: {warning} ({'1 article:' if articles == 1 else f'{articles} articles, such as'} {first})"


def _tell_undescribed(undescribed: "Undescribed") -> None:
    if undescribed.pictures:
        one = undescribed.pictures == 1
        pictures, them = ("1 picture has", "it") if one else (f"{undescribed.pictures:,} pictures have", "them")
        articles = "1 article:" if undescribed.articles == 1 else f"{undescribed.articles} articles, such as"
        _warn(f"{pictures} no alt text: please describe {them} ({articles} {undescribed.first[0]})")


def _tell_held(held: "list[Held]") -> None:
    if not held:
        return
    _list([f"held {article.key} ({article.edition}): {article.reason}" for article in held])
    articles = "1 ARTICLE IS" if len(held) == 1 else f"{len(held):,} ARTICLES ARE"
    stand = "STILL STANDS" if len(held) == 1 else "STILL STAND"
    click.echo(
        f"{articles} GONE FROM THE SOURCE AND {stand}: that is much at once, as when a source is broken."
        " If it is right, the same command with --confirm withdraws them.",
        err=True,
    )
