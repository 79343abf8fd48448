"""Failover between mirrors, and the head that is laid over one."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from faults import Corrupt, CutAfter, Down, Drip, Endless, Missing, Portal, Replaced
from httpd import Cut, Httpd
from tamizdat.errors import (
    FileMissing,
    FirstContact,
    FormatError,
    HashMismatch,
    NothingReachable,
    TamizdatError,
    TooLarge,
    Unreachable,
)
from tamizdat.format.names import bundle_path, sha256
from tamizdat.transport import HeldHead, Meter, Transport, open_source
from tamizdat.transport.folder import FolderTransport
from tamizdat.transport.mirrors import Mirrors
from tamizdat.transport.overlay import Overlay

DATA = hashlib.shake_128(b"data").digest(100_000)
PATH = bundle_path(sha256(DATA))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "public" / "bundles").mkdir(parents=True)
    (tmp_path / "public" / PATH).write_bytes(DATA)
    return tmp_path / "public"


@pytest.fixture
def good(tree: Path) -> Transport:
    return FolderTransport(tree, meter=Meter())


def check(data: bytes) -> str:
    if sha256(data) != sha256(DATA):
        raise HashMismatch(path=PATH)
    return "checked"


def fetch(mirrors: Mirrors, partial: Path | None = None) -> str:
    return mirrors.fetch(PATH, max_bytes=len(DATA), check=check, partial=partial)


BAD: list[Callable[[Transport], Transport]] = [
    Down, Missing, Drip, Endless, Portal,
    lambda inner: Corrupt(inner, bit=99),
    lambda inner: CutAfter(inner, limit=10),
    lambda inner: Replaced(inner, files={PATH: b"older"}),
]  # fmt: skip


@pytest.mark.parametrize("spoil", BAD)
def test_whatever_is_wrong_with_one_mirror_the_next_one_is_asked(
    good: Transport, spoil: Callable[[Transport], Transport]
) -> None:
    mirrors = Mirrors([spoil(good), good])
    assert fetch(mirrors) == "checked"
    assert [where for where, _ in mirrors.problems] == [good.where]
    assert isinstance(mirrors.problems[0][1], TamizdatError)


def test_the_last_good_mirror_is_asked_first_next_time(good: Transport) -> None:
    down = Down(good)
    mirrors = Mirrors([down, good])
    for _ in range(3):
        fetch(mirrors)
    assert len(down.spoiled) == 1
    assert mirrors.transports[0] is good


def test_a_mirror_may_be_preferred_and_others_keep_their_order(good: Transport) -> None:
    some = [Down(good), Missing(good), good]
    mirrors = Mirrors(some)
    mirrors.prefer(good)
    assert mirrors.transports == (some[2], some[0], some[1])
    mirrors.prefer(Portal(good))
    assert mirrors.transports == (some[2], some[0], some[1])


def test_a_cut_file_goes_on_at_the_next_mirror(tree: Path, tmp_path: Path) -> None:
    with Httpd(tree) as first, Httpd(tree) as second:
        first.tell(PATH, Cut(after=70_000))
        mirrors = Mirrors([open_source(httpd.url, meter=Meter()) for httpd in (first, second)])
        assert fetch(mirrors, tmp_path / "partial") == "checked"
        assert second.log[0].headers["range"] == "bytes=70000-"
        mirrors.close()


def test_a_damaged_partial_file_is_thrown_away_and_the_same_mirror_asked_afresh(tree: Path, tmp_path: Path) -> None:
    partial = tmp_path / "partial"
    for damaged in (b"\0" * 5000, b"\0" * len(DATA)):
        with Httpd(tree) as httpd:
            partial.write_bytes(damaged)
            mirrors = Mirrors([open_source(httpd.url, meter=Meter())])
            assert fetch(mirrors, partial) == "checked"
            assert "range" not in httpd.log[-1].headers
            assert mirrors.problems == []
            mirrors.close()


def test_a_mirror_that_sends_wrong_bytes_leaves_no_partial_file_to_the_next(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "other" / "bundles").mkdir(parents=True)
    (tmp_path / "other" / PATH).write_bytes(b"\0" * len(DATA))
    with Httpd(tmp_path / "other") as wrong, Httpd(tree) as right:
        mirrors = Mirrors([open_source(httpd.url, meter=Meter()) for httpd in (wrong, right)])
        assert fetch(mirrors, tmp_path / "partial") == "checked"
        assert (wrong.requests, right.requests) == (1, 1)
        assert "range" not in right.log[0].headers
        mirrors.close()


def failure(transports: Sequence[Transport]) -> TamizdatError:
    with pytest.raises(TamizdatError) as caught:
        fetch(Mirrors(transports))
    return caught.value


def test_when_all_fail_the_error_says_what_can_be_done_about_it(good: Transport) -> None:
    assert isinstance(failure([]), NothingReachable)
    nothing = failure([Down(good), Drip(good)])
    assert isinstance(nothing, NothingReachable)
    assert "Connection refused" in str(nothing)
    assert "too slow" in str(nothing)
    assert isinstance(failure([Portal(good), Corrupt(good)]), HashMismatch)
    assert isinstance(failure([Down(good), Missing(good)]), FileMissing)


def test_an_error_of_this_machine_or_a_question_to_the_reader_is_not_passed_on(good: Transport) -> None:
    asked: list[Transport] = []

    def ask(transport: Transport) -> None:
        asked.append(transport)
        raise FirstContact(fingerprint="1.abc")

    with pytest.raises(FirstContact):
        Mirrors([good, Down(good)]).attempt(ask)
    assert asked == [good]


def test_who_sends_wrong_bytes_is_not_asked_again(good: Transport) -> None:
    liar, missing = Corrupt(good), Missing(good, only="nothing")
    mirrors = Mirrors([liar, missing])
    for _ in range(5):
        assert fetch(mirrors) == "checked"
    assert len(liar.spoiled) == 1
    assert mirrors.transports == (missing,)


def test_who_fails_before_delivering_anything_is_out_as_long_as_there_is_somebody_else(good: Transport) -> None:
    dead, partial = Down(good), Missing(good)
    mirrors = Mirrors([dead, partial])
    for _ in range(5):
        with pytest.raises(FileMissing):
            fetch(mirrors)
    assert (len(dead.spoiled), len(partial.spoiled)) == (1, 5)


def test_who_delivered_is_out_once_it_fails_twice_in_a_row(good: Transport) -> None:
    flaky, partial = Down(good, only="nothing"), Missing(good)
    mirrors = Mirrors([flaky, partial])
    for _ in range(3):  # a failure between two deliveries is forgiven each time
        flaky.only = "nothing"
        assert fetch(mirrors) == "checked"
        flaky.only = ""
        with pytest.raises(FileMissing):
            fetch(mirrors)
    with pytest.raises(FileMissing):
        fetch(mirrors)
    assert mirrors.transports == (partial,)


def test_the_only_mirror_is_asked_however_often_it_failed(good: Transport) -> None:
    dead = Down(good)
    mirrors = Mirrors([dead])
    for _ in range(5):
        with pytest.raises(Unreachable):
            fetch(mirrors)
    assert len(dead.spoiled) == 5


def test_four_threads_at_once_find_the_one_good_mirror(good: Transport) -> None:
    mirrors = Mirrors([Down(good), Corrupt(good), Missing(good), good])
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: fetch(mirrors), range(100))) == {"checked"}
    assert mirrors.transports[0] is good


# -- a head over a mirror ----------------------------------------------------------------------------------------------


class Nobody:
    """Fails the test when it is asked."""

    where = "nobody"

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:
        raise AssertionError(path)

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        raise AssertionError(path)

    def close(self) -> None:
        pass


def test_what_the_head_holds_is_not_asked_for(good: Transport) -> None:
    head = Overlay({"metadata/timestamp.json": b"{}"}, Nobody())
    assert head.fetch("metadata/timestamp.json", max_bytes=2) == b"{}"
    with pytest.raises(TooLarge):
        head.fetch("metadata/timestamp.json", max_bytes=1)


def test_the_walk_over_the_roots_ends_at_the_heads_newest_without_a_request() -> None:
    head = Overlay({"metadata/9.root.json": b"9", "metadata/10.root.json": b"10"}, Nobody())
    for version in (11, 12, 9_999_999_999):
        with pytest.raises(FileMissing):
            head.fetch(f"metadata/{version}.root.json", max_bytes=1000)


def test_a_root_below_the_heads_newest_is_asked_of_the_mirror(tree: Path, good: Transport) -> None:
    (tree / "metadata").mkdir()
    (tree / "metadata" / "8.root.json").write_bytes(b"8")
    head = Overlay({"metadata/10.root.json": b"10"}, good)
    assert head.fetch("metadata/8.root.json", max_bytes=1000) == b"8"
    assert Overlay({}, good).fetch("metadata/8.root.json", max_bytes=1000) == b"8"


def test_an_error_about_format_names_no_mirror_but_the_path(good: Transport) -> None:
    with pytest.raises(FormatError, match="no path of a publication"):
        Overlay({"../x": b""}, good).fetch("../x", max_bytes=1000)
