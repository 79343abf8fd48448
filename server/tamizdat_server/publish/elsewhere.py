"""Whether a listed mirror is ahead of this newsroom, which a restored backup can't know by itself.

Only what verifies against the publication's own root counts, so a lying mirror can't stop a newsroom from publishing.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import TamizdatError
from tamizdat.format.names import Fingerprint
from tamizdat.format.state import Accepted
from tamizdat.transport import Meter, Transport
from tamizdat.transport.network import Deadlines
from tamizdat.trust import accept
from tamizdat_server.publish.files import Tree

PATIENCE_SECONDS: Final = 8.0
_DEADLINES: Final = Deadlines(connect_seconds=4.0, silence_seconds=4.0, overall_seconds=PATIENCE_SECONDS)
Connect = Callable[[str], Transport]


def connect_mirror(url: str) -> Transport:
    """A mirror by its address, with little patience. Raises: ForbiddenAddress."""
    from tamizdat.transport.http import HttpTransport

    return HttpTransport(url, meter=Meter(), deadlines=_DEADLINES)


def newest_elsewhere(
    mirrors: Sequence[str], fingerprint: Fingerprint, *, now: int, connect: Connect
) -> tuple[str, Accepted] | None:
    """(address, state) of the mirror with the highest version, of those that answer in time; None where none does."""
    found: list[tuple[str, Accepted]] = []
    threads = [
        threading.Thread(target=_look, args=(url, fingerprint, now, connect, found), daemon=True) for url in mirrors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return max(found, key=lambda one: one[1].catalog.version, default=None)


def _look(url: str, fingerprint: Fingerprint, now: int, connect: Connect, found: list[tuple[str, Accepted]]) -> None:
    try:
        transport = connect(url)
        try:
            found.append((url, accept(None, transport.fetch, now=now, fingerprint=fingerprint, carried=True)))
        finally:
            transport.close()
    except TamizdatError:
        # Unreachable, stale or forged: it says nothing about what was published.
        return


def take_numbers(tree: Tree, state: Accepted) -> None:
    """Keep a mirror's newer metadata in the tree, so that what is signed next has higher numbers than readers saw."""
    for role, data in (("targets", state.targets), ("snapshot", state.snapshot)):
        version = msgspec.json.decode(data)["signed"]["version"]
        path = f"metadata/{version}.{role}.json"
        if not (Path(tree.public) / path).exists():
            tree.replace(path, data)
