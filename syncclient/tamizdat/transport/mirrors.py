"""Failover: several copies of one publication, asked in turn, the last good one first."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tamizdat.errors import (
    FileMissing,
    FirstContact,
    FormatError,
    NothingReachable,
    TamizdatError,
    TransportError,
    TrustError,
)
from tamizdat.transport.base import Transport
from tamizdat.transport.inbox import storage_error

T = TypeVar("T")


class Mirrors:
    """Asks each of `transports` until one answers with what passes the check. Safe to use from several threads.

    As long as there is somebody else, nobody is asked again who sent what doesn't pass, who failed without ever having
    delivered, or who failed twice in a row: a dead mirror must not cost its deadline once more with each file.
    `problems`: who failed and how, in the order in which it happened, for the report.
    """

    def __init__(self, transports: Sequence[Transport]) -> None:
        self._lock = threading.Lock()
        self._order = list(transports)
        self._credit: dict[int, int] = {}
        self.problems: list[tuple[str, TamizdatError]] = []

    @property
    def transports(self) -> tuple[Transport, ...]:
        """Whom to ask, in this order."""
        with self._lock:
            return tuple(self._order)

    def fetch(self, path: str, *, max_bytes: int, check: Callable[[bytes], T], partial: Path | None = None) -> T:
        """What `check` makes of the file at `path`. It raises TrustError or FormatError for bytes that aren't right.

        What the first mirror left in `partial` the next one goes on with. A partial file that led to wrong bytes is
        deleted, and the same mirror is asked afresh, once.

        Raises: as `attempt`.
        """

        def ask(transport: Transport) -> T:
            resumed = partial is not None and partial.exists()
            try:
                return check(transport.fetch(path, max_bytes=max_bytes, partial=partial))
            except (TrustError, FormatError):
                _delete(partial)
                if not resumed:
                    raise
            try:
                return check(transport.fetch(path, max_bytes=max_bytes, partial=partial))
            except (TrustError, FormatError):
                _delete(partial)
                raise

        return self.attempt(ask)

    def attempt(self, action: Callable[[Transport], T]) -> T:
        """What `action` makes of the first mirror with which it succeeds; a TransportError, TrustError or FormatError
        passes on to the next.

        Raises: its failure where there is one mirror only; else the last TrustError or FormatError where somebody
        answered, wrongly; else FileMissing where somebody said that it doesn't have the file; else NothingReachable;
        FirstContact at once, since no other mirror can settle whom the reader trusts.
        """
        failures: list[TamizdatError] = []
        for transport in self.transports:
            try:
                result = action(transport)
            except FirstContact:
                raise
            except (TransportError, TrustError, FormatError) as error:
                failures.append(error)
                self._note(transport, error)
            else:
                self.prefer(transport)
                return result
        raise verdict(failures) from (failures[-1] if failures else None)

    def prefer(self, transport: Transport) -> None:
        """Ask this one, which has just delivered something, first from now on."""
        with self._lock:
            self._credit[id(transport)] = 2
            if self._order[0] is not transport and transport in self._order:
                self._order.remove(transport)
                self._order.insert(0, transport)

    def close(self) -> None:
        """Close all of them."""
        for transport in self.transports:
            transport.close()

    def _note(self, transport: Transport, error: TamizdatError) -> None:
        with self._lock:
            self.problems.append((transport.where, error))
            # A partial copy is as good as any for what it has; anyone else who failed waits at the end of the line.
            if isinstance(error, FileMissing) or transport not in self._order or len(self._order) == 1:
                return
            self._order.remove(transport)
            credit = self._credit[id(transport)] = self._credit.get(id(transport), 1) - 1
            if isinstance(error, TransportError) and credit:
                self._order.append(transport)


def verdict(failures: Sequence[TamizdatError]) -> TamizdatError:
    """Which error tells best that all have failed so."""
    wrong = [error for error in failures if not isinstance(error, TransportError)]
    missing = [error for error in failures if isinstance(error, FileMissing)]
    if len(failures) == 1:
        return failures[0]
    if wrong:
        return wrong[-1]
    if missing:
        return missing[-1]
    return NothingReachable([str(error) for error in failures])


def _delete(partial: Path | None) -> None:
    if partial is None:
        return
    try:
        partial.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(partial, error) from error
