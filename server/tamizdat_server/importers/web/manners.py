"""Manners towards other people's servers: a pause between requests, and rest where they ask for it."""

import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from tamizdat.transport.policy import is_local_name

BUSY: Final = (429, 503)
_DELAY: Final = re.compile("[0-9]{1,9}")


class Manners(msgspec.Struct, frozen=True):
    """`pause_seconds`: between two requests to one host. A host that says it is busy (429, 503) is left alone for as
    long as it asks, at most `rest_seconds` at a time (`unasked_seconds`, doubled each time, where it names no time),
    and asked again at most `repeats` times."""

    pause_seconds: float = 0.1
    unasked_seconds: float = 2.0
    rest_seconds: float = 60.0
    repeats: int = 3


class Clock(msgspec.Struct, frozen=True):
    """Time as the pauses see it: seconds that only grow, Unix seconds, and how to let them pass."""

    monotonic: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class Hosts:
    """When each host was asked last, and which of them don't answer."""

    def __init__(self, manners: Manners, clock: Clock) -> None:
        self._manners, self._clock = manners, clock
        self._free_at: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def wait(self, host: str) -> None:
        """Let the pause since this host's last answer pass."""
        left = self._free_at.get(host, 0.0) - self._clock.monotonic()
        if left > 0:
            self._clock.sleep(min(left, self._manners.rest_seconds))

    def done(self, host: str, *, is_busy: bool) -> None:
        """It answered just now, if only that it is busy."""
        if not is_busy:
            self._failures.pop(host, None)
        # One's own machine needs no pause.
        if not is_local_name(host):
            self._free_at[host] = self._clock.monotonic() + self._manners.pause_seconds

    def failed(self, host: str) -> None:
        """It couldn't be reached, or stayed busy."""
        self._failures[host] = self._failures.get(host, 0) + 1

    def is_failing(self, host: str) -> bool:
        """Whether it couldn't be reached, or was busy, the last two times."""
        return self._failures.get(host, 0) >= 2

    def rest(self, attempt: int, headers: Mapping[str, str]) -> bool:
        """Wait as a busy host asks before attempt number `attempt` + 1; False where that isn't to be had."""
        asked = retry_after(headers.get("retry-after", ""), now=self._clock.unix())
        seconds = self._manners.unasked_seconds * 2**attempt if asked is None else asked
        if attempt >= self._manners.repeats or seconds > self._manners.rest_seconds:
            return False
        self._clock.sleep(seconds)
        return True


def retry_after(text: str, *, now: float) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or a date (RFC 9110, 10.2.3). None: nothing readable."""
    text = text.strip()
    if _DELAY.fullmatch(text):
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
