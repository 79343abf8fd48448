"""`tamizdat sync`."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal, NamedTuple

import click

from tamizdat.cli.options import bytes_of, reader_options
from tamizdat.cli.output import count, one_line, show_error, show_json, size, tell
from tamizdat.cli.progress import ask, watched
from tamizdat.errors import FirstContact, Incomplete, TamizdatError, UsageError
from tamizdat.format.names import Address, Fingerprint
from tamizdat.library import Library
from tamizdat.sync import Keep, Problem, SyncOptions, SyncReport
from tamizdat.sync import sync as sync_library

SHOWN: Final = 8
"""Paths that are missing, in words; `--json` has all."""
_DIGITS: Final = re.compile("[0-9a-f]{64}")


class Job(NamedTuple):
    """What to sync: from where, or what is known already."""

    address: Address | None = None
    publication: str | None = None
    title: str = ""

    def __str__(self) -> str:
        return str(self.address) if self.address else self.title


@click.command()
@click.argument("source", metavar="[ADDRESS|DIR|PACK]", required=False)
@click.option("--trust-first-use", is_flag=True, help="Trust whoever answers, where the address has no fingerprint.")
@click.option("--editions", metavar="LANG,…", help="Keep these editions from now on, such as ru,kk; or all.")
@click.option("--media", type=click.Choice(["none", "previews", "standard"]), help="Fetch pictures from now on.")
@click.option("--keep", metavar="HOW MUCH", help="Keep all, the newest days (90d), or so much (200mb), from now on.")
@click.option("--revisions/--no-revisions", default=None, help="Fetch earlier revisions, too, from now on.")
@click.option("--max-bytes", metavar="N", help="Stop after so many bytes, such as 500kB or 5MB; the next sync goes on.")
@click.option("--dry-run", is_flag=True, help="Show what would be fetched, and fetch nothing of it.")
@click.option("--proxy", metavar="URL", help="Go through this proxy, such as socks5h://127.0.0.1:9050.")
@click.option("--accept-retractions", is_flag=True, help="Go on where suspiciously much would be retracted at once.")
@click.option("--online", is_flag=True, help="Fetch what a pack lacks; without this a pack opens no connection.")
@click.option("--allow-private", is_flag=True, help="Let mirrors lie inside private networks.")
@reader_options
def sync(
    path: Path,
    as_json: bool,
    source: str | None,
    editions: str | None,
    media: Literal["none", "previews", "standard"] | None,
    keep: str | None,
    max_bytes: str | None,
    **switches: Any,
) -> int:
    """Bring the library up to date.

    The address is what the newsroom gave you: https://host/path/#FINGERPRINT. A folder, or a pack file, will do as
    well. Without any, everything is synced that the library knows. What arrived stays, whatever happens.
    """
    options = SyncOptions(
        editions=_editions(editions),
        media=media,
        keep=Keep.parse(keep) if keep else None,
        max_bytes=bytes_of(max_bytes) if max_bytes else None,
        **switches,
    )
    with _library(path, dry_run=options.dry_run) as library:
        jobs = [Job(Address.parse(source))] if source else _known(library)
        if len(jobs) == 1:
            report = _sync(library, jobs[0], options, quiet=as_json)
            _show(report, as_json=as_json)
            return _code(report)
        return _sync_all(library, jobs, options, as_json=as_json)


@contextmanager
def _library(path: Path, *, dry_run: bool) -> Generator[Library]:
    """The library at `path`; where there is none yet and none is to be made, one that nobody will see."""
    if not dry_run or path.exists():
        with Library.open(path, say=tell) as library:
            yield library
        return
    with TemporaryDirectory(prefix="tamizdat-") as folder, Library.open(Path(folder) / "library.db") as library:
        yield library


def _editions(words: str | None) -> frozenset[str] | None:
    if words is None:
        return None
    return frozenset() if words == "all" else frozenset(filter(None, words.replace(",", " ").split()))


def _known(library: Library) -> list[Job]:
    known = library.publications()
    if not known:
        raise UsageError("this library knows no publication yet; say where one is: tamizdat sync ADDRESS")
    return [Job(p.address if p.place else None, p.publication, p.title) for p in known]


def _sync(library: Library, job: Job, options: SyncOptions, *, quiet: bool) -> SyncReport:
    try:
        with watched(quiet=quiet) as progress:
            source = None if job.publication else job.address
            return sync_library(library, source, publication=job.publication, options=options, progress=progress)
    except FirstContact as error:
        question = f"{error}\nTrust it from now on?"
        if quiet or job.address is None or not ask(question):
            raise
        trusted = Address(job.address.place, Fingerprint.parse(error.fingerprint))
        return _sync(library, Job(trusted), options, quiet=quiet)


def _sync_all(library: Library, jobs: list[Job], options: SyncOptions, *, as_json: bool) -> int:
    """Sync one after the other; a failure doesn't keep the rest from it, and decides the exit code."""
    exit_code, told = 0, list[object]()
    for job in jobs:
        try:
            report = _sync(library, job, options, quiet=as_json)
        except TamizdatError as error:
            exit_code = exit_code or error.exit_code
            told.append({"address": str(job), "error": {"code": error.code, "message": str(error), **error.fields()}})
            if not as_json:
                show_error(error, as_json=False)
        else:
            exit_code = exit_code or _code(report)
            told.append(report)
            if not as_json:
                _show(report, as_json=False)
    if as_json:
        show_json({"syncs": told})
    return exit_code


def _code(report: SyncReport) -> int:
    return 0 if report.complete or report.planned is not None else Incomplete.exit_code


def _show(report: SyncReport, *, as_json: bool) -> None:
    if as_json:
        show_json(report)
    elif report.planned is not None:
        click.echo(_plan(report))
    else:
        click.echo(_told(report))


def _passed(problem: Problem) -> str:
    said = problem.message.removeprefix(problem.mirror).strip()
    return one_line(f"{problem.mirror}: {said}")


def _plan(report: SyncReport) -> str:
    planned = report.planned or []
    total = sum(bytes_ for _, bytes_ in planned)
    lines = [f"{size(bytes_):>10}  {_DIGITS.sub(_short, path)}" for path, bytes_ in planned]
    return "\n".join([*lines, f"{count(len(planned), 'file')} would be fetched, {size(total)}; nothing was changed"])


def _short(digest: re.Match[str]) -> str:
    return f"{digest[0][:12]}…"


def _told(report: SyncReport) -> str:
    news = count(report.articles, "article") + " new or changed" if report.articles else "nothing new"
    cost = f"{size(report.bytes)} in {count(report.requests, 'request')}, {report.seconds:.1f} s"
    fresh = report.fresh if report.fresh == "fresh" else f"{report.fresh}, as of {report.signed[:10]}"
    lines = [f"{one_line(report.title)}: {news}, version {report.to}, {fresh} ({cost})"]
    lines += [
        f"  {code}: complete since {e.complete_since[:10]}" for code, e in report.editions.items() if e.complete_since
    ]
    lines += [f"  passed over {_passed(problem)}" for problem in report.problems]
    lines += [f"  not in the pack: {path}" for path in report.missing[:SHOWN]]
    if len(report.missing) > SHOWN:
        lines.append(f"  not in the pack: {len(report.missing) - SHOWN} more; it may be meant for who holds more")
    return "\n".join(lines)
