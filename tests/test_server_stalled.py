"""Readers that ask for much and take nothing, or next to nothing."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from handmade import add_bundle, make_tree
from serving import Server, serving, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the deadline is one of Linux's sockets")

READERS = 100
HUGE = os.urandom(1_000_000) * 24


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("stalled") / "public")


@pytest.fixture(scope="module")
def path(tree: Path) -> str:
    return add_bundle(tree, HUGE)


@contextmanager
def stalled(server: Server, path: str, count: int) -> Iterator[list[socket.socket]]:
    """Readers that asked for a file, every other one for a part of it, and took a few bytes of the answer."""
    with ExitStack() as stack:
        readers = [stack.enter_context(server.connect(receive_bytes=4096)) for _ in range(count)]
        for number, reader in enumerate(readers):
            part = "Range: bytes=1-\r\n" if number % 2 else ""
            reader.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\n{part}\r\n".encode())
        for reader in readers:
            assert reader.recv(8) == b"HTTP/1.1"
        yield readers


def worker(server: Server) -> Path:
    """The worker's folder in /proc, once it answers: it opens sockets of its own until then."""
    assert server.get("head.tar.zst").status_code == 200
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in server.children()}
    return next(Path(f"/proc/{pid}") for pid, line in lines.items() if b"\0-m\0" not in line)


def connections(process: Path) -> int:
    links = [link for link in (process / "fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith("socket:") for link in links)


def test_readers_that_take_nothing_do_not_keep_others_waiting_nor_fill_the_memory(tree: Path, path: str) -> None:
    with serving(tree, shutdown_seconds=1) as server:
        before = resident(worker(server))
        with stalled(server, path, READERS):
            assert [server.get("head.tar.zst").status_code for _ in range(20)] == [200] * 20
            assert server.get(path).content == HUGE

            # The file is 24 MB; what a reader doesn't take of it isn't read yet.
            assert resident(worker(server)) - before < READERS * 1_000_000


def test_a_reader_that_takes_nothing_for_a_while_is_cut_off(tree: Path, path: str) -> None:
    with serving(tree, stall_seconds=1) as server:
        process = worker(server)
        before = connections(process)
        with stalled(server, path, 6) as readers:
            until(lambda: connections(process) <= before)
            for reader in readers:
                assert is_cut_off(reader)
        assert server.end() == 0
        assert "Traceback" not in server.log


def test_a_reader_that_takes_a_byte_now_and_then_is_cut_off_too(tree: Path, path: str) -> None:
    with serving(tree, stall_seconds=1) as server:
        process = worker(server)
        before = connections(process)
        with stalled(server, path, 1) as readers:

            def taken_and_gone() -> bool:
                return len(readers[0].recv(1)) == 1 and connections(process) <= before

            until(taken_and_gone)


def test_a_slow_reader_that_takes_all_it_gets_is_served_to_the_end(tree: Path) -> None:
    data = os.urandom(150_000)
    path = add_bundle(tree, data)
    with serving(tree, stall_seconds=1) as server, server.connect(receive_bytes=4096) as reader:
        reader.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while chunk := reader.recv(4096):
            got += chunk
            time.sleep(0.03)

        assert got.partition(b"\r\n\r\n")[2] == data


def is_cut_off(reader: socket.socket) -> bool:
    """Whether the connection ends with an error, or short of the file."""
    try:
        return sum(len(chunk) for chunk in iter(lambda: reader.recv(1_000_000), b"")) < len(HUGE)
    except ConnectionError:
        return True


def resident(process: Path) -> int:
    """Bytes of memory that a process takes."""
    lines = (process / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
