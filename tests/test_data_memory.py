"""Readers who ask for much and take it slowly: what waits for them has a bound, alone and in the server."""

from collections.abc import Iterator

import httpx
import pytest

from conftest import Ferry
from hosting import Host, hosting, until

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

MEGABYTE = 1_000_000
LARGE = "select hex(zeroblob(1000000)) from articles limit 3"
READERS = 60
# What waits is 128 MB at most; the rest is the archive itself, four processes for queries, and a server's own.
MEMORY = 700 * MEGABYTE


@pytest.fixture(params=["alone", "in the server"])
def host(request: pytest.FixtureRequest, ferry: Ferry) -> Iterator[Host]:
    if request.param == "alone":
        with hosting("datasette", str(ferry.library)) as running:
            yield running
    else:
        with hosting("serve", str(ferry.newsroom), below="/data") as running:
            until(lambda: running.get("/").status_code == 200)
            yield running


def test_what_readers_leave_untaken_is_bounded(host: Host):
    """360 MB are asked for, and hardly anything of it is taken."""
    target = httpx.Request("GET", f"{host.url}/library.json", params={"sql": LARGE}).url.raw_path
    statuses, readers = list[bytes](), list[object]()
    for _ in range(READERS):
        reader = host.connect(receive_bytes=4096)
        reader.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        readers.append(reader)
        statuses.append(reader.recv(12)[-3:])
        assert host.memory() < MEMORY
    assert statuses[:5] == [b"200"] * 5
    assert b"503" in statuses
    assert host.get("/").status_code == 200
    for reader in readers:
        reader.close()
    until(lambda: host.sql(LARGE).status_code == 200)
