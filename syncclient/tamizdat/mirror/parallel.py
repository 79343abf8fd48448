"""Doing a thing for many items, a few at once: it is the waiting for answers that is saved."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from tamizdat.waiting import result_of

PARALLEL: Final = 4
T = TypeVar("T")
R = TypeVar("R")


def in_parallel(
    action: Callable[[T], R], items: Iterable[T], *, abandoned: Callable[[], None] | None = None
) -> Generator[tuple[T, Callable[[], R]]]:
    """Each item, in its order, with a call that gives what `action` made of it, or raises what it raised.

    Close the generator, or go on to its end. Where it ends early, `abandoned` is called, and what was not begun is
    left undone.
    """
    pool = ThreadPoolExecutor(PARALLEL, "mirror")
    running: deque[tuple[T, Future[R]]] = deque()
    try:
        for item in items:
            running.append((item, pool.submit(action, item)))
            if len(running) >= 2 * PARALLEL:
                done, future = running.popleft()
                yield done, partial(result_of, future)
        while running:
            done, future = running.popleft()
            yield done, partial(result_of, future)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        if abandoned:
            abandoned()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
