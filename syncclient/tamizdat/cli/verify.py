"""`tamizdat verify`."""

from typing import TYPE_CHECKING

import click

from tamizdat.cli.output import count, named, one_line, show_json, size
from tamizdat.cli.progress import watched

if TYPE_CHECKING:
    from tamizdat.mirror import VerifyReport


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option("--proxy", metavar="URL", help="Go through this proxy, such as socks5h://127.0.0.1:9050.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of words.")
def verify(source: str, proxy: str | None, as_json: bool) -> int:
    """Check that a copy is whole, unchanged and fresh.

    Reads every file of it. SOURCE is an address, a folder or a pack, with the fingerprint behind a '#' or without.
    Exits with 0 where the copy is sound, 4 where it is stale, 5 where files are missing, 23 where some are broken.
    """
    from tamizdat.mirror import verify as verify_copy

    with watched(quiet=as_json) as progress:
        progress.say(f"reading {source}")
        report = verify_copy(source, proxy=proxy, seen=lambda _path, size: progress.advance(size))
    if as_json:
        show_json(report)
    else:
        click.echo(_for_people(report))
    return report.exit_code


def _for_people(report: "VerifyReport") -> str:
    lines = [
        one_line(report.title),
        f"version {report.version}, {report.fresh}, fingerprint {report.fingerprint}",
        f"{count(report.files, 'file')} read, {size(report.bytes)}; {report.older} of earlier versions",
    ]
    if report.newest:
        lines.append(
            f"holds the news of {count(report.newest, 'day')}; {count(report.left_out, 'file')} left out by choice"
        )
    if report.packed:
        lines.append("a pack, or from one: without pages for browsers and without heads")
    for name in ("broken", "missing", "stale", "extra"):
        lines += named(name, getattr(report, name))
    if report.exit_code == 0:
        lines.append("sound: every file is what the newsroom signed for")
    return "\n".join(lines)
