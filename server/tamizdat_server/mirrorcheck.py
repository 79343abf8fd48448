"""How the listed mirrors do, seen from the newsroom as any reader would see them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

import msgspec

from tamizdat.errors import FormatError, TamizdatError, TransportError, TrustError
from tamizdat.format.names import Fingerprint
from tamizdat.transport import Meter, Transport
from tamizdat.transport.network import Deadlines
from tamizdat.trust import accept, freshness
from tamizdat_server.clock import rfc3339
from tamizdat_server.live import Live

AT_ONCE: Final = 16
_DEADLINES: Final = Deadlines(connect_seconds=8.0, silence_seconds=12.0, overall_seconds=30.0)
State = Literal["fresh", "stale", "behind", "ahead", "unreachable", "wrong", "not checked"]


class MirrorState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One mirror. `behind`, `ahead`: of the newsroom's own tree; `wrong`: what it shows isn't this publication."""

    address: str
    state: State = "not checked"
    version: int = 0
    signed: str = ""
    problem: str = ""


def connector(*, proxy: str | None, allow_private: bool) -> Callable[[str], Transport]:
    """How mirrors are opened for a check. Raises, when called: ForbiddenAddress, UsageError."""
    from tamizdat.transport.http import HttpTransport

    return lambda url: HttpTransport(url, meter=Meter(), proxy=proxy, allow_private=allow_private, deadlines=_DEADLINES)


def check_mirrors(
    mirrors: Sequence[str],
    live: Live | None,
    fingerprint: Fingerprint,
    *,
    now: int,
    connect: Callable[[str], Transport],
) -> list[MirrorState]:
    """The state of each, in their order; a dead one costs seconds, and several of them are asked at once."""

    def check(url: str) -> MirrorState:
        try:
            transport = connect(url)
            try:
                state = accept(None, transport.fetch, now=now, fingerprint=fingerprint, carried=True)
            finally:
                transport.close()
        except TransportError as error:
            return MirrorState(url, "unreachable", problem=_told(error, url))
        except (TrustError, FormatError) as error:
            return MirrorState(url, "wrong", problem=_told(error, url))
        ours, theirs = live.catalog.version if live else 0, state.catalog.version
        if theirs != ours:
            return MirrorState(url, "behind" if theirs < ours else "ahead", theirs, rfc3339(state.signed))
        fresh = freshness(state.signed, now) == "fresh"
        return MirrorState(url, "fresh" if fresh else "stale", theirs, rfc3339(state.signed))

    with ThreadPoolExecutor(AT_ONCE, "check") as pool:
        return list(pool.map(check, mirrors))


def _told(error: TamizdatError, url: str) -> str:
    return str(error).removeprefix(url).strip()
