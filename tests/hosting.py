"""The archive at work in processes of its own, as a host runs it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

SLOW_SQL = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


class Host:
    """A running `tamizdat datasette` or `tamizdat serve`; `log` is all that it has said so far."""

    def __init__(self, process: subprocess.Popen[str], url: str, log: list[str]) -> None:
        self.process, self.url, self.log = process, url.rstrip("/"), log
        self.port = int(self.url.removesuffix("/data").rpartition(":")[2])
        self.client = httpx.Client(trust_env=False, timeout=60)

    def get(self, path: str, **arguments: str) -> httpx.Response:
        """A page, by its path below the archive."""
        return self.client.get(self.url + path, params=arguments or None)

    def sql(self, sql: str, **parameters: str) -> httpx.Response:
        return self.get("/library.json", sql=sql, _shape="arrays", **parameters)

    def connect(self, *, receive_bytes: int = 0) -> socket.socket:
        connection = socket.socket()
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def end(self, signum: int = signal.SIGTERM, *, within: float = 20) -> int:
        """Send a signal, wait for the end, and say the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        return self.process.wait(within)

    def family(self) -> list[int]:
        """The process and all that it started."""
        listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
        found = [self.process.pid]
        for parent in found:
            found += [pid for pid, above in pairs if above == parent]
        return found

    def child(self, word: str) -> int:
        """The one of its processes that has this word in its command."""
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in self.family()}
        return next(pid for pid, line in lines.items() if word.encode() in line)

    def memory(self) -> int:
        """Bytes that all its processes hold."""
        return sum(map(resident, self.family()))


def resident(pid: int) -> int:
    """Bytes that a process holds; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait until something holds, and fail where it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@contextmanager
def hosting(
    *arguments: str, below: str = "", program: Sequence[str | Path] = (sys.executable, "-m", "tamizdat")
) -> Iterator[Host]:
    """Run a command of tamizdat that serves, until the block ends."""
    command = [*program, *arguments, "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, text=True, env=dict(os.environ), **pipes)
    try:
        log: list[str] = []
        yield Host(process, _url(process, log) + below, log)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def _url(process: subprocess.Popen[str], log: list[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        log.append(line)
        if found := [word for word in line.split() if word.startswith("http://127.0.0.1:")]:
            threading.Thread(target=log.extend, args=(process.stdout,), daemon=True).start()
            return found[0].rstrip("/")
    raise AssertionError("".join(log))
