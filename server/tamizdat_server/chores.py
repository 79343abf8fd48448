"""Chores of a process beside a server: done when due, tried again when they fail, safe to stop at any moment."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

from tamizdat.errors import NewsroomLocked, TamizdatError
from tamizdat_server import logs
from tamizdat_server.logs import log

_LOOK_SECONDS: Final = 0.5
_FIRST_WAIT_SECONDS: Final = 0.5
_LAST_WAIT_SECONDS: Final = 60
_FIRST_RETRY_SECONDS: Final = 5
_LAST_RETRY_SECONDS: Final = 3600


class NotYet(Exception):
    """What was to be done can't be done at this moment, and nothing is wrong with that."""


class Chore:
    """Something done when due. After a failure it waits, longer each time, and the first failure of a row is logged."""

    def __init__(self, name: str, do: Callable[[], None], *, last_retry_seconds: float = _LAST_RETRY_SECONDS) -> None:
        self._name, self._do, self._last_retry = name, do, last_retry_seconds
        self._wait = 0.0
        self._not_before = 0.0
        self._told = ""

    def attempt(self, *, due: bool, hurry: bool = False) -> None:
        """Do it where it is due and not waiting; `hurry` ends the waiting."""
        if not due or (time.monotonic() < self._not_before and not hurry):
            return
        try:
            self._do()
        except (NotYet, NewsroomLocked):
            self._put_off(_FIRST_WAIT_SECONDS, _LAST_WAIT_SECONDS)
        except TamizdatError as error:
            self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - the server goes on, and this is tried again
            self._failed(logs.fault(error))
        else:
            self._wait, self._not_before, self._told = 0.0, 0.0, ""

    def _failed(self, why: str) -> None:
        self._put_off(_FIRST_RETRY_SECONDS, self._last_retry)
        if why != self._told:
            log.warning("%s failed: %s", self._name, why)
            self._told = why

    def _put_off(self, first_seconds: float, last_seconds: float) -> None:
        self._wait = min(max(2 * self._wait, first_seconds), last_seconds)
        self._not_before = time.monotonic() + self._wait


class _Stop(BaseException):
    """Raised wherever the process is when it is told to end: transactions roll back on the way out."""


def keep_looking(look: Callable[[], None], parent: int) -> None:
    """Call `look` again and again until this process is told to end, or `parent` is gone."""
    logs.configure()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, _stop)
    with suppress(_Stop):
        while os.getppid() == parent:
            look()
            time.sleep(_LOOK_SECONDS)


def _stop(_signum: int, _frame: FrameType | None) -> None:
    raise _Stop
