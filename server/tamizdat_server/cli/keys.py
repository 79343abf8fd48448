"""`tamizdat keys` and `tamizdat fingerprint`: thin; what happens is in tamizdat_server.keys."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from tamizdat.errors import UsageError
from tamizdat.format.names import Fingerprint
from tamizdat_server.cli.passphrase import ask_passphrase, new_passphrase
from tamizdat_server.roles import ROLES, Role

if TYPE_CHECKING:
    from tamizdat_server.keys import KeysStatus, Signer
    from tamizdat_server.keys.ceremony import Staged

F = TypeVar("F", bound=Callable[..., Any])
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ROLE = click.Choice(ROLES)


def _folder_options(command: F) -> F:
    folder = click.argument("folder", metavar="DIR", type=FOLDER)
    key_folders = click.option(
        "--keys",
        "key_folders",
        type=FOLDER,
        multiple=True,
        help="Look for private keys here, too: a stick with the root key, say. May be given again.",
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    return folder(key_folders(as_json(command)))


@click.group()
def keys() -> None:
    """Manage the keys that sign a publication.

    DIR is a newsroom's folder, or a copy of a publication with a folder `keys` beside it or named by --keys.
    """


@keys.command("status")
@_folder_options
def status_(folder: Path, key_folders: tuple[Path, ...], as_json: bool) -> None:
    """Show which keys sign what, until when, and what needs doing."""
    from tamizdat_server.keys import status

    found = status(_signer(folder, key_folders), now=_now())
    if as_json:
        _show(found)
    else:
        _print_status(found)


@keys.command()
@_folder_options
@click.option("--targets", is_flag=True, help="Sign the editors' metadata anew as well; needs their key.")
def resign(folder: Path, key_folders: tuple[Path, ...], as_json: bool, targets: bool) -> None:
    """Renew what says how fresh the publication is.

    Rebuilds the heads, too. For a daily cron.
    """
    from tamizdat_server.keys import operations

    with _locked(folder):
        paths = operations.resign(_signer(folder, key_folders), now=_now(), targets=targets)
    if as_json:
        _show({"written": paths})
    else:
        click.echo(f"signed anew: {', '.join(paths)}")


@keys.command()
@_folder_options
@click.argument("role", type=ROLE)
@click.option(
    "--public", metavar="HEX", help="The public half of a key that somebody else holds ('keys new' shows it)."
)
@click.option(
    "--passphrase", "ask", is_flag=True, help="Lock the new key by a passphrase even if the others have none."
)
def add(folder: Path, key_folders: tuple[Path, ...], as_json: bool, role: Role, public: str | None, ask: bool) -> None:
    """Let another key sign for ROLE.

    A new one is made, unless --public names one whose holder sent you its public half.
    """
    from tamizdat_server.keys import operations

    public = _public(public)
    with _locked(folder):
        signer = _signer(folder, key_folders)
        _tell(
            *operations.add_key(
                signer, role, now=_now(), public=public, passphrase=new_passphrase(ask=True) if ask else None
            ),
            as_json=as_json,
        )


@keys.command()
@_folder_options
@click.argument("role", type=ROLE)
@click.argument("keyid")
def revoke(folder: Path, key_folders: tuple[Path, ...], as_json: bool, role: Role, keyid: str) -> None:
    """Take the key KEYID from ROLE. What it signed counts no more."""
    from tamizdat_server.keys import ceremony, operations

    with _locked(folder):
        _tell(
            *operations.change(_signer(folder, key_folders), ceremony.revoke(role, keyid), now=_now()), as_json=as_json
        )


@keys.command()
@_folder_options
@click.argument("role", type=ROLE)
@click.argument("number", type=click.IntRange(1, 64))
def threshold(folder: Path, key_folders: tuple[Path, ...], as_json: bool, role: Role, number: int) -> None:
    """Ask for NUMBER signatures of ROLE's keys from now on."""
    from tamizdat_server.keys import ceremony, operations

    with _locked(folder):
        _tell(
            *operations.change(_signer(folder, key_folders), ceremony.threshold(role, number), now=_now()),
            as_json=as_json,
        )


@keys.command()
@_folder_options
@click.argument("role", type=ROLE)
def rotate(folder: Path, key_folders: tuple[Path, ...], as_json: bool, role: Role) -> None:
    """Replace the keys of ROLE that are here by new ones.

    What they signed is signed anew.

    After a theft of the targets key, rotate snapshot and timestamp as well: so readers forget any version number
    that the thief may have used up.
    """
    from tamizdat_server.keys import operations

    with _locked(folder):
        _tell(*operations.rotate_keys(_signer(folder, key_folders), role, now=_now()), as_json=as_json)


@keys.command()
@_folder_options
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--renew", is_flag=True, help="Stage the next root without a change, for another year.")
def sign(folder: Path, key_folders: tuple[Path, ...], as_json: bool, file: Path | None, renew: bool) -> None:
    """Sign the root that waits for signatures.

    That is DIR/keys/staged.root.json, and the root keys that are here sign it. With FILE, a copy of it that was
    signed elsewhere, its signatures are taken in. Where DIR is no publication but only has keys, FILE is signed: take
    it back to where the publication is.
    """
    from tamizdat_server.keys import operations
    from tamizdat_server.keys.ceremony import cosign_file

    if file and not _is_publication(folder):
        _tell(cosign_file(file, _ring(folder, key_folders)), [], as_json=as_json)
        return
    with _locked(folder):
        signer = _signer(folder, key_folders)
        done = operations.renew_root(signer, now=_now()) if renew else operations.cosign(signer, file, now=_now())
        _tell(*done, as_json=as_json)


@keys.command()
@_folder_options
@click.argument("destination", metavar="DEST", type=click.Path(file_okay=False, path_type=Path))
def export_root(folder: Path, key_folders: tuple[Path, ...], as_json: bool, destination: Path) -> None:
    """Move the root key to DEST, a stick for example. Publishing goes on without it; changing keys needs it."""
    from tamizdat_server.keys import operations

    with _locked(folder):
        copies = operations.export_root(_ring(folder, key_folders), destination)
    if as_json:
        _show({"moved": [str(path) for path in copies]})
    else:
        click.echo(
            f"moved to {', '.join(map(str, copies))}. Keep a second copy elsewhere: without it, keys can't be changed."
        )


@keys.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--role", type=ROLE, default="root", show_default=True, help="What the key is for.")
@click.option("--passphrase/--no-passphrase", "ask", default=True, show_default=True, help="Whether to lock it by one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def new(folder: Path, role: Role, ask: bool, as_json: bool) -> None:
    """Make a key in DIR for a publication elsewhere.

    Shows its public half, to be sent to where the publication is.
    """
    from tamizdat_server.keys.store import create_key

    made = create_key(folder, role, passphrase=new_passphrase(ask=True) if ask else None)
    if as_json:
        _show({"file": str(made.path), "role": role, "keyid": made.keyid, "public": made.public})
    else:
        click.echo(f"{made.path} is made. To be added where the publication is:\n")
        click.echo(f"  tamizdat keys add DIR {role} --public {made.public}")


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--newest", is_flag=True, help="Of the newest root: for an address issued anew after a compromise.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def fingerprint(folder: Path, newest: bool, as_json: bool) -> None:
    """Show the fingerprint that readers need.

    DIR is a newsroom's folder, or a copy of a publication. The fingerprint follows its address, after a #.
    """
    from tamizdat_server.keys.metadata import path_of, versions_on_disk

    public = _public_folder(folder)
    versions = versions_on_disk(public, "root")
    if not versions:
        raise UsageError(f"{folder} is neither a newsroom nor a publication")
    version = max(versions) if newest else min(versions)
    found = str(Fingerprint.of(version, (public / path_of("root", version)).read_bytes()))
    if as_json:
        _show({"fingerprint": found})
    else:
        click.echo(found)


def _now() -> int:
    return int(time.time())


def _public_folder(folder: Path) -> Path:
    return folder / "public" if (folder / "public" / "metadata").is_dir() else folder


def _is_publication(folder: Path) -> bool:
    return (_public_folder(folder) / "metadata").is_dir()


def _key_folders(folder: Path, more: tuple[Path, ...]) -> tuple[Path, ...]:
    own = folder / "keys"
    return (own, *more) if own.is_dir() or not more else more


def _signer(folder: Path, more: tuple[Path, ...]) -> "Signer":
    from tamizdat_server.keys import Signer

    if not _is_publication(folder):
        raise UsageError(f"{folder} is neither a newsroom nor a publication")
    first, *others = _key_folders(folder, more)
    return Signer(_public_folder(folder), first, *others, passphrase=ask_passphrase)


def _ring(folder: Path, more: tuple[Path, ...]) -> Any:
    from tamizdat_server.keys import KeyRing

    folders = _key_folders(folder, more) if (folder / "keys").is_dir() or more else (folder,)
    return KeyRing(*folders, passphrase=ask_passphrase)


def _locked(folder: Path) -> AbstractContextManager[None]:
    """Nobody else changes a newsroom meanwhile; a bare copy has nobody else."""
    if not (folder / "tamizdat.toml").is_file():
        return nullcontext()
    from tamizdat_server.lock import newsroom_lock

    return newsroom_lock(folder)


def _public(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) != 64 or not set(text.lower()) <= set("0123456789abcdef"):
        raise UsageError(f"{text!r} is not the public half of a key: 64 hexadecimal digits")
    return text.lower()


def _tell(staged: "Staged", paths: list[str], *, as_json: bool) -> None:
    missing = max(staged.missing_old, staged.missing_new)
    if as_json:
        _show({"root": staged.version, "complete": staged.complete, "missing": missing, "written": paths})
    elif paths:
        click.echo(f"root {staged.version} stands; written: {', '.join(paths)}")
    elif missing:
        click.echo(
            f"root {staged.version} waits for {missing} more signature{'s' * (missing > 1)}; 'keys sign' adds one"
        )
    else:
        click.echo(
            f"signed root {staged.version}; take the file back to where the publication is, and 'keys sign' there"
        )


def _print_status(found: "KeysStatus") -> None:
    click.echo(f"fingerprint {found.fingerprint}, root {found.root}")
    for role in found.roles:
        until = f"until {role.expires}" if role.expires else "nothing signed yet"
        click.echo(f"{role.role:<10} {role.threshold} of {len(role.keys)} keys, {role.here} here, {until}")
        for key in role.keys:
            where = f"{key.file}{' (passphrase)' if key.locked else ''}" if key.file else "elsewhere"
            click.echo(f"  {key.keyid}  {where}")
    for warning in found.warnings:
        click.echo(f"! {warning}", err=True)


def _show(value: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
