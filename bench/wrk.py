"""Requests a second of `tamizdat serve` and of nginx over the same tree: one core for the server, another for wrk."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx

from tables import ratio, table
from tamizdat.format.names import bundle_path
from tamizdat.transport import HeldHead
from tamizdat.transport.conditions import conditions
from tamizdat_server.live import read_live

ROUNDS, SECONDS, CONNECTIONS = 7, 2, 32
SERVER_CORE, WRK_CORE = "0", "1"
# As it comes, without what slows it down: a log, and an end of each connection after a thousand requests.
NGINX = """
{user} daemon off; pid nginx.pid; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass(frozen=True)
class Asked:
    """One kind of request, and the status that answers it."""

    name: str
    path: str
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True)
class Rate:
    """One round: requests a second, and microseconds of CPU that the server took for each."""

    requests: float
    cpu: float


@dataclass(frozen=True)
class Contest:
    """Medians over the rounds, which alternate."""

    asked: Asked
    ours: Rate
    nginx: Rate


@dataclass(frozen=True)
class Running:
    """A server that runs, and the process whose children it consists of."""

    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds that its processes have taken so far."""
        ticks = [_stat(pid) for pid in _tree(self.pid)]
        return sum(int(fields[11]) + int(fields[12]) for fields in ticks if fields) / os.sysconf("SC_CLK_TCK")


def measure(public: Path, scratch: Path) -> list[Contest]:
    """Serve a copy of the tree by both, and ask both in turn."""
    tree = scratch / "www"
    shutil.copytree(public, tree, copy_function=shutil.copy2)
    kinds = _kinds(tree)
    with _tamizdat(tree) as ours, _nginx(tree, scratch) as nginx:
        for server in (ours, nginx):
            for asked in kinds:
                _check(server, asked)
        return [_contest(asked, ours, nginx) for asked in kinds]


def _kinds(tree: Path) -> list[Asked]:
    data = os.urandom(10_240)
    path = bundle_path(sha256(data).hexdigest())
    (tree / path).write_bytes(data)
    head, live = (tree / "head.tar.zst").read_bytes(), read_live(tree)
    assert live
    held = HeldHead("head.tar.zst", sha256(head).hexdigest(), len(head), live.signed)
    return [
        Asked("an immutable file of 10 KB", path, {}, 200),
        Asked("304 on the head, asked as `sync` does", held.path, conditions(held), 304),
        Asked(f"the head, {len(head):,} bytes", held.path, {}, 200),
    ]


def _check(server: Running, asked: Asked) -> None:
    answer = httpx.get(server.url + asked.path, headers=dict(asked.headers), trust_env=False)
    assert answer.status_code == asked.status, (server.url, asked, answer)


def _contest(asked: Asked, ours: Running, nginx: Running) -> Contest:
    rounds = [(_rate(asked, ours), _rate(asked, nginx)) for _ in range(ROUNDS)]
    return Contest(asked, _median([pair[0] for pair in rounds]), _median([pair[1] for pair in rounds]))


def _median(rates: list[Rate]) -> Rate:
    return Rate(statistics.median(r.requests for r in rates), statistics.median(r.cpu for r in rates))


def _rate(asked: Asked, server: Running) -> Rate:
    fields = [part for name, value in asked.headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["taskset", "-c", WRK_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *fields]
    before = server.cpu()
    said = subprocess.run([*command, server.url + asked.path], check=True, stdout=subprocess.PIPE, text=True).stdout
    cpu = server.cpu() - before
    assert "Non-2xx" not in said, said
    assert "Socket errors" not in said, said
    count, rate = re.findall(r"(\d+) requests in|Requests/sec:\s+([\d.]+)", said)
    return Rate(float(rate[1]), cpu / int(count[0]) * 1e6)


@contextmanager
def _tamizdat(tree: Path) -> Iterator[Running]:
    command = [sys.executable, "-m", "tamizdat", "serve", str(tree), "--port", "0", "--workers", "1"]
    with _process(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield Running(process.stdout.readline().split()[-1].decode(), process.pid)


@contextmanager
def _nginx(tree: Path, scratch: Path) -> Iterator[Running]:
    state = scratch / "nginx"
    state.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # As root it would become somebody who may not read here.
    user = "user root;" if os.geteuid() == 0 else ""
    (state / "nginx.conf").write_text(NGINX.format(user=user, port=port, root=tree))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with _process([program, "-p", str(state), "-c", "nginx.conf", "-e", "nginx.err"]) as process:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None, (state / "nginx.err").read_text()
            time.sleep(0.05)
        yield Running(f"http://127.0.0.1:{port}/", process.pid)


@contextmanager
def _process(command: list[str], *, stdout: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server on its core until the block ends."""
    process = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command], stdout=stdout)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _tree(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], stdout=subprocess.PIPE, text=True).stdout
    return [pid, *(one for child in listed.split() for one in _tree(int(child)))]


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name, as proc(5) has them from the third on; none where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def lines(found: list[Contest]) -> list[str]:
    """The table."""
    head = ["asked for", "tamizdat serve: requests/s", "CPU each", "nginx: requests/s", "CPU each", "× nginx", "by CPU"]
    return table(head, [_row(contest.asked.name, contest.ours, contest.nginx) for contest in found])


def _row(name: str, ours: Rate, nginx: Rate) -> list[object]:
    rates = [cell for rate in (ours, nginx) for cell in (round(rate.requests), f"{rate.cpu:.1f} µs")]
    return [name, *rates, ratio(ours.requests, nginx.requests), ratio(nginx.cpu, ours.cpu)]
