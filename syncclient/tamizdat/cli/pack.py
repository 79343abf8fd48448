"""`tamizdat pack`."""

from pathlib import Path
from typing import Final, Literal

import click

from tamizdat.cli.options import bytes_of, open_to_read, publication_named, reader_options
from tamizdat.cli.output import count, one_line, show_json
from tamizdat.cli.output import size as told_size
from tamizdat.cli.progress import watched
from tamizdat.errors import Incomplete, UsageError
from tamizdat.library import is_library
from tamizdat.pack import PackedEdition, PackOptions, PackReport
from tamizdat.pack import pack as make_pack
from tamizdat.sync import Progress

SHOWN: Final = 5


@click.command()
@click.argument("places", metavar="[SOURCE] FILE", nargs=-1, required=True)
@click.option("--since", metavar="VERSION", type=click.IntRange(min=0), help="Only what came after this version.")
@click.option("--edition", "editions", metavar="LANG", multiple=True, help="Only this edition; may be given again.")
@click.option(
    "--media",
    type=click.Choice(["none", "previews", "standard"]),
    default="standard",
    show_default=True,
    help="Which pictures go in.",
)
@click.option("--revisions/--no-revisions", default=True, help="Whether earlier revisions go in, of a publication.")
@click.option("--max-bytes", metavar="N", help="Make no larger file, such as 20MB; what is too large is refused.")
@click.option("--publication", metavar="NAME", default="", help="Which one of the library: its title, or its id.")
@click.option("--force", is_flag=True, help="Put the pack in the place of a file that is there.")
@click.option("--proxy", metavar="URL", help="Go through this proxy, such as socks5h://127.0.0.1:9050.")
@click.option("--allow-private", is_flag=True, help="Let the source lie inside a private network.")
@reader_options
def pack(
    path: Path,
    as_json: bool,
    places: tuple[str, ...],
    since: int | None,
    editions: tuple[str, ...],
    media: Literal["none", "previews", "standard"],
    revisions: bool,
    max_bytes: str | None,
    publication: str,
    force: bool,
    proxy: str | None,
    allow_private: bool,
) -> int:
    """Write a pack to carry by hand: on a stick, in a messenger.

    Without SOURCE it holds what your own library does, and nothing of yourself. SOURCE is another library's file, a
    publication's folder, a mirror (a folder or an address), or a pack. Whoever gets it runs `tamizdat sync FILE`, which
    opens no connection and checks everything from the fingerprint on.
    """
    options = PackOptions(
        editions=frozenset(editions) or None,
        since=since,
        media=media,
        revisions=revisions,
        max_bytes=bytes_of(max_bytes) if max_bytes else None,
        overwrite=force,
        proxy=proxy,
        allow_private=allow_private,
    )
    source, file = _places(places, path)
    report = _pack(source, file, publication, options, quiet=as_json)
    if as_json:
        show_json(report)
    else:
        click.echo(_told(report))
    return 0 if report.complete else Incomplete.exit_code


def _places(places: tuple[str, ...], own: Path) -> tuple[str | Path, Path]:
    """What to pack, a library by its path, and where to."""
    match places:
        case [file]:
            return own, Path(file)
        case [source, file]:
            path = Path(source.partition("#")[0]).expanduser()
            library = "://" not in source and is_library(path)
            return path if library else _newsroom(source), Path(file)
        case _:
            raise UsageError("say what to pack and where to: tamizdat pack [SOURCE] FILE")


def _newsroom(source: str) -> str:
    """A newsroom's folder stands for the tree that it publishes."""
    place, mark, fingerprint = source.partition("#")
    public = Path(place).expanduser() / "public"
    made = "://" not in place and (public.parent / "tamizdat.toml").is_file() and public.is_dir()
    return f"{public}{mark}{fingerprint}" if made else source


class Announced:
    """Says on standard error what will be packed, and passes the rest on to a bar."""

    def __init__(self, bar: Progress, *, quiet: bool) -> None:
        self.say, self.total, self.advance = bar.say, bar.total, bar.advance
        self._quiet = quiet

    def planned(self, files: int, size: int) -> None:
        """Say how much it is, before anything is written."""
        if not self._quiet:
            click.echo(f"packing {count(files, 'file')}, {told_size(size)} before compression", err=True)


def _pack(source: str | Path, file: Path, publication: str, options: PackOptions, *, quiet: bool) -> PackReport:
    with watched(quiet=quiet) as bar:
        progress = Announced(bar, quiet=quiet)
        if isinstance(source, str):
            if publication:
                raise UsageError("--publication is for libraries, which may hold several")
            return make_pack(source, file, options=options, progress=progress)
        with open_to_read(source) as library:
            identity = publication_named(library, publication) or None
            return make_pack(library, file, publication=identity, options=options, progress=progress)


def _what(edition: PackedEdition) -> str:
    if not edition.since:
        return f"everything, {count(edition.articles, 'article')}"
    many = f", {count(edition.articles, 'change')}" if edition.articles else ""
    return f"what came since version {edition.since}{many}"


def _told(report: PackReport) -> str:
    fresh = report.fresh if report.fresh == "fresh" else f"{report.fresh}, as of {report.signed[:10]}"
    lines = [
        f"{one_line(report.title)}: version {report.version}, {fresh}",
        f"{report.file}: {told_size(report.bytes)}, {count(report.files, 'file')}",
    ]
    for code, edition in report.editions.items():
        lines.append(f"  {code}: " + ("; ".join(edition.lacks) or _what(edition)))
    lines += [f"  {reason}" for reason in report.lacks]
    for name, paths in (("not in the source", report.missing), ("not what was signed for", report.broken)):
        lines += [f"  {name}: {one_line(path)}" for path in paths[:SHOWN]]
        lines += [f"  {name}: {len(paths) - SHOWN} more"] if len(paths) > SHOWN else []
    lines.append(f"hand on the fingerprint with it, by another way: {report.fingerprint}")
    return "\n".join(lines)
