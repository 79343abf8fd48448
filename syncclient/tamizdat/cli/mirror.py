"""`tamizdat mirror`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tamizdat.cli.options import bytes_of
from tamizdat.cli.output import count, named, one_line, show_json, size
from tamizdat.cli.progress import ask, watched
from tamizdat.errors import FirstContact
from tamizdat.format.names import Address, Fingerprint

if TYPE_CHECKING:
    from tamizdat.mirror import MirrorOptions, MirrorReport, Planned


@click.command()
@click.argument("source", metavar="SOURCE")
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--newest", metavar="DAYS", help="Hold the news of so many days, from now on; or all.")
@click.option("--max-bytes", metavar="N", help="Stop after so many bytes, such as 500kB or 5MB; the next run goes on.")
@click.option("--check", is_flag=True, help="Read every file that is there, and repair what is damaged.")
@click.option("--dry-run", is_flag=True, help="Show what would be fetched and deleted, and change nothing.")
@click.option("--trust-first-use", is_flag=True, help="Trust whoever answers, where the address has no fingerprint.")
@click.option("--proxy", metavar="URL", help="Go through this proxy, such as socks5h://127.0.0.1:9050.")
@click.option("--allow-private", is_flag=True, help="Let other mirrors lie inside private networks.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of words.")
def mirror(source: str, folder: Path, newest: str | None, max_bytes: str | None, as_json: bool, **switches: Any) -> int:
    """Copy a publication to a folder, or freshen the copy there.

    SOURCE is an address with its fingerprint, a folder or a pack; once a copy is there, the address needs no
    fingerprint any more. Only what changed is fetched. Every file is verified before it can be seen, and whoever reads
    from the folder meanwhile finds one whole version or the next. Files of others in the folder are left alone.

    Exits with 0 where the copy is whole, 4 where its source is stale, 5 where something is still to come.
    """
    from tamizdat.mirror import MirrorOptions, parse_newest

    options = MirrorOptions(
        newest=parse_newest(newest) if newest else None,
        max_bytes=bytes_of(max_bytes) if max_bytes else None,
        **switches,
    )
    report = _mirror(source, folder, options, quiet=as_json)
    if as_json:
        show_json(report)
    else:
        click.echo(_for_people(report))
    return report.exit_code


def _mirror(source: str, folder: Path, options: "MirrorOptions", *, quiet: bool) -> "MirrorReport":
    from tamizdat.mirror import mirror as copy

    def announce(planned: "Planned") -> None:
        if not quiet and not options.dry_run and (planned.files or planned.deletes):
            click.echo(_plan(planned), err=True)

    try:
        with watched(quiet=quiet) as progress:
            return copy(source, folder, options=options, progress=progress, planned=announce)
    except FirstContact as error:
        if quiet or not ask(f"{error}\nTrust it from now on?"):
            raise
        trusted = Address(Address.parse(source).place, Fingerprint.parse(error.fingerprint))
        return _mirror(str(trusted), folder, options, quiet=quiet)


def _plan(planned: "Planned") -> str:
    come = f"{count(planned.files, 'file')} to fetch, {size(planned.bytes)}"
    return f"{come}; {count(planned.deletes, 'file')} to delete, {size(planned.deleted_bytes)}"


def _for_people(report: "MirrorReport") -> str:
    fresh = report.fresh if report.fresh == "fresh" else f"{report.fresh}, as of {report.signed[:10]}"
    held = f", the news of {count(report.newest, 'day')}" if report.newest else ""
    cost = f"{size(report.bytes)} in {count(report.requests, 'request')}, {report.seconds:.1f} s"
    lines = [f"{one_line(report.title)}: {_outcome(report)}, {fresh}{held} ({cost})"]
    if report.plan:
        lines.append(f"{_plan(report.plan)}; nothing was changed")
    if report.deleted:
        lines.append(f"{count(report.deleted, 'file')} deleted, {size(report.deleted_bytes)}")
    if report.expired:
        lines.append("what the source has was signed too long ago; readers will call this copy stale")
    for told, paths in (
        ("the source lacks", report.missing),
        ("damaged at the source", report.broken),
        ("repaired", report.repaired),
        ("not of this publication, left alone", report.foreign),
    ):
        lines += named(told, paths)
    return "\n".join([*lines, *map(one_line, report.problems)])


def _outcome(report: "MirrorReport") -> str:
    if report.plan:
        return f"version {report.to} is to be had"
    if not report.live:
        kept = f"version {report.from_} stays" if report.from_ else "nothing is shown yet"
        return f"version {report.to} isn't whole at the source, so {kept}"
    return f"version {report.to}" + ("" if report.to != report.from_ else ", nothing new")
