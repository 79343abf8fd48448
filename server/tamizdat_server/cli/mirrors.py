"""`tamizdat mirrors add`, `remove` and `list`: thin; what happens is in tamizdat_server.mirrorlist."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tamizdat_server.cli.newsroom import folder_argument, json_option

if TYPE_CHECKING:
    from tamizdat_server.mirrorcheck import MirrorState

private_option = click.option("--allow-private", is_flag=True, help="Let the address lie inside a private network.")


@click.group()
def mirrors() -> None:
    """Manage the signed list of mirrors.

    DIR is the newsroom. Readers learn the list at every sync, and go on by it when an address is gone. The first
    eight stand in the catalog itself.
    """


@mirrors.command()
@folder_argument
@click.argument("url")
@private_option
@json_option
def add(folder: Path, url: str, allow_private: bool, as_json: bool) -> None:
    """List the mirror at URL, after the others.

    The next publish of the newsroom DIR carries it to readers, as a version of its own if nothing else changed.
    """
    from tamizdat_server.mirrorlist import add_mirror
    from tamizdat_server.newsroom import Newsroom

    with Newsroom.open(folder) as newsroom:
        changed = add_mirror(newsroom, url, now=int(time.time()), allow_private=allow_private)
        listed = newsroom.config.mirrors
    _changed(folder, listed, changed, f"{url} is listed", f"{url} was listed already", as_json=as_json)


@mirrors.command()
@folder_argument
@click.argument("url")
@json_option
def remove(folder: Path, url: str, as_json: bool) -> None:
    """Take the mirror at URL off the list.

    The next publish of the newsroom DIR tells readers, who ask there no more.
    """
    from tamizdat_server.mirrorlist import remove_mirror
    from tamizdat_server.newsroom import Newsroom

    with Newsroom.open(folder) as newsroom:
        changed = remove_mirror(newsroom, url, now=int(time.time()))
        listed = newsroom.config.mirrors
    _changed(folder, listed, changed, f"{url} is off the list", f"{url} wasn't listed", as_json=as_json)


@mirrors.command("list")
@folder_argument
@click.option("--check", is_flag=True, help="Ask each mirror what it shows.")
@click.option("--proxy", metavar="URL", help="Ask through this proxy, such as socks5h://127.0.0.1:9050.")
@private_option
@json_option
def list_(folder: Path, check: bool, proxy: str | None, allow_private: bool, as_json: bool) -> None:
    """Show the mirrors, and with --check how each does.

    DIR is the newsroom. A mirror is fresh, or shows an expired signature (stale), an older version than the newsroom
    (behind) or a newer one (ahead), can't be reached, or shows something else (wrong).
    """
    from tamizdat_server.live import read_live
    from tamizdat_server.mirrorcheck import MirrorState, check_mirrors, connector
    from tamizdat_server.newsroom import Newsroom

    with Newsroom.open(folder) as newsroom:
        found = [MirrorState(url) for url in newsroom.config.mirrors]
        if check:
            found = check_mirrors(
                newsroom.config.mirrors,
                read_live(newsroom.public),
                newsroom.fingerprint,
                now=int(time.time()),
                connect=connector(proxy=proxy, allow_private=allow_private),
            )
    if as_json:
        click.echo(msgspec.json.encode({"mirrors": found}))
    else:
        click.echo(
            "\n".join(map(_told, found)) or f"no mirror is listed; 'tamizdat mirrors add {folder} URL' does that"
        )


def _changed(folder: Path, listed: list[str], changed: bool, done: str, not_needed: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode({"mirrors": listed, "changed": changed}))
    elif changed:
        click.echo(f"{done}; the next 'tamizdat publish {folder}' tells readers.")
    else:
        click.echo(f"{not_needed}; nothing was changed.")


def _told(mirror: "MirrorState") -> str:
    if mirror.state == "not checked":
        return mirror.address
    version = f", version {mirror.version}, signed {mirror.signed}" if mirror.version else ""
    problem = f": {mirror.problem}" if mirror.problem else ""
    return f"{mirror.address}  {mirror.state}{version}{problem}"
