"""How the server's processes start, end, and come back."""

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from handmade import add_bundle, make_tree
from serving import Server, serving, until
from tamizdat.errors import CannotListen, UsageError
from tamizdat_server.listen import find_listen
from tamizdat_server.place import Place

HUGE = os.urandom(1_000_000) * 24


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "public")


def answers(server: Server) -> bool:
    try:
        return server.get("head.tar.zst").status_code == 200
    except httpx.TransportError:
        return False


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_cleanly_when_told(tree: Path, signum: int) -> None:
    with serving(tree) as server:
        idle = server.connect()
        assert answers(server)
        processes = server.children()

        assert server.end(signum) == 0

        assert not any(runs(pid) for pid in processes)
        assert "orker" not in server.log
        assert "Traceback" not in server.log
        idle.close()


def test_a_ctrl_c_that_every_process_hears_is_a_clean_end_too(tree: Path) -> None:
    with serving(tree, workers=2) as server:
        assert all(server.get("").status_code == 200 for _ in range(8))
        for pid in server.children():
            os.kill(pid, signal.SIGINT)

        assert server.end(signal.SIGINT) == 0


def test_readers_that_stall_do_not_hold_up_the_end(tree: Path) -> None:
    path = add_bundle(tree, HUGE)
    with serving(tree, shutdown_seconds=1) as server:
        request = f"GET /{path} HTTP/1.1\r\nHost: x\r\n"
        stalled = [server.connect(receive_bytes=4096) for _ in range(6)]
        for connection, extra in zip(
            stalled, ["", "", "", "", "Range: bytes=1-\r\n", "Range: bytes=9-\r\n"], strict=True
        ):
            connection.sendall(f"{request}{extra}\r\n".encode())
            assert connection.recv(8).startswith(b"HTTP/1.1")
        half = server.connect()
        half.sendall(request.encode())
        processes = server.children()

        assert server.end(within=20) == 0

        assert not any(runs(pid) for pid in processes)
        for connection in (*stalled, half):
            connection.close()


def test_a_download_in_flight_may_finish(tree: Path) -> None:
    path = add_bundle(tree, HUGE)
    with serving(tree, shutdown_seconds=15) as server:
        reader = server.connect(receive_bytes=256 * 1024)
        reader.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        got = reader.recv(1)
        server.process.send_signal(signal.SIGTERM)
        while chunk := reader.recv(1_000_000):
            got += chunk

        assert got.partition(b"\r\n\r\n")[2] == HUGE
        assert server.end(0) == 0


def test_nothing_survives_a_supervisor_that_was_killed(tree: Path) -> None:
    with serving(tree, shutdown_seconds=1) as server:
        stalled = server.connect(receive_bytes=4096)
        stalled.sendall(f"GET /{add_bundle(tree, HUGE)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert stalled.recv(1)
        processes = server.children()

        server.end(signal.SIGKILL)

        assert processes
        until(lambda: not any(runs(pid) for pid in processes))
        assert find_listen("127.0.0.1", server.port).port == server.port
        stalled.close()


def test_a_worker_that_was_killed_is_replaced(tree: Path) -> None:
    with serving(tree) as server:
        worker = next(pid for pid in server.children() if b"spawn" not in Path(f"/proc/{pid}/cmdline").read_bytes())

        os.kill(worker, signal.SIGKILL)

        until(lambda: not runs(worker) and answers(server))
        assert server.end() == 0


def test_who_never_says_what_he_wants_is_cut_off(tree: Path) -> None:
    with serving(tree, header_seconds=1) as server:
        silent, halfway, done = server.connect(), server.connect(), server.connect()
        halfway.sendall(b"GET / HTTP/1.1\r\nHost:")
        done.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for connection in (silent, halfway, done):
            while connection.recv(65536):
                pass
            connection.close()


def test_a_port_that_is_taken_is_refused_with_a_word(tree: Path) -> None:
    with serving(tree) as server, pytest.raises(CannotListen, match="another program serves there already"):
        find_listen("127.0.0.1", server.port)
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(CannotListen, match="take another --port"):
        find_listen("127.0.0.1", other.getsockname()[1])


def test_a_host_that_is_not_ours_is_refused_with_a_word() -> None:
    with pytest.raises(CannotListen, match="no such address"):
        find_listen("192.0.2.1", 0)
    with pytest.raises(UsageError, match="is no address"):
        find_listen("no such host", 0)


def test_a_folder_that_holds_no_publication_is_refused_with_a_word(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a newsroom"):
        Place.of(tmp_path)


def test_the_log_never_says_who_asked_or_for_what(tree: Path) -> None:
    with serving(tree) as server:
        transport = httpx.HTTPTransport(local_address="127.0.0.9")
        with httpx.Client(transport=transport, headers={"User-Agent": "a-telling-name"}) as client:
            for path in ("", "head.tar.zst", "api/search?q=what-was-looked-for", "wrong-path", "api/wrong-path"):
                client.get(server.url + path)
        for nonsense in (
            b"nonsense\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\x16\x03\x01\x02\x00",
            b"GET /a-path HTTP/1.1\r\n",
        ):
            with server.connect() as connection:
                connection.sendall(nonsense)
        server.end()

    said = server.log
    for telling in ("127.0.0.9", "a-telling-name", "what-was-looked-for", "a-path", "wrong-path"):
        assert telling not in said
