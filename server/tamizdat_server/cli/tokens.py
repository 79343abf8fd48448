"""`tamizdat tokens add`, `list` and `revoke`: thin; what happens is in tamizdat_server.desk.tokens."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tamizdat.errors import UsageError
from tamizdat_server.cli.documents import one_line, show_json
from tamizdat_server.cli.newsroom import folder_argument, json_option

if TYPE_CHECKING:
    from tamizdat_server.desk.store import Desk
    from tamizdat_server.desk.tokens import Scope, Token


@click.group()
def tokens() -> None:
    """Let a CMS, or a program of yours, into the newsroom.

    While DIR has a token, 'tamizdat serve DIR' answers at /api/newsroom/ whoever has one. What these commands do holds
    at once, also in a server that runs.
    """


@tokens.command()
@folder_argument
@click.option("--name", required=True, help="Who will have it; the newsroom's log says so.")
@click.option(
    "--may", required=True, metavar="SCOPES", help="What it may do: any of read,write,import,publish, with commas."
)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How long it holds.")
@json_option
def add(folder: Path, name: str, may: str, days: int, as_json: bool) -> None:
    """Make a token and show it, this once.

    read: articles, drafts included, and the log. write: articles, pictures, corrections, retractions. import: from the
    sources that tamizdat.toml names. publish: what waits. A CMS that calls when something is published needs
    import,publish and nothing else.
    """
    from tamizdat_server.desk.tokens import add_token

    with _open(folder) as desk:
        token, kept = add_token(desk, name, _scopes(may), now=int(time.time()), days=days)
    if as_json:
        show_json({"token": token, "name": kept.name, "may": kept.may, "expires": kept.expires})
        return
    click.echo(f"The token of {kept.name!r}, shown this once; it may {', '.join(kept.may)}:\n\n    {token}\n")
    click.echo(f"It holds until {kept.expires[:10]}. Whoever has it can do the same: keep it like a password.")


@tokens.command("list")
@folder_argument
@json_option
def list_(folder: Path, as_json: bool) -> None:
    """Show whose tokens there are, never the tokens."""
    from tamizdat_server.desk.tokens import list_tokens

    now = int(time.time())
    with _open(folder) as desk:
        known = list_tokens(desk)
    if as_json:
        show_json({"tokens": [_document(token, now) for token in known]})
        return
    for token in known:
        click.echo(_told(token, now))
    if not known:
        click.echo("no tokens: the newsroom API is off")


@tokens.command()
@folder_argument
@click.argument("name")
@json_option
def revoke(folder: Path, name: str, as_json: bool) -> None:
    """Let the token NAME open nothing any more, from now on."""
    from tamizdat_server.desk.tokens import revoke_token

    with _open(folder) as desk:
        revoke_token(desk, name, now=int(time.time()))
    if as_json:
        show_json({"name": name, "revoked": True})
    else:
        click.echo(f"the token {name!r} opens nothing any more")


def _open(folder: Path) -> "Desk":
    from tamizdat_server.desk.store import Desk
    from tamizdat_server.newsroom import Newsroom

    with Newsroom.open(folder):  # refuses what is no newsroom
        return Desk.open(folder)


def _scopes(text: str) -> "list[Scope]":
    from tamizdat_server.desk.tokens import SCOPES

    named = {word.strip() for word in text.split(",") if word.strip()}
    if unknown := named - {*SCOPES}:
        raise UsageError(f"{', '.join(sorted(unknown))}: a token may {', '.join(SCOPES)}")
    if not named:
        raise UsageError(f"say what the token may do, by --may with any of {', '.join(SCOPES)}")
    return [scope for scope in SCOPES if scope in named]


def _document(token: "Token", now: int) -> dict[str, object]:
    return {
        "name": token.name,
        "may": token.may,
        "standing": token.standing(now),
        "made": token.made,
        "expires": token.expires,
        "used": token.used or None,
        "revoked": token.revoked or None,
    }


def _told(token: "Token", now: int) -> str:
    standing = token.standing(now)
    until = f"revoked {token.revoked[:10]}" if standing == "revoked" else f"{standing}, until {token.expires[:10]}"
    used = f"used last {token.used}" if token.used else "never used"
    return one_line(f"{token.name}: {', '.join(token.may)}; {until}; {used}")
