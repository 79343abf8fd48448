"""Asking mirrors in turn without waiting long for those that stay silent: most blocked ones do just that."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from tamizdat.errors import FirstContact, FormatError, TamizdatError, TooSlow, TransportError, TrustError
from tamizdat.transport.base import Meter, Transport
from tamizdat.transport.mirrors import verdict

PATIENCE_SECONDS: Final = 3.0
PROXIED_PATIENCE_SECONDS: Final = 12.0
"""Behind a proxy a first answer takes longer: a Tor circuit has to be built."""
LIVELY_BYTES_PER_SECOND: Final = 256
AT_ONCE: Final = 32
T = TypeVar("T")


class _Outcome(NamedTuple, Generic[T]):
    transport: Transport
    result: T | None
    error: Exception | None


class Race(Generic[T]):
    """One question to each of several mirrors, until one answers with what passes.

    The next one is asked as soon as one has failed, or when for `patience_seconds` nothing has arrived; the more are
    silent, the sooner. So nobody is asked in vain where the first one answers, and the dead cost little time. A slow
    stick is waited for: who syncs from a folder may have his reasons to ask nobody on the network.
    `problems`: who was passed over and why, in that order; `silent` ones may still have been about to answer.
    """

    def __init__(self, path: str, *, meter: Meter, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """`path`: what is asked for, to tell of those who stay silent."""
        self._path, self._meter, self._patience = path, meter, patience_seconds
        self._answers: queue.SimpleQueue[_Outcome[T]] = queue.SimpleQueue()
        self._running: list[Transport] = []
        self.problems: list[tuple[str, TamizdatError]] = []

    def run(self, transports: Sequence[Transport], action: Callable[[Transport], T]) -> T:
        """What `action` makes of the first mirror with which it succeeds.

        Raises: as `Mirrors.attempt`.
        """
        waiting = deque(transports)
        while waiting or self._running:
            if waiting and len(self._running) < AT_ONCE:
                self._ask(waiting.popleft(), action, alone=not waiting and not self._running)
            outcome = self._next_answer()
            if outcome is None:
                continue
            self._running.remove(outcome.transport)
            if outcome.error is None:
                self._tell_of_silent()
                return outcome.result  # pyright: ignore[reportReturnType] (an action may well make None)
            self._pass_over(outcome.transport, outcome.error)
        failures = [error for _, error in self.problems]
        raise verdict(failures) from (failures[-1] if failures else None)

    def _ask(self, transport: Transport, action: Callable[[Transport], T], *, alone: bool) -> None:
        def ask() -> None:
            try:
                answer = _Outcome(transport, action(transport), None)
            except Exception as error:  # noqa: BLE001 (raised again by whoever waits for the answer)
                answer = _Outcome[T](transport, None, error)
            self._answers.put(answer)

        self._running.append(transport)
        if alone:
            ask()
        else:
            threading.Thread(target=ask, name=f"ask {transport.where}", daemon=True).start()

    def _next_answer(self) -> _Outcome[T] | None:
        """The next answer; None where nothing has arrived for so long that somebody else should be asked."""
        if not all(map(_is_far, self._running)):
            return self._answers.get()
        seconds = self._patience / len(self._running)
        while True:
            before = self._meter.bytes
            try:
                return self._answers.get(timeout=seconds)
            except queue.Empty:
                if self._meter.bytes - before < LIVELY_BYTES_PER_SECOND * seconds:
                    return None

    def _pass_over(self, transport: Transport, error: Exception) -> None:
        if isinstance(error, FirstContact) or not isinstance(error, TransportError | TrustError | FormatError):
            raise error
        self.problems.append((transport.where, error))

    def _tell_of_silent(self) -> None:
        for transport in self._running:
            error = TooSlow(where=transport.where, path=self._path, reason="another mirror answered first")
            self.problems.append((transport.where, error))


def _is_far(transport: Transport) -> bool:
    return transport.where.startswith(("http://", "https://"))
