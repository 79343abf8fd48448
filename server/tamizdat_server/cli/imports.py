"""`tamizdat import`: thin."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from tamizdat_server.cli.import_progress import stopping, watched
from tamizdat_server.cli.import_report import tell
from tamizdat_server.clock import rfc3339

# What importers need (parsers, picture codecs) takes long to load: only an import waits for it, not every `--help`.
if TYPE_CHECKING:
    from tamizdat_server.importers import Report
    from tamizdat_server.importers.source import PictureChoice

_KINDS: Final = ("markdown", "wordpress", "feed", "page")
_TYPE: Final = "With wordpress: import posts of this type of the site's own, such as news, too; may be repeated."
_REPORT: Final = "Write the report as a page for the browser, too; what is kept private isn't named in it."


@click.command("import")
@click.argument("kind", metavar="KIND", type=click.Choice(_KINDS))
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--to", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path), help="The newsroom.")
@click.option("--dry-run", is_flag=True, help="Report what would happen, change nothing.")
@click.option("--confirm", is_flag=True, help="Take away what the source has no more, however much it is.")
@click.option("--correction", metavar="TEXT", default="", help="A public note for the one article that is revised.")
@click.option(
    "--date", metavar="D", help="The date, such as 2026-11-22, of articles that have none; else they are skipped."
)
@click.option(
    "--zone", metavar="Z", default="", help="Time zone of dates that name none: Asia/Almaty, +05:00.  [default: UTC]"
)
@click.option("--language", metavar="L", default="", help="The language of articles that don't say theirs.")
@click.option(
    "--pictures",
    type=click.Choice(["fetch", "local", "none"]),
    default="fetch",
    help="Fetch pictures, take only those of --uploads and SOURCE, or none.  [default: fetch]",
)
@click.option(
    "--uploads",
    metavar="FOLDER",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    help="A copy of the site's wp-content/uploads; may be repeated.",
)
@click.option("--pages", is_flag=True, help="With wordpress: import pages, too, not only posts.")
@click.option("--type", "types", metavar="NAME", multiple=True, help=_TYPE)
@click.option("--fetch", is_flag=True, help="With feed: fetch the page that each entry links to, for its full text.")
@click.option("--allow-private", is_flag=True, help="Fetch also from this machine and its private network.")
@click.option("--proxy", metavar="URL", help="Fetch through this proxy: socks5h://127.0.0.1:9050 for Tor.")
@click.option("--git", is_flag=True, help="With markdown: replay SOURCE's git history: a repository, or a bundle file.")
@click.option("--until", metavar="COMMIT", help="With --git: stop at this commit.")
@click.option("--report", "page", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help=_REPORT)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON document.")
def import_(
    kind: str,
    sources: tuple[str, ...],
    folder: Path,
    dry_run: bool,
    confirm: bool,
    correction: str,
    date: str | None,
    zone: str,
    language: str,
    pictures: "PictureChoice",
    uploads: tuple[str, ...],
    pages: bool,
    types: tuple[str, ...],
    fetch: bool,
    allow_private: bool,
    proxy: str | None,
    git: bool,
    until: str | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Import the articles of SOURCE.

    \b
    KIND      SOURCE
    markdown  a folder of Markdown files with front matter of Hugo, Jekyll
              or MkDocs; with --git, a repository of them
    wordpress an export file of WordPress (.xml), or https://site
    feed      the address or the file of an RSS, Atom or JSON feed
    page      addresses of pages, or HTML files

    Drafts, future articles and what has no date are skipped, and the report says why. Importing twice changes nothing,
    and after an interruption the same command goes on. What SOURCE has no more is withdrawn, unless it is much at once:
    more than 5 articles, or 1 % of an edition, wait for --confirm. The next 'tamizdat publish DIR' makes it public.
    """
    _check_words(kind, git=git, until=until, pages=pages, types=types, fetch=fetch)
    from tamizdat_server.importers.orders import Order, carry_out
    from tamizdat_server.importers.report_page import write_report
    from tamizdat_server.newsroom import Newsroom

    order = Order(
        kind=kind,
        source=[*sources],
        date=_date(date, zone),
        zone=zone,
        language=language,
        git=git,
        until=until,
        fetch=fetch,
        pictures=pictures,
        uploads=[*uploads],
        pages=pages,
        type=[*types],
        allow_private=allow_private,
        proxy=proxy,
    )
    keeps = not (dry_run or git or correction)
    with Newsroom.open(folder) as newsroom, watched(quiet=as_json) as progress, stopping(progress, keeps=keeps):
        now = rfc3339(int(time.time()))
        report = carry_out(
            newsroom, order, now=now, dry_run=dry_run, confirm=confirm, correction=correction, progress=progress
        )
        if page:
            write_report(page, report, title=newsroom.config.title, at=now, following=_following(report, folder))
    if as_json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        tell(report, folder, correction=correction)


def _check_words(kind: str, *, git: bool, until: str | None, pages: bool, types: tuple[str, ...], fetch: bool) -> None:
    if until and not git:
        raise click.UsageError("--until goes with --git")
    words = (
        (git, "--git", "markdown"),
        (pages, "--pages", "wordpress"),
        (types, "--type", "wordpress"),
        (fetch, "--fetch", "feed"),
    )
    for said, name, wanted in words:
        if said and kind != wanted:
            raise click.UsageError(f"{name} goes with the kind {wanted}")


def _following(report: "Report", folder: Path) -> list[tuple[str, str]]:
    from tamizdat_server.starting.following import command_line

    changed = not report.dry_run and (report.added or report.revised or report.removed)
    return [("Make it public:", command_line("publish", str(folder)))] if changed else []


def _date(text: str | None, zone: str) -> str | None:
    if text is None:
        return None
    from tamizdat_server.importers.dates import read_date

    if found := read_date(text, zone=zone):
        return found
    raise click.BadParameter(f"{text!r} is no date like 2026-11-22 or 2026-11-22T06:00:00Z", param_hint="--date")
