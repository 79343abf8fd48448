"""A real server for tests: its own processes, at a port of its own, on 127.0.0.1."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

RUN = """
import sys
from pathlib import Path
from tamizdat_server.listen import find_listen
from tamizdat_server.place import Place
from tamizdat_server.serve import Deadlines, serve
folder, workers, role, *seconds = sys.argv[1:]
header_seconds, stall_seconds, shutdown_seconds = map(int, seconds)
deadlines = Deadlines(header_seconds, stall_seconds, shutdown_seconds)
serve(Place.of(Path(folder)), find_listen("127.0.0.1", 0), workers=int(workers), deadlines=deadlines, role=role,
      ready=lambda url: print(url, flush=True))
"""


class Server:
    """A running server; `log` is what it said on standard error once it ended."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url, self.log = process, url, ""
        self.port = int(url.rstrip("/").rpartition(":")[2])

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        """A request on a connection of its own; header names with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx.Client(headers={"Accept-Encoding": "identity"}, trust_env=False) as client:
            return client.request(method, self.url + path, headers=named)

    def connect(self, *, receive_bytes: int = 0) -> socket.socket:
        """A bare connection, with a small receive buffer where asked, so that an unread answer stalls."""
        connection = socket.socket()
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def end(self, signum: int = signal.SIGTERM, *, within: float = 20) -> int:
        """Send a signal to the supervisor, wait for the end of it, and say the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        _, said = self.process.communicate(timeout=within)
        self.log += said
        return self.process.returncode

    def children(self) -> list[int]:
        """The processes that the supervisor started and that still run."""
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in listed.stdout.split()]


@contextmanager
def serving(
    folder: Path,
    *,
    workers: int = 1,
    header_seconds: int = 15,
    stall_seconds: int = 60,
    shutdown_seconds: int = 5,
    role: str = "all",
) -> Iterator[Server]:
    """Serve `folder` until the block ends."""
    arguments = [str(folder), str(workers), role, *map(str, (header_seconds, stall_seconds, shutdown_seconds))]
    command = [sys.executable, "-c", RUN, *arguments]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, env=dict(os.environ), **pipes)
    assert process.stdout
    url = process.stdout.readline().strip()
    server = Server(process, url) if url else None
    try:
        if server is None:
            raise AssertionError(process.communicate(timeout=20)[1])
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=20)


def until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait until something holds, and fail where it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
