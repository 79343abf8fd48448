"""`tamizdat import`: thin."""

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click
import msgspec

from tamizdat.errors import UnreadableSource
from tamizdat_server.clock import rfc3339

# What importers need (parsers, picture codecs) takes long to load: only an import waits for it, not every `--help`.
if TYPE_CHECKING:
    from tamizdat_server.importers import Report
    from tamizdat_server.newsroom import Newsroom

_SKIPPED_SHOWN: Final = 20


@click.command("import")
@click.argument("kind", metavar="KIND", type=click.Choice(["markdown"]))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--to", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path), help="The newsroom.")
@click.option("--dry-run", is_flag=True, help="Report what would happen, change nothing.")
@click.option(
    "--date", metavar="D", help="The date, such as 2026-11-22, of articles that have none; else they are skipped."
)
@click.option("--git", is_flag=True, help="Replay SOURCE's git history: a repository, or a bundle file.")
@click.option("--until", metavar="COMMIT", help="With --git: stop at this commit.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON document.")
def import_(
    kind: Literal["markdown"],
    source: Path,
    folder: Path,
    dry_run: bool,
    date: str | None,
    git: bool,
    until: str | None,
    as_json: bool,
) -> None:
    """Import the articles of SOURCE.

    KIND is what SOURCE holds: markdown, a folder of such files with front matter of Hugo, Jekyll or MkDocs.

    Drafts, future articles and what has no date are skipped, and the report says why. Importing twice changes nothing.
    The next 'tamizdat publish DIR' makes it public.
    """
    del kind  # the only one so far
    if until and not git:
        raise click.UsageError("--until goes with --git")
    from tamizdat_server.newsroom import Newsroom

    undated = _date(date)
    with Newsroom.open(folder) as newsroom:
        report = _import(newsroom, source, date=undated, git=git, until=until, dry_run=dry_run)
    if as_json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        _tell(report, folder)


def _import(
    newsroom: "Newsroom", source: Path, *, date: str | None, git: bool, until: str | None, dry_run: bool
) -> "Report":
    from tamizdat_server.images import Pictures
    from tamizdat_server.importers import open_repository, read_git, read_markdown, run

    now, config = rfc3339(int(time.time())), newsroom.config
    with ExitStack() as stack:
        # A dry run leaves no picture behind either.
        store = Path(stack.enter_context(tempfile.TemporaryDirectory())) if dry_run else newsroom.media
        pictures, editions = Pictures(store), [*config.editions]
        if not git:
            if source.is_file():
                raise UnreadableSource(source=str(source), reason="it is a file; a git bundle is imported with --git")
            items = read_markdown(source, pictures=pictures, now=now, date=date, editions=editions, site=config.site)
            return run(newsroom, items, dry_run=dry_run)
        repository = stack.enter_context(open_repository(source))
        name = f"git {repository.identity}"
        items = read_git(
            repository,
            pictures=pictures,
            now=now,
            date=date,
            editions=editions,
            site=config.site,
            until=until,
            since=newsroom.recall(name),
        )
        return run(newsroom, items, remember_as=name, dry_run=dry_run)


def _date(text: str | None) -> str | None:
    if text is None:
        return None
    from tamizdat_server.importers.dates import read_date

    if found := read_date(text):
        return found
    raise click.BadParameter(f"{text!r} is no date like 2026-11-22 or 2026-11-22T06:00:00Z", param_hint="--date")


def _tell(report: "Report", folder: Path) -> None:
    counts = f"{report.added} added, {report.revised} revised, {report.unchanged} unchanged, {report.removed} removed"
    click.echo(f"{'would be ' if report.dry_run else ''}{counts}, {len(report.skipped)} skipped")
    for skipped in report.skipped[:_SKIPPED_SHOWN]:
        click.echo(f"skipped {skipped.source}: {skipped.reason}", err=True)
    if len(report.skipped) > _SKIPPED_SHOWN:
        click.echo(f"… and {len(report.skipped) - _SKIPPED_SHOWN} more; --json names them all", err=True)
    for warned in report.warnings:
        articles = "1 article" if warned.articles == 1 else f"{warned.articles} articles, such as"
        click.echo(f"warning: {warned.warning} ({articles} {warned.first})", err=True)
    if not report.dry_run and (report.added or report.revised or report.removed):
        click.echo(f"'tamizdat publish {folder}' makes it public.")
