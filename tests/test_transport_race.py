"""Asking several mirrors: in turn while they answer, side by side once they stay silent."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults import Corrupt, Down, Portal
from httpd import Drip, Httpd, Stall
from serving import until
from tamizdat.errors import (
    FirstContact,
    ForbiddenAddress,
    HashMismatch,
    NothingReachable,
    TooSlow,
    Unreachable,
)
from tamizdat.format.names import sha256
from tamizdat.transport import Meter, Transport, open_mirror, open_source
from tamizdat.transport.folder import FolderTransport
from tamizdat.transport.lazy import Unopened
from tamizdat.transport.race import AT_ONCE, Race

PATH = "metadata/timestamp.json"
DATA = b'{"signed": "just now"}' * 200


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "public" / "metadata").mkdir(parents=True)
    (tmp_path / "public" / PATH).write_bytes(DATA)
    return tmp_path / "public"


@pytest.fixture
def good(tree: Path) -> Transport:
    return FolderTransport(tree, meter=Meter())


@pytest.fixture
def silent(tree: Path) -> Iterator[Httpd]:
    with Httpd(tree) as httpd:
        httpd.tell("*", Stall())
        yield httpd


def ask(transport: Transport) -> str:
    data = transport.fetch(PATH, max_bytes=len(DATA))
    if sha256(data) != sha256(DATA):
        raise HashMismatch(path=PATH)
    return transport.where


def race(meter: Meter | None = None, patience: float = 30.0) -> Race[str]:
    return Race[str](PATH, meter=meter or Meter(), patience_seconds=patience)


class Counted:
    """Notes who was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, transport: Transport) -> str:
        self.asked.append(transport.where)
        return ask(transport)


def test_where_the_first_answers_nobody_else_is_asked(good: Transport) -> None:
    counted = Counted()
    assert race().run([good, Down(good), Portal(good)], counted) == good.where
    assert counted.asked == [good.where]


def test_who_fails_at_once_costs_no_patience(good: Transport) -> None:
    run = race(patience=3600.0)
    assert run.run([Down(good), Corrupt(good), Portal(good), good], ask) == good.where
    assert [error.code for _, error in run.problems] == ["unreachable", "hash", "hash"]


def test_the_next_is_asked_when_one_stays_silent_and_the_silent_one_is_named(silent: Httpd, good: Transport) -> None:
    first = open_source(silent.url, meter=Meter())
    run = race(patience=0.1)
    assert run.run([first, good], ask) == good.where
    ((where, error),) = run.problems
    assert where == silent.url
    assert isinstance(error, TooSlow)
    assert error.path == PATH
    first.close()


def test_while_something_arrives_nobody_else_is_asked(tree: Path, good: Transport) -> None:
    meter, counted = Meter(), Counted()
    with Httpd(tree) as httpd:
        httpd.tell(PATH, Drip(seconds=0.0001))
        slow = open_source(httpd.url, meter=meter)
        assert race(meter, patience=0.05).run([slow, good], counted) == httpd.url
        slow.close()
    assert counted.asked == [httpd.url]


def test_who_drips_is_overtaken(tree: Path, good: Transport) -> None:
    meter = Meter()
    with Httpd(tree) as httpd:
        httpd.tell(PATH, Drip(seconds=0.05))
        slow = open_source(httpd.url, meter=meter)
        assert race(meter, patience=0.2).run([slow, good], ask) == good.where
        slow.close()


def test_a_crowd_of_silent_ones_is_asked_side_by_side_but_not_all_at_once(silent: Httpd, good: Transport) -> None:
    transports = [open_source(f"{silent.url}{number}/", meter=Meter()) for number in range(AT_ONCE - 1)]
    assert race(patience=0.2).run([*transports, good], ask) == good.where
    until(lambda: silent.requests == AT_ONCE - 1)  # the last of them were only just on their way
    for transport in transports:
        transport.close()


def test_a_slow_stick_is_waited_for_before_anybody_on_the_network_hears_of_it(silent: Httpd, good: Transport) -> None:
    def slowly(transport: Transport) -> str:
        time.sleep(0.3)
        return ask(transport)

    mirror = open_source(silent.url, meter=Meter())
    assert race(patience=0.01).run([good, mirror], slowly) == good.where
    assert silent.requests == 0


def test_when_all_fail_the_error_tells_of_each(good: Transport) -> None:
    with pytest.raises(NothingReachable) as caught:
        race().run([Down(good), Down(good)], ask)
    assert len(caught.value.attempts) == 2
    with pytest.raises(Unreachable):
        race().run([Down(good)], ask)
    with pytest.raises(NothingReachable, match="no mirror is known"):
        race().run([], ask)


def test_a_question_to_the_reader_and_a_mistake_of_ours_end_it_at_once(good: Transport) -> None:
    counted = Counted()
    for error in (FirstContact(fingerprint="1.abc"), ZeroDivisionError()):

        def fail(_transport: Transport, error: Exception = error) -> str:
            counted.asked.append("once")
            raise error

        with pytest.raises(type(error)):
            race().run([good, Down(good)], fail)
    assert counted.asked == ["once", "once"]


# -- transports that are used, or not, by several threads --------------------------------------------------------------


def test_a_mirror_that_nobody_asks_is_not_even_opened() -> None:
    def open_it() -> Transport:
        raise AssertionError

    mirror = Unopened("https://a.example/", open_it)
    assert mirror.where == "https://a.example/"
    mirror.close()


def test_what_opening_raises_is_raised_to_who_asks(good: Transport) -> None:
    inside = Unopened("https://10.0.0.1/", lambda: open_mirror("https://10.0.0.1/", meter=Meter()))
    run = race()
    assert run.run([inside, good], ask) == good.where
    assert isinstance(run.problems[0][1], ForbiddenAddress)
    with pytest.raises(ForbiddenAddress):
        inside.fetch_head("head.tar.zst", max_bytes=10, held=None)


def test_it_is_opened_once_however_many_ask(tree: Path, good: Transport) -> None:
    opened: list[Transport] = []

    def open_it() -> Transport:
        opened.append(FolderTransport(tree, meter=Meter()))
        return opened[-1]

    mirror = Unopened("there", open_it)
    together(lambda: mirror.fetch(PATH, max_bytes=len(DATA)), times=8)
    mirror.close()
    assert len(opened) == 1


def together(work: Callable[[], object], *, times: int) -> None:
    start = threading.Barrier(times)

    def run() -> None:
        start.wait(30)
        work()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_a_closed_mirror_ends_what_is_still_arriving_and_begins_nothing_more(tree: Path) -> None:
    failures: list[Exception] = []
    began = threading.Event()
    with Httpd(tree) as httpd:
        httpd.tell(PATH, Drip(seconds=0.01))
        mirror = open_source(httpd.url, meter=Meter())

        def fetch() -> None:
            began.set()
            try:
                mirror.fetch(PATH, max_bytes=len(DATA))
            except Unreachable as error:
                failures.append(error)

        thread = threading.Thread(target=fetch)
        thread.start()
        assert began.wait(30)
        while not httpd.requests:
            pass
        mirror.close()
        thread.join(30)
        asked = httpd.requests
        with pytest.raises(Unreachable, match="isn't needed"):
            mirror.fetch(PATH, max_bytes=len(DATA))
        assert httpd.requests == asked
    assert len(failures) == 1
