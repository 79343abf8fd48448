"""What every transport promises, whichever way the bytes arrive."""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from httpd import Httpd
from tamizdat.errors import FileMissing, FormatError, TooLarge
from tamizdat.format.names import bundle_path
from tamizdat.format.pack import encode_pack
from tamizdat.transport import HeldHead, Meter, Transport, open_source
from tamizdat.transport.overlay import Overlay

BIG = hashlib.shake_128(b"big").digest(700_000)
FILES = {
    "metadata/1.root.json": b'{"signed": 1}',
    "metadata/timestamp.json": b"{}",
    bundle_path("a" * 64): BIG,
    **{bundle_path(f"{index:064x}"): hashlib.shake_128(b"%d" % index).digest(20_000) for index in range(8)},
}
HEAD = b"the head of today"


@dataclass
class Way:
    """One transport over the same files."""

    transport: Transport
    meter: Meter
    has_heads: bool = True


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    for path, data in {**FILES, "head.tar.zst": HEAD}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture(params=["http", "folder", "pack", "overlay"])
def way(request: pytest.FixtureRequest, tree: Path) -> Iterator[Way]:
    meter = Meter()
    with Httpd(tree) as httpd:
        transport = make(request.param, tree, httpd.url, meter)
        yield Way(transport, meter, has_heads=request.param != "pack")
        transport.close()


def make(kind: str, tree: Path, url: str, meter: Meter) -> Transport:
    if kind == "http":
        return open_source(url, meter=meter)
    if kind == "pack":
        (tree.parent / "carried.tar.zst").write_bytes(encode_pack(FILES.items(), level=1))
        return open_source(str(tree.parent / "carried.tar.zst"), meter=meter)
    below = open_source(str(tree), meter=meter)
    return Overlay(dict(list(FILES.items())[1:5]), below) if kind == "overlay" else below


def test_every_file_arrives_whole(way: Way) -> None:
    for path, data in FILES.items():
        assert way.transport.fetch(path, max_bytes=len(data)) == data


def test_a_file_that_is_not_there_is_missing_and_the_error_names_both(way: Way) -> None:
    path = "metadata/77.snapshot.json"
    with pytest.raises(FileMissing) as caught:
        way.transport.fetch(path, max_bytes=1000)
    assert (caught.value.where, caught.value.path) == (way.transport.where, path)
    assert way.transport.where in str(caught.value)


@pytest.mark.parametrize("path", ["metadata/1.root.json", "metadata/timestamp.json", bundle_path("a" * 64)])
def test_one_byte_more_than_allowed_is_too_large(way: Way, path: str) -> None:
    with pytest.raises(TooLarge) as caught:
        way.transport.fetch(path, max_bytes=len(FILES[path]) - 1)
    assert caught.value.limit == len(FILES[path]) - 1
    assert way.transport.fetch(path, max_bytes=len(FILES[path])) == FILES[path]


@pytest.mark.parametrize(
    "path",
    ["", "/", "../secret", "metadata/../../secret", "/etc/passwd", "./index.html", "..", "feeds/..", "a\\b", "a\0b",
     "a b", "%2e%2e/secret", "//host/x", "http://host/x", "metadata/", "index.html?x", "index.html#x", "é.html"],
)  # fmt: skip
def test_what_is_no_path_of_a_publication_is_not_even_asked_for(way: Way, path: str) -> None:
    with pytest.raises(FormatError):
        way.transport.fetch(path, max_bytes=1000)
    with pytest.raises(FormatError):
        way.transport.fetch_head(path, max_bytes=1000, held=None)
    assert way.meter.bytes == 0


def test_a_head_comes_only_if_it_is_another_than_the_one_held(way: Way) -> None:
    if not way.has_heads:
        with pytest.raises(FileMissing):
            way.transport.fetch_head("head.tar.zst", max_bytes=1000, held=None)
        return
    held = HeldHead("head.tar.zst", hashlib.sha256(HEAD).hexdigest(), len(HEAD), 1_700_000_000)
    other = HeldHead("head.tar.zst", "b" * 64, len(HEAD) + 1, 1_600_000_000)
    assert way.transport.fetch_head("head.tar.zst", max_bytes=1000, held=held) is None
    assert way.transport.fetch_head("head.tar.zst", max_bytes=1000, held=other) == HEAD
    assert way.transport.fetch_head("head.tar.zst", max_bytes=1000, held=None) == HEAD
    with pytest.raises(TooLarge):
        way.transport.fetch_head("head.tar.zst", max_bytes=len(HEAD) - 1, held=None)
    with pytest.raises(FileMissing):
        way.transport.fetch_head("head-kk.tar.zst", max_bytes=1000, held=None)


def test_four_threads_at_once_each_get_their_own_bytes(way: Way) -> None:
    start = threading.Barrier(4)

    def fetch_all(_: int) -> dict[str, bytes]:
        start.wait(30)
        return {path: way.transport.fetch(path, max_bytes=len(data)) for path, data in FILES.items()}

    with ThreadPoolExecutor(4) as threads:
        assert all(found == FILES for found in threads.map(fetch_all, range(4)))


def test_what_is_left_of_an_earlier_try_does_not_change_what_arrives(way: Way, tmp_path: Path) -> None:
    for held in (BIG[:5000], BIG[: len(BIG) - 1], b"", BIG + b"more"):
        partial = tmp_path / "partial"
        partial.write_bytes(held)
        assert way.transport.fetch(bundle_path("a" * 64), max_bytes=len(BIG), partial=partial) == BIG


def test_the_meter_counts_requests_and_the_bytes_of_bodies(way: Way) -> None:
    way.transport.fetch(bundle_path("a" * 64), max_bytes=len(BIG))
    way.transport.fetch("metadata/1.root.json", max_bytes=1000)
    if not isinstance(way.transport, Overlay):
        assert way.meter.bytes == len(BIG) + len(FILES["metadata/1.root.json"])
    assert way.meter.requests == (1 if isinstance(way.transport, Overlay) else 2)
