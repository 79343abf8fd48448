"""`tamizdat pull`: thin; what an import does is in tamizdat_server.importers.orders."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tamizdat.errors import TamizdatError
from tamizdat_server.cli.documents import one_line, show_json
from tamizdat_server.cli.newsroom import folder_argument, json_option
from tamizdat_server.cli.passphrase import ask_passphrase
from tamizdat_server.clock import rfc3339

if TYPE_CHECKING:
    from tamizdat_server.newsroom import Newsroom


@click.command()
@folder_argument
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--publish", "then_publish", is_flag=True, help="Publish afterwards, as 'tamizdat publish' does.")
@click.option("--confirm", is_flag=True, help="Take away what a source has no more, however much it is.")
@click.option("--dry-run", is_flag=True, help="Report what would happen, change nothing.")
@json_option
def pull(folder: Path, names: tuple[str, ...], then_publish: bool, confirm: bool, dry_run: bool, as_json: bool) -> int:
    """Import again what tamizdat.toml names.

    NAME is one of the [imports.NAME] in the newsroom DIR; without, all of them are imported. One that fails keeps no
    other from it, nor the publish; the exit code is that of the first that did. Made for cron.
    """
    if then_publish and dry_run:
        raise click.UsageError("--publish and --dry-run don't go together")
    from tamizdat_server.newsroom import Newsroom
    from tamizdat_server.pulling import chosen

    told: dict[str, Any] = {}
    failed: list[TamizdatError] = []
    with Newsroom.open(folder) as newsroom:
        for name in chosen(newsroom.config, names):
            told[name] = _pull(newsroom, name, failed, confirm=confirm, dry_run=dry_run, as_json=as_json)
        published = _publish(newsroom, failed, as_json=as_json) if then_publish else None
    if as_json:
        show_json({"imports": told, "publish": published})
    elif not told:
        click.echo("tamizdat.toml names no imports", err=True)
    return failed[0].exit_code if failed else 0


def _pull(
    newsroom: "Newsroom", name: str, failed: list[TamizdatError], *, confirm: bool, dry_run: bool, as_json: bool
) -> Any:
    from tamizdat_server.cli.import_report import tell
    from tamizdat_server.pulling import pull_one

    try:
        report = pull_one(newsroom, name, now=rfc3339(int(time.time())), confirm=confirm, dry_run=dry_run)
    except TamizdatError as error:
        return _failed(name, error, failed, as_json=as_json)
    if not as_json:
        click.echo(f"{name}:")
        tell(report, newsroom.folder)
    return report


def _publish(newsroom: "Newsroom", failed: list[TamizdatError], *, as_json: bool) -> Any:
    from tamizdat_server.cli.newsroom import tell
    from tamizdat_server.publish import publish

    try:
        report = publish(newsroom, now=int(time.time()), passphrase=ask_passphrase)
    except TamizdatError as error:
        return _failed("publish", error, failed, as_json=as_json)
    if not as_json:
        tell(report)
    return report


def _failed(what: str, error: TamizdatError, failed: list[TamizdatError], *, as_json: bool) -> object:
    failed.append(error)
    if not as_json:
        click.echo(one_line(f"{what}: {error}"), err=True)
    return {"error": {"code": error.code, "message": str(error), **error.fields()}}
