"""`tamizdat init`, `publish`, `correct` and `retract`: thin."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tamizdat_server.cli.passphrase import ask_passphrase, new_passphrase
from tamizdat_server.clock import rfc3339

if TYPE_CHECKING:
    from tamizdat_server.newsroom import Newsroom
    from tamizdat_server.publish import EditionReport, PublishReport

folder_argument = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command()
@folder_argument
@click.option("--title", help="The publication's name. [default: the folder's]")
@click.option("--edition", "editions", multiple=True, metavar="LANG", help="A language to publish in; may be repeated.")
@click.option("--passphrase", "ask", is_flag=True, help="Ask for a passphrase that locks the root and targets keys.")
@json_option
def init(folder: Path, title: str | None, editions: tuple[str, ...], ask: bool, as_json: bool) -> None:
    """Make a newsroom: settings, keys, database.

    DIR gets them, and an empty publication. Without --edition, every language that an article comes in becomes an
    edition.
    """
    from tamizdat_server.newsroom import Newsroom

    passphrase = new_passphrase(ask=ask)
    name = title or folder.resolve().name
    with Newsroom.init(folder, title=name, editions=editions, passphrase=passphrase, now=int(time.time())) as newsroom:
        fingerprint, root = str(newsroom.fingerprint), newsroom.keys / "root.pem"
    if as_json:
        _print({"folder": str(folder), "fingerprint": fingerprint, "root_key": str(root)})
    else:
        click.echo(_welcome(folder, fingerprint, root, locked=passphrase is not None))


def _welcome(folder: Path, fingerprint: str, root: Path, *, locked: bool) -> str:
    lock = "a passphrase locks it" if locked else "no passphrase locks it"
    return f"""\
{folder} is a newsroom now. Its fingerprint, by which readers know it:

    {fingerprint}

The root key is {root}; {lock}.
Whoever has it owns the publication, and without it nobody can replace
a lost key: store a recovery copy somewhere else, or move the key off:

    tamizdat keys export-root {folder} ELSEWHERE"""


@click.command()
@folder_argument
@click.option(
    "--skip-to", type=click.IntRange(1, 2**53 - 1), metavar="N", help="Go on with version N, after a restored backup."
)
@json_option
def publish(folder: Path, skip_to: int | None, as_json: bool) -> None:
    """Publish what changed as the next version.

    DIR is the newsroom. Without a change, nothing happens.
    """
    from tamizdat_server.publish import publish as publish_newsroom

    with _open(folder) as newsroom:
        report = publish_newsroom(newsroom, now=int(time.time()), skip_to=skip_to, passphrase=ask_passphrase)
    if as_json:
        _print(report)
    else:
        tell(report)


@click.command()
@folder_argument
@click.argument("key")
@click.argument("note")
@json_option
def correct(folder: Path, key: str, note: str, as_json: bool) -> None:
    """Add the public correction NOTE to the article KEY.

    The next publish of the newsroom DIR carries it, with the corrected text, which is imported like any change.
    """
    if not note.strip():
        raise click.UsageError("say what was wrong: readers are shown NOTE")
    with _open(folder) as newsroom:
        newsroom.correct(key, note, at=rfc3339(int(time.time())))
    _noted(folder, {"key": key, "corrected": True}, f"{key} will carry this correction", as_json=as_json)


@click.command()
@folder_argument
@click.argument("key")
@click.option("--notice", default="", help="What readers are told in the article's place.")
@click.option("--undo", is_flag=True, help="Let a retracted article stand again, as it was.")
@json_option
def retract(folder: Path, key: str, notice: str, undo: bool, as_json: bool) -> None:
    """Withdraw the article KEY, from libraries too.

    The next publish of the newsroom DIR carries it. No import brings the article back; --undo does.
    """
    if undo and notice:
        raise click.UsageError("--undo and --notice don't go together")
    at = rfc3339(int(time.time()))
    with _open(folder) as newsroom:
        if undo:
            newsroom.restore(key, at=at)
        else:
            newsroom.retract(key, notice, at=at, hold=True)
    _noted(
        folder,
        {"key": key, "retracted": not undo},
        f"{key} will {'stand again' if undo else 'be withdrawn'}",
        as_json=as_json,
    )


def _open(folder: Path) -> "Newsroom":
    from tamizdat_server.newsroom import Newsroom

    return Newsroom.open(folder)


def _noted(folder: Path, document: dict[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        _print(document)
    else:
        click.echo(f"{words} with the next 'tamizdat publish {folder}'.")


def tell(report: "PublishReport") -> None:
    """Say what a publish did, for people."""
    if not report.changed:
        click.echo(f"nothing changed since version {report.version}")
    else:
        click.echo(f"version {report.version}, {report.published}")
        for code, edition in report.editions.items():
            click.echo(f"  {code}: {_told(edition)}")
        click.echo(
            f"  reader app {report.app}" if report.app else "  no reader app was built: browsers get a plain page"
        )
    for warning in report.warnings:
        click.echo(f"warning: {warning}", err=True)


def _told(edition: "EditionReport") -> str:
    """`4 articles: 1 new, 2 revised; an update of 823 bytes`."""
    articles = "1 article" if edition.articles == 1 else f"{edition.articles} articles"
    counts = {"new": edition.new, "revised": edition.revised, "retracted": edition.retracted}
    changes = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    update = f"; an update of {edition.delta_bytes:,} bytes" if edition.delta_bytes else ""
    return f"{articles}: {changes or 'unchanged'}{update}"


def _print(value: object) -> None:
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
