"""Through proxies: real SOCKS by Debian's microsocks, an HTTP proxy, and proxies that fail or talk nonsense."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from httpd import Httpd, Status, certificates
from tamizdat.errors import TamizdatError, TransportError, Unreachable
from tamizdat.format.names import bundle_path
from tamizdat.transport import Meter
from tamizdat.transport.http import HttpTransport
from tamizdat.transport.network import Deadlines

PATH = bundle_path("a" * 64)
DATA = b"news " * 10_000
SOON = Deadlines(connect_seconds=5, silence_seconds=0.3, proxied_silence_seconds=0.5, overall_seconds=20)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "public" / "bundles").mkdir(parents=True)
    (tmp_path / "public" / PATH).write_bytes(DATA)
    return tmp_path / "public"


@pytest.fixture
def microsocks() -> Iterator[Callable[..., int]]:
    """Starts a SOCKS proxy with these arguments and gives its port."""
    program = shutil.which("microsocks")
    if not program:
        pytest.skip("microsocks is not installed (apt-get install microsocks): SOCKS is NOT tested")
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> int:
        port = free_port()
        started.append(
            subprocess.Popen([program, "-i", "127.0.0.1", "-p", str(port), *arguments], stderr=subprocess.DEVNULL)
        )
        wait_for(port)
        return port

    yield start
    for process in started:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("the proxy didn't start")


def through(url: str, proxy: str, **options: object) -> HttpTransport:
    return HttpTransport(url, meter=Meter(), typed=True, proxy=proxy, deadlines=SOON, **options)  # type: ignore[arg-type]


def fetch(http: HttpTransport) -> bytes:
    try:
        return http.fetch(PATH, max_bytes=len(DATA))
    finally:
        http.close()


@pytest.mark.parametrize("scheme", ["socks5h", "socks5"])
def test_everything_goes_through_a_socks_proxy_which_looks_up_the_names(
    tree: Path, microsocks: Callable[..., int], scheme: str
) -> None:
    looked_up: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return [host]

    with Httpd(tree) as httpd:
        url = f"http://localhost:{httpd.port}/"
        assert fetch(through(url, f"{scheme}://127.0.0.1:{microsocks()}", resolver=resolver)) == DATA
    assert looked_up == ["127.0.0.1"]


def test_tls_is_checked_end_to_end_behind_a_proxy(tree: Path, tmp_path: Path, microsocks: Callable[..., int]) -> None:
    server, client = certificates(tmp_path, "localhost")
    proxy = f"socks5h://127.0.0.1:{microsocks()}"
    with Httpd(tree, tls=server) as httpd:
        url = f"https://localhost:{httpd.port}/"
        assert fetch(through(url, proxy, tls=client)) == DATA
        with pytest.raises(Unreachable, match="certificate verify failed") as caught:
            fetch(through(url, proxy))
    assert "proxy" not in str(caught.value)


def test_a_proxy_with_a_password_lets_in_only_who_has_it_and_no_message_tells_it(
    tree: Path, microsocks: Callable[..., int]
) -> None:
    port = microsocks("-u", "reader", "-P", "open-sesame")
    with Httpd(tree) as httpd:
        assert fetch(through(httpd.url, f"socks5h://reader:open-sesame@127.0.0.1:{port}")) == DATA
        for user in ("", "reader:wrong-sesame@"):
            with pytest.raises(Unreachable, match=f"the proxy socks5h://127.0.0.1:{port}") as caught:
                fetch(through(httpd.url, f"socks5h://{user}127.0.0.1:{port}"))
            assert "sesame" not in str(caught.value)


def test_a_target_that_the_proxy_cannot_reach_is_told_in_the_proxys_words(microsocks: Callable[..., int]) -> None:
    with pytest.raises(Unreachable, match=r"the proxy socks5h://127\.0\.0\.1:.* says: .*refused"):
        fetch(through(f"http://127.0.0.1:{free_port()}/", f"socks5h://127.0.0.1:{microsocks()}"))


def test_a_signed_mirrors_name_is_not_looked_up_here_when_a_proxy_is_in_use(microsocks: Callable[..., int]) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return [host]

    proxy = f"socks5h://127.0.0.1:{microsocks()}"
    http = HttpTransport("https://no-such.invalid/", meter=Meter(), proxy=proxy, resolver=resolver, deadlines=SOON)
    with pytest.raises(TamizdatError):
        fetch(http)
    assert asked == ["127.0.0.1"]


def test_a_proxy_that_is_not_there_is_blamed_by_name() -> None:
    port = free_port()
    with pytest.raises(Unreachable, match=f"the proxy 127.0.0.1:{port} can't be reached: Connection refused"):
        fetch(through("http://news.example/", f"socks5h://127.0.0.1:{port}"))


@pytest.mark.parametrize("scheme", ["socks5h", "http"])
@pytest.mark.parametrize(
    "words",
    [b"", b"\5", b"\5\0", b"\5\0\5", b"\5\xff", b"\5\2", b"\4\0\0", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 300,
     b"\5\0" + b"\5\1\0\1\0\0\0\0\0\0", b"\xff" * 10],
)  # fmt: skip
@pytest.mark.parametrize("target", ["http", "https"])
def test_a_proxy_that_talks_nonsense_is_an_error_with_a_type(scheme: str, words: bytes, target: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=say, args=(listener, words), daemon=True).start()
        with pytest.raises(TransportError):
            fetch(through(f"{target}://news.example/", f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"))


def say(listener: socket.socket, words: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        for word in (words[:2], words[2:]):
            connection.recv(4096)
            connection.sendall(word)


def test_a_proxy_that_says_nothing_is_too_slow() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(TamizdatError, match="silent"):
        fetch(through("https://news.example/", f"socks5h://127.0.0.1:{listener.getsockname()[1]}"))


def test_clear_text_is_forwarded_by_an_http_proxy(tree: Path) -> None:
    """Our test server stands in for the proxy: it is asked for the whole URL."""
    with Httpd(tree, prefix="http://news.example/") as proxy:
        assert fetch(through("http://news.example/", f"http://127.0.0.1:{proxy.port}")) == DATA
        assert proxy.log[0].headers["host"] == "news.example"


def test_an_http_proxy_that_wants_a_password_says_so(tree: Path) -> None:
    with Httpd(tree) as proxy:
        proxy.tell("*", Status(407))
        with pytest.raises(Unreachable, match="user name and password"):
            fetch(through("http://news.example/", f"http://127.0.0.1:{proxy.port}"))
