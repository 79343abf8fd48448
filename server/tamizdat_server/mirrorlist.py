"""The signed list of mirrors, as it stands in tamizdat.toml: told, and changed without touching anything else there."""

from collections.abc import Callable
from typing import Any

import msgspec

from tamizdat.errors import ForbiddenAddress, NewsroomError, UsageError
from tamizdat.format.catalog import Mirror
from tamizdat.format.limits import LIMITS
from tamizdat.transport.policy import AddressPolicy
from tamizdat_server.clock import rfc3339
from tamizdat_server.config import CONFIG_NAME, Config
from tamizdat_server.durable import sync_folder, write_whole
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.wrapping import newsroom_errors, transaction


def signable(url: str, *, allow_private: bool = False) -> str:
    """`url` as readers will compare it, if they may be sent there.

    Raises: UsageError, which says why they may not.
    """
    # Onion addresses are reached through a proxy only, but that is each reader's own business.
    policy = AddressPolicy(allow_private=allow_private, proxied=True)
    try:
        base = str(policy.base(url.strip()))
        return msgspec.convert(base, Mirror)
    except ForbiddenAddress as error:
        raise UsageError(f"{error.where} can't be listed: {error.reason}") from error
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{url} can't be listed: an address has at most 300 characters, and none of them odd"
        ) from error


def add_mirror(newsroom: Newsroom, url: str, *, now: int, allow_private: bool = False) -> bool:
    """List a mirror, after the others. Says whether it wasn't listed before.

    Raises: UsageError, NewsroomLocked, NewsroomError; tamizdat.toml is as it was then.
    """
    address = signable(url, allow_private=allow_private)

    def add(listed: list[str]) -> list[str]:
        if address in map(_normal, listed):
            return listed
        if len(listed) >= LIMITS.mirrors:
            raise UsageError(f"{LIMITS.mirrors} mirrors are listed already; take one out first")
        return [*listed, address]

    return _change(newsroom, add, action="mirror added", subject=address, now=now)


def remove_mirror(newsroom: Newsroom, url: str, *, now: int) -> bool:
    """Take a mirror off the list, however its address is spelled. Says whether it was listed.

    Raises: NewsroomLocked, NewsroomError; tamizdat.toml is as it was then.
    """
    address = _normal(url)

    def remove(listed: list[str]) -> list[str]:
        return [mirror for mirror in listed if _normal(mirror) != address]

    return _change(newsroom, remove, action="mirror removed", subject=address, now=now)


def _normal(url: str) -> str:
    try:
        return signable(url, allow_private=True)
    except UsageError:
        return url.strip()


def _change(
    newsroom: Newsroom, change: Callable[[list[str]], list[str]], *, action: str, subject: str, now: int
) -> bool:
    with newsroom.lock(), newsroom_errors(newsroom.folder):
        before = newsroom.config
        after = msgspec.structs.replace(before, mirrors=change(before.mirrors))
        if after == before:
            return False
        path = newsroom.folder / CONFIG_NAME
        text = _edited(path.read_text(encoding="utf-8"), after)
        mode = path.stat().st_mode & 0o777
        write_whole(path, text.encode(), mode=mode)
        sync_folder(newsroom.folder)
        with transaction(newsroom.db):
            newsroom.db.execute(
                "INSERT INTO audit (at, action, subject, detail) VALUES (?, ?, ?, '')", (rfc3339(now), action, subject)
            )
    return True


def _edited(text: str, wanted: Config) -> str:
    """`text` with the mirrors of `wanted`; comments and layout stay. Raises: NewsroomError."""
    # Imported where it is used: nobody else waits for a TOML editor.
    import tomlkit

    document = tomlkit.parse(text)
    if "mirrors" not in document:
        document["mirrors"] = tomlkit.array()
    listed: Any = document["mirrors"]
    if "\n" not in listed.as_string():
        listed.multiline(len(wanted.mirrors) > 1)
    for mirror in [mirror for mirror in listed if mirror not in wanted.mirrors]:
        listed.remove(mirror)
    for mirror in wanted.mirrors:
        if mirror not in listed:
            listed.append(mirror)
    edited = tomlkit.dumps(document)
    if msgspec.toml.decode(edited, type=Config) != wanted:
        raise NewsroomError(f"{CONFIG_NAME} can't be changed by this command as it is written: change it by hand")
    return edited
