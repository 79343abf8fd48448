"""Waiting for what other threads do, so that Ctrl-C is heard of soon."""

from concurrent.futures import Future, wait
from typing import Final, TypeVar

T = TypeVar("T")
_HEED_SECONDS: Final = 1


def result_of(future: Future[T]) -> T:
    """What it comes to, once it does. Raises: what it raises."""
    # A Ctrl-C just before a wait begins is heard of at its end (a race of CPython's), so no wait is long.
    while not wait([future], timeout=_HEED_SECONDS).done:
        pass
    return future.result()
