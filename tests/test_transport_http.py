"""HTTP: what is asked, what is refused, and how a cut file goes on. Against a real server that misbehaves."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import httpd as answers
from httpd import Claims, Cut, Drip, Httpd, Redirect, Stall, Status, certificates
from tamizdat.errors import (
    BadRedirect,
    DiskFull,
    FileMissing,
    ForbiddenAddress,
    LibraryReadOnly,
    TamizdatError,
    TooLarge,
    TooSlow,
    TransportError,
    Unreachable,
)
from tamizdat.format.names import bundle_path
from tamizdat.transport import HeldHead, Meter
from tamizdat.transport.http import HttpTransport
from tamizdat.transport.network import Deadlines

PATH = bundle_path("a" * 64)
DATA = hashlib.shake_128(b"data").digest(200_000)
HEAD = b"the head of today" * 100
SOON = Deadlines(
    connect_seconds=5, silence_seconds=0.3, drip_seconds=0.3, drip_bytes_per_second=256, overall_seconds=20
)


@pytest.fixture
def httpd(tmp_path: Path) -> Iterator[Httpd]:
    with Httpd(make_tree(tmp_path / "public")) as server:
        yield server


def make_tree(folder: Path) -> Path:
    (folder / "bundles").mkdir(parents=True)
    (folder / PATH).write_bytes(DATA)
    (folder / "head.tar.zst").write_bytes(HEAD)
    (folder / "index.html").write_bytes(b"")
    return folder


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def http(httpd: Httpd, meter: Meter) -> Iterator[HttpTransport]:
    transport = HttpTransport(httpd.url, meter=meter, typed=True, deadlines=SOON)
    yield transport
    transport.close()


def fetch(http: HttpTransport, partial: Path | None = None, max_bytes: int = len(DATA)) -> bytes:
    return http.fetch(PATH, max_bytes=max_bytes, partial=partial)


# -- what is asked -----------------------------------------------------------------------------------------------------


def test_every_request_carries_the_same_few_headers(http: HttpTransport, httpd: Httpd) -> None:
    fetch(http)
    assert httpd.log[0].headers == {
        "host": f"127.0.0.1:{httpd.port}",
        "user-agent": "tamizdat",
        "accept": "*/*",
        "accept-encoding": "identity",
    }


def held_head(data: bytes = HEAD, signed: int = 1_700_000_000) -> HeldHead:
    return HeldHead("head.tar.zst", hashlib.sha256(data).hexdigest(), len(data), signed)


def test_a_conditional_request_says_what_is_held_and_echoes_nothing(http: HttpTransport, httpd: Httpd) -> None:
    named = {"ETag": '"reader-77"', "Set-Cookie": "id=77", "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
    httpd.tell("*", Claims(named))
    for _ in range(2):
        http.fetch_head("head.tar.zst", max_bytes=10_000, held=held_head(b"another"))
    for asked in httpd.log:
        assert asked.headers["if-none-match"].split(", ") == [
            f'"{hashlib.sha256(b"another").hexdigest()}"',
            '"6553f100-7"',
            '"7-60a24181e4000"',
            '"s44we87"',
            '"cwyvpelgpse87"',
            '"cwyvpelgpse8-7"',
        ]
        assert asked.headers["if-modified-since"] == "Tue, 14 Nov 2023 22:13:20 GMT"
        assert "cookie" not in asked.headers


def test_an_unchanged_head_costs_one_request_without_a_body(http: HttpTransport, httpd: Httpd, meter: Meter) -> None:
    assert http.fetch_head("head.tar.zst", max_bytes=10_000, held=held_head()) is None
    assert (httpd.requests, httpd.bytes, meter.requests, meter.bytes) == (1, 0, 1, 0)


def test_a_304_that_nobody_asked_for_is_refused(http: HttpTransport, httpd: Httpd) -> None:
    httpd.tell("head.tar.zst", Status(304))
    with pytest.raises(Unreachable, match="304"):
        http.fetch_head("head.tar.zst", max_bytes=10_000, held=None)


def test_connections_are_kept_also_after_a_404(http: HttpTransport, httpd: Httpd) -> None:
    for _ in range(3):
        fetch(http)
        with pytest.raises(FileMissing):
            http.fetch("metadata/2.root.json", max_bytes=100)
    assert len({asked.client for asked in httpd.log}) == 1


def test_a_kept_connection_that_the_server_closed_meanwhile_is_no_failure(http: HttpTransport, httpd: Httpd) -> None:
    fetch(http)
    httpd.tell("index.html", hang_up_once(httpd))
    assert http.fetch("index.html", max_bytes=10) == b""
    assert httpd.paths == [PATH, "index.html", "index.html"]


def hang_up_once(httpd: Httpd) -> answers.Mode:
    def mode(handler: answers.Handler, file: Path | None) -> None:
        httpd.tell("index.html", None)
        handler.hang_up()

    return mode


# -- what goes wrong, and what it is called ----------------------------------------------------------------------------

FAULTS: list[tuple[str, answers.Mode, type[TamizdatError], str]] = [
    ("cut", Cut(after=1000), Unreachable, "lost"),
    ("hangs up", answers.hang_up, Unreachable, "hung up"),
    ("endless", answers.endless, TooLarge, "more than 200000"),
    ("drip", Drip(), TooSlow, "only"),
    ("slow-loris headers", answers.slow_headers, TooSlow, "only"),
    ("silent from the start", Stall(), TooSlow, "silent"),
    ("silent in the middle", Stall(after=5000), TooSlow, "silent"),
    ("redirect to another host", Redirect("https://elsewhere.example/x"), BadRedirect, "elsewhere"),
    ("redirect to another port", Redirect("http://127.0.0.1:1/x"), BadRedirect, "127.0.0.1:1"),
    ("redirect with a name", Redirect("//me@127.0.0.1/x"), BadRedirect, "me@"),
    ("redirect with a query", Redirect("?reader=77"), BadRedirect, "reader=77"),
    ("redirect to a file", Redirect("file:///etc/passwd"), BadRedirect, "passwd"),
    ("redirect to nowhere", Redirect(""), BadRedirect, "nowhere"),
    ("redirect in a circle", Redirect(f"/{PATH}"), BadRedirect, "on and on"),
    ("403", Status(403), FileMissing, "doesn't have"),
    ("404", Status(404), FileMissing, "doesn't have"),
    ("410", Status(410), FileMissing, "doesn't have"),
    ("401", Status(401), Unreachable, "401 Unauthorized"),
    ("429", Status(429), Unreachable, "429"),
    ("500", Status(500), Unreachable, "500 Internal Server Error"),
    ("503", Status(503), Unreachable, "503"),
    ("599", Status(599), Unreachable, "599"),
    ("204", Status(204), Unreachable, "204"),
    ("a part that nobody asked for", answers.unsolicited_part, Unreachable, "206"),
    ("416 that nobody asked for", Claims({}, status=201), Unreachable, "201"),
    ("gzip", Claims({"Content-Encoding": "gzip"}), Unreachable, "gzip"),
    ("a length beyond the limit", Claims({"Content-Length": "200001"}), TooLarge, "more than"),
    ("an absurd length", Claims({"Content-Length": "9" * 18}), TooLarge, "more than"),
    ("a negative length", Claims({"Content-Length": "-1"}), Unreachable, "lost"),
    ("too long a header", Claims({"X-Long": "x" * 200_000}), Unreachable, "lost"),
]


@pytest.mark.parametrize(("mode", "error", "said"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_each_fault_has_its_error_which_names_mirror_and_file(
    http: HttpTransport, httpd: Httpd, mode: answers.Mode, error: type[TamizdatError], said: str
) -> None:
    httpd.tell("*", mode)
    with pytest.raises(error, match=said) as caught:
        fetch(http)
    assert isinstance(caught.value, TransportError)
    assert (caught.value.where, caught.value.path) == (httpd.url, PATH)
    assert "\n" not in str(caught.value)
    httpd.tell("*", None)
    assert fetch(http) == DATA


def test_a_length_beyond_the_limit_is_refused_before_reading(http: HttpTransport, meter: Meter) -> None:
    with pytest.raises(TooLarge):
        fetch(http, max_bytes=len(DATA) - 1)
    assert meter.bytes == 0


def test_an_endless_body_is_read_no_further_than_just_past_the_limit(
    http: HttpTransport, httpd: Httpd, meter: Meter, tmp_path: Path
) -> None:
    httpd.tell(PATH, answers.endless)
    with pytest.raises(TooLarge):
        fetch(http, tmp_path / "partial")
    assert meter.bytes <= len(DATA) + 65536
    assert not (tmp_path / "partial").exists()


def test_a_request_has_an_end_however_steadily_bytes_arrive(httpd: Httpd, meter: Meter) -> None:
    httpd.tell(PATH, Drip(seconds=0.001))
    http = HttpTransport(httpd.url, meter=meter, typed=True, deadlines=Deadlines(overall_seconds=0.5))
    with pytest.raises(TooSlow, match=r"not done after 0\.5 seconds"):
        fetch(http)
    http.close()


def test_a_captive_portals_page_is_handed_on_as_the_bytes_it_is(http: HttpTransport, httpd: Httpd) -> None:
    httpd.tell("*", answers.portal)
    assert http.fetch("metadata/2.root.json", max_bytes=1000) == answers.PORTAL


def test_chunks_without_a_length_arrive_whole_and_are_bounded(http: HttpTransport, httpd: Httpd) -> None:
    httpd.tell(PATH, answers.chunked)
    assert fetch(http) == DATA
    with pytest.raises(TooLarge):
        fetch(http, max_bytes=len(DATA) - 1)


def test_a_compressed_file_whose_compression_the_server_tells_by_header_is_taken_as_it_is(
    http: HttpTransport, httpd: Httpd
) -> None:
    httpd.tell(PATH, Claims({"Content-Encoding": "zstd"}))
    assert fetch(http) == DATA
    httpd.tell("index.html", Claims({"Content-Encoding": "zstd"}))
    with pytest.raises(Unreachable, match="zstd"):
        http.fetch("index.html", max_bytes=10)


def test_a_redirect_within_the_origin_is_followed(http: HttpTransport, httpd: Httpd) -> None:
    httpd.tell("index.html", Redirect(f"/{PATH}", status=308))
    assert http.fetch("index.html", max_bytes=len(DATA)) == DATA
    assert httpd.paths == ["index.html", PATH]


def test_nobody_listening_is_said_plainly(meter: Meter) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        http = HttpTransport(f"http://127.0.0.1:{taken.getsockname()[1]}/", meter=meter, typed=True, deadlines=SOON)
        with pytest.raises(Unreachable, match="Connection refused"):
            fetch(http)


@pytest.mark.parametrize("words", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\0\1\2\3" * 100, b"HTTP/1.1 abc\r\n\r\n", b"\r\n\r\n"])
def test_whoever_does_not_speak_http_is_unreachable(meter: Meter, words: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=say, args=(listener, words), daemon=True).start()
        http = HttpTransport(f"http://127.0.0.1:{listener.getsockname()[1]}/", meter=meter, typed=True, deadlines=SOON)
        with pytest.raises(Unreachable):
            fetch(http)
        http.close()


def say(listener: socket.socket, words: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(words)


# -- going on after a cut ----------------------------------------------------------------------------------------------


def test_a_cut_file_goes_on_where_it_was_cut(http: HttpTransport, httpd: Httpd, meter: Meter, tmp_path: Path) -> None:
    partial = tmp_path / "partial"
    httpd.tell(PATH, Cut(after=60_000))
    for _ in range(3):
        with pytest.raises(Unreachable):
            fetch(http, partial)
    assert partial.read_bytes() == DATA[:180_000]
    assert fetch(http, partial) == DATA
    assert meter.bytes == len(DATA)
    assert [asked.headers.get("range") for asked in httpd.log] == [
        None, "bytes=60000-", "bytes=120000-", "bytes=180000-"
    ]  # fmt: skip


def test_without_ranges_the_file_starts_again(http: HttpTransport, httpd: Httpd, tmp_path: Path) -> None:
    partial = tmp_path / "partial"
    partial.write_bytes(DATA[:1000])
    httpd.tell(PATH, answers.no_ranges)
    assert fetch(http, partial) == DATA
    assert partial.read_bytes() == DATA
    assert httpd.requests == 1


LIES: list[tuple[str, answers.Mode]] = [
    ("another start", Claims({"Content-Range": "bytes 0-199999/200000"}, status=206)),
    ("not to the end", Claims({"Content-Range": "bytes 1000-1999/200000"}, status=206, body=DATA[1000:2000])),
    ("no range said", Claims({}, status=206)),
    ("several parts", Claims({"Content-Type": "multipart/byteranges; boundary=x"}, status=206)),
    ("nonsense", Claims({"Content-Range": "bytes x-y/z"}, status=206)),
    ("more than its length", Claims({"Content-Range": "bytes 1000-199999/200000"}, status=206)),
    ("out of range", Claims({"Content-Range": "bytes */500"}, status=416)),
    ("out of an unknown range", Claims({}, status=416)),
]


@pytest.mark.parametrize("mode", [lie[1] for lie in LIES], ids=[lie[0] for lie in LIES])
def test_a_server_that_is_lost_in_ranges_is_asked_for_the_whole(
    http: HttpTransport, httpd: Httpd, tmp_path: Path, mode: answers.Mode
) -> None:
    partial = tmp_path / "partial"
    partial.write_bytes(DATA[:1000])
    httpd.tell(PATH, mode)
    assert fetch(http, partial) == DATA
    assert [asked.headers.get("range") for asked in httpd.log] == ["bytes=1000-", None]


def test_a_part_of_a_file_beyond_the_limit_is_too_large(http: HttpTransport, httpd: Httpd, tmp_path: Path) -> None:
    (tmp_path / "partial").write_bytes(DATA[:1000])
    httpd.tell(PATH, Claims({"Content-Range": "bytes 1000-200000/200001"}, status=206, body=DATA[1000:] + b"!"))
    with pytest.raises(TooLarge):
        fetch(http, tmp_path / "partial")


def test_a_chunked_part_that_is_shorter_than_it_says_is_thrown_away(
    http: HttpTransport, httpd: Httpd, tmp_path: Path
) -> None:
    partial = tmp_path / "partial"
    partial.write_bytes(DATA[:1000])
    httpd.tell(PATH, short_part)
    with pytest.raises(Unreachable, match="another part"):
        fetch(http, partial)
    assert not partial.exists()


def short_part(handler: answers.Handler, file: Path | None) -> None:
    handler.start(206, {"Transfer-Encoding": "chunked", "Content-Range": "bytes 1000-199999/200000"})
    handler.send(b"5\r\nhello\r\n0\r\n\r\n")


def test_a_file_that_was_whole_when_the_process_died_is_not_fetched_again(
    http: HttpTransport, httpd: Httpd, tmp_path: Path
) -> None:
    partial = tmp_path / "partial"
    partial.write_bytes(DATA)
    assert fetch(http, partial, max_bytes=len(DATA) + 1) == DATA
    assert [asked.status for asked in httpd.log] == [416]
    assert fetch(http, partial) == DATA
    assert httpd.requests == 1


def test_a_partial_file_longer_than_the_file_may_be_is_thrown_away(
    http: HttpTransport, httpd: Httpd, tmp_path: Path
) -> None:
    (tmp_path / "partial").write_bytes(DATA + b"!")
    assert fetch(http, tmp_path / "partial") == DATA
    assert "range" not in httpd.log[0].headers


def test_a_partial_file_that_cannot_be_written_is_a_matter_of_this_machine(http: HttpTransport, tmp_path: Path) -> None:
    with pytest.raises(LibraryReadOnly):
        fetch(http, tmp_path / "no such folder" / "partial")
    with pytest.raises(LibraryReadOnly):
        fetch(http, tmp_path)


def test_a_full_disk_is_told_as_such_and_what_fitted_is_kept(http: HttpTransport, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system has no file size limits to stand for a full disk")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, before[1]))
    try:
        with pytest.raises(DiskFull):
            fetch(http, tmp_path / "partial")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert DATA.startswith((tmp_path / "partial").read_bytes())
    assert fetch(http, tmp_path / "partial") == DATA


# -- where it connects to ----------------------------------------------------------------------------------------------


def test_tls_is_checked_and_an_unknown_certificate_is_refused(tmp_path: Path, meter: Meter) -> None:
    server, client = certificates(tmp_path)
    with Httpd(make_tree(tmp_path / "public"), tls=server) as httpd:
        known = HttpTransport(httpd.url, meter=meter, typed=True, deadlines=SOON, tls=client)
        assert fetch(known) == DATA
        stranger = HttpTransport(httpd.url, meter=meter, typed=True, deadlines=SOON)
        with pytest.raises(Unreachable, match="certificate verify failed"):
            fetch(stranger)
        known.close()


@pytest.mark.parametrize("days", [(-9, -8), (8, 9)])
def test_of_a_certificate_that_doesnt_hold_today_the_clock_may_be_the_reason(
    tmp_path: Path, meter: Meter, days: tuple[int, int]
) -> None:
    server, client = certificates(tmp_path, days=days)
    with Httpd(make_tree(tmp_path / "public"), tls=server) as httpd:
        http = HttpTransport(httpd.url, meter=meter, typed=True, deadlines=SOON, tls=client)
        with pytest.raises(Unreachable, match=r"certificate .*; or this machine's clock is wrong"):
            fetch(http)


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, meter: Meter) -> None:
    server, client = certificates(tmp_path, "news.example")
    with Httpd(make_tree(tmp_path / "public"), tls=server) as httpd:
        http = HttpTransport(httpd.url, meter=meter, typed=True, deadlines=SOON, tls=client)
        with pytest.raises(Unreachable, match="not valid for"):
            fetch(http)


def test_a_silent_tls_handshake_has_an_end(meter: Meter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        http = HttpTransport(url, meter=meter, typed=True, deadlines=SOON)
        with pytest.raises(Unreachable, match="timed out"):
            fetch(http)


def test_a_name_is_looked_up_once_and_only_the_checked_address_is_connected_to(tmp_path: Path, meter: Meter) -> None:
    """A name that answers with a public address first and a private one afterwards gains nothing."""
    looked_up: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    server, client = certificates(tmp_path, "news.example")
    with Httpd(make_tree(tmp_path / "public"), tls=server) as httpd:
        url = f"https://news.example:{httpd.port}/"
        http = HttpTransport(url, meter=meter, tls=client, allow_private=True, resolver=rebinding, deadlines=SOON)
        assert fetch(http) == DATA
        assert looked_up == ["news.example"]
        assert httpd.log[0].headers["host"] == f"news.example:{httpd.port}"
        http.close()


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%lo", "::ffff:127.0.0.1"]
)
def test_a_signed_mirror_whose_name_leads_into_a_private_network_is_never_connected_to(
    httpd: Httpd, meter: Meter, address: str
) -> None:
    url = f"https://news.example:{httpd.port}/"
    http = HttpTransport(url, meter=meter, resolver=lambda host, port: [address], deadlines=SOON)
    with pytest.raises(ForbiddenAddress, match="private network"):
        fetch(http)
    assert httpd.log == []


def test_the_next_address_of_a_name_is_tried_when_the_first_refuses(tmp_path: Path, meter: Meter) -> None:
    with Httpd(make_tree(tmp_path / "public")) as httpd:
        url = f"http://news.example:{httpd.port}/"
        resolver: Callable[[str, int], list[str]] = lambda host, port: ["127.0.0.2", "127.0.0.1"]  # noqa: E731
        http = HttpTransport(url, meter=meter, typed=True, resolver=resolver, deadlines=SOON)
        assert fetch(http) == DATA
        http.close()


def test_a_name_that_leads_nowhere_or_takes_for_ever_is_unreachable(meter: Meter) -> None:
    never = threading.Event()

    def unknown(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    def silent(host: str, port: int) -> list[str]:
        never.wait(60)
        return []

    hurry = Deadlines(connect_seconds=0.1)
    for resolver, said in ((unknown, "can't be looked up"), (silent, "within 0.1 seconds")):
        http = HttpTransport("https://news.example/", meter=meter, resolver=resolver, deadlines=hurry)
        with pytest.raises(Unreachable, match=said):
            fetch(http)
    never.set()


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example", "no-such-name.invalid"])
def test_a_name_that_cannot_be_a_name_is_unreachable_or_no_address(meter: Meter, name: str) -> None:
    with pytest.raises(TamizdatError):
        fetch(HttpTransport(f"https://{name}/", meter=meter, typed=True, deadlines=SOON))


def test_an_ipv6_address_works_as_a_host(httpd: Httpd, meter: Meter) -> None:
    """Our server listens on IPv4, since not every machine has IPv6; the resolver stands between."""
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    url = f"http://[2606:4700::1111]:{httpd.port}/"
    http = HttpTransport(url, meter=meter, typed=True, resolver=resolver, deadlines=SOON)
    assert fetch(http) == DATA
    assert asked == ["2606:4700::1111"]
    assert httpd.log[0].headers["host"] == f"[2606:4700::1111]:{httpd.port}"
    http.close()


def test_a_publication_may_lie_below_a_path_with_any_letters(tmp_path: Path, meter: Meter) -> None:
    with Httpd(make_tree(tmp_path / "public"), prefix="/%D0%B2%D0%B5%D1%81%D1%82%D0%B8%20x/") as httpd:
        http = HttpTransport(
            httpd.url.replace("%D0%B2%D0%B5%D1%81%D1%82%D0%B8%20", "вести%20"), meter=meter, typed=True
        )
        assert fetch(http) == DATA
        http.close()
