"""A thousand readers who keep their connections, while the newsroom publishes."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from newsrooms import draft, make_newsroom, publish_now, put
from serving import Server, serving, until
from tamizdat_server.newsroom import Newsroom

READERS = 1000
ROUNDS = 3
HEAD = re.compile(rb"HTTP/1\.1 (\d+) .*?\r\ncontent-length: (\d+)\r\n(?:.*?\r\n)?\r\n", re.DOTALL | re.IGNORECASE)
MB = 1_000_000


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with make_newsroom(tmp_path / "newsroom") as made:
        put(made, *(draft(number) for number in range(20)))
        publish_now(made)
        yield made


def ask(connection: socket.socket, path: str) -> bytes:
    """Ask on a kept connection; the body of the answer, which must be a 200 and whole."""
    connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    got = b""
    while not (head := HEAD.match(got)) or len(got) - head.end() < int(head[2]):
        chunk = connection.recv(65536)
        assert chunk, f"cut off after {got[:200]!r}"
        got += chunk
    assert head[1] == b"200"
    return got[head.end() :]


def memory(server: Server) -> int:
    """Bytes that the server's processes take."""
    status = [Path(f"/proc/{pid}/status").read_text() for pid in server.children()]
    return sum(int(found[1]) * 1024 for text in status if (found := re.search(r"VmRSS:\s+(\d+)", text)))


def test_a_thousand_idle_connections_see_each_new_version_and_cost_no_more_memory_as_time_goes_on(
    newsroom: Newsroom,
) -> None:
    # The deadline for saying what one wants counts for a kept connection, too; it must not matter how slow we are here.
    with serving(newsroom.folder, header_seconds=60, shutdown_seconds=60) as server, ExitStack() as stack:
        readers = [stack.enter_context(server.connect()) for _ in range(READERS)]
        taken: list[int] = []
        for number in range(1, ROUNDS + 1):
            put(newsroom, draft(1, text=f"Other words, {number}."))
            publish_now(newsroom)
            head = (newsroom.public / "head.tar.zst").read_bytes()

            assert all(ask(reader, "head.tar.zst") == head for reader in readers)

            assert server.get("head.tar.zst").content == head
            # The server's own library follows, and then its memory is at rest.
            until(lambda wanted=number + 1: server.get("api/health").json()["version"] == wanted)
            taken.append(memory(server))
        server.end()

    assert max(taken) - taken[0] < 10 * MB
    assert not [line for line in server.log.splitlines() if "Traceback" in line or "WARNING" in line]
