"""Importers fetch what others wrote into pages: never from the newsroom's own network, never more than asked for."""

import gzip
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import httpcore
import pytest

from httpd import Claims, Cut, Drip, Handler, Httpd, Redirect, Stall, Status, certificates, chunked, endless
from tamizdat.errors import (
    BadRedirect,
    ForbiddenAddress,
    TooLarge,
    TooSlow,
    TransportError,
    Unreachable,
    UsageError,
)
from tamizdat.transport.network import Deadlines
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.importers.web.manners import Clock, Manners, retry_after

PUBLIC, OTHER = "93.184.216.34", "151.101.1.69"


@dataclass
class Time:
    """A clock that only pauses turn; `pauses` are their seconds."""

    now: float = 1_000.0
    pauses: list[float] = field(default_factory=list[float])

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.now, unix=lambda: self.now, sleep=self.sleep)


@dataclass
class Wire:
    """The open internet on this machine: public addresses lead to a local server, and no other does anywhere."""

    httpd: Httpd
    tried: list[str] = field(default_factory=list[str])
    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    looked_up: list[str] = field(default_factory=list[str])

    def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        if host not in self.names:
            raise OSError("no such name")
        return self.names[host]

    def web(self, **options: object) -> Web:
        return Web(resolver=self.resolve, **{"manners": Manners(pause_seconds=0), **options})  # type: ignore[arg-type]


@pytest.fixture
def httpd(tmp_path: Path) -> Iterator[Httpd]:
    (tmp_path / "page.html").write_bytes(b"<p>Words")
    (tmp_path / "long").write_bytes(b"x" * 10_000)
    with Httpd(tmp_path) as httpd:
        yield httpd


@pytest.fixture
def wire(httpd: Httpd, monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire(httpd, names={"news.example": [PUBLIC], "cdn.example": [OTHER], "inside.example": ["10.0.0.1"]})
    connect = httpcore.SyncBackend.connect_tcp

    def connected(self: httpcore.SyncBackend, host: str, port: int, *args: object, **kwargs: object) -> object:
        wire.tried.append(host)
        assert host in (PUBLIC, OTHER), f"a connection to {host}"
        return connect(self, "127.0.0.1", wire.httpd.port, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connected)
    return wire


@pytest.fixture
def web() -> Iterator[Web]:
    """One that may fetch from this machine."""
    web = Web(allow_private=True)
    yield web
    web.close()


# -- addresses ---------------------------------------------------------------------------------------------------------


INSIDE = """
http://127.0.0.1/ http://127.1/ http://127.0.1/ http://2130706433/ http://0x7f000001/ http://0x7f.1/ http://0177.0.0.1/
http://017700000001/ http://0/ http://0.0.0.0/ http://127.0.0.1./ http://localhost/ http://LOCALHOST/ http://localhost./
http://a.localhost/ http://10.0.0.1/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.0.1/ http://192.168.257/
http://169.254.169.254/latest/meta-data/ http://169.254.169.254.:80/ http://100.64.0.1/ http://100.100.100.200/
http://192.0.0.192/ http://198.18.0.1/ http://224.0.0.1/ http://240.0.0.1/ http://255.255.255.255/ http://168.63.129.16/
http://[::ffff:168.63.129.16]/
http://[::1]/ http://[::]/ http://[::127.0.0.1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/
http://[0:0:0:0:0:ffff:0a00:0001]/ http://[::ffff:0:127.0.0.1]/ http://[64:ff9b::7f00:1]/ http://[64:ff9b::169.254.169.254]/
http://[64:ff9b:1::7f00:1]/ http://[2002:7f00:1::]/ http://[2002:a9fe:a9fe::1]/ http://[2001:0:7f00:1::]/ http://[fe80::1]/
http://[fe80::1%25eth0]/ http://[fc00::1]/ http://[fd00:ec2::254]/ http://[fec0::1]/ http://[ff02::1]/ http://[100::1]/
http://router/ http://printer.local/ http://metadata.google.internal/ http://db.internal:5432/ http://nas.lan/
http://x.home.arpa/ http://１２７.０.０.１/ http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://ⓛocalhost/ http://%6c%6f%63alhost/
http://127.0.0.1%2f@news.example/ http://[::1
""".split()  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_no_spelling_of_an_address_inside_leads_there(wire: Wire, url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        wire.web().get(url, max_bytes=100)
    assert (wire.tried, wire.looked_up) == ([], [])


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.1.1", "169.254.169.254", "168.63.129.16", "192.0.0.192", "0.0.0.0", "::1", "fd00:ec2::254",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "::ffff:168.63.129.16"],
)  # fmt: skip
def test_no_name_leads_inside(wire: Wire, address: str) -> None:
    wire.names["news.example"] = [address]
    with pytest.raises(ForbiddenAddress):
        wire.web().get("https://news.example/", max_bytes=100)
    assert wire.tried == []


def test_of_a_names_addresses_only_public_ones_are_tried(wire: Wire) -> None:
    wire.names["news.example"] = ["127.0.0.1", PUBLIC, "::1"]
    assert wire.web().get("http://news.example/page.html", max_bytes=100).body == b"<p>Words"
    assert wire.tried == [PUBLIC]


def test_a_name_that_changes_its_mind_leads_inside_neither_before_nor_after(wire: Wire) -> None:
    answers = [[PUBLIC], ["127.0.0.1"], [PUBLIC], ["10.0.0.1"]]
    web = Web(resolver=lambda host, port: answers.pop(0), manners=Manners(pause_seconds=0))
    wire.httpd.tell("*", lambda handler, file: (handler.answer(200, b"hi"), handler.hang_up())[0])
    for _ in range(2):
        # One question for one connection: what was checked is what is connected to.
        assert web.get("http://news.example/", max_bytes=100).body == b"hi"
        with pytest.raises(ForbiddenAddress):
            web.get("http://news.example/", max_bytes=100)
    assert (wire.tried, answers) == ([PUBLIC, PUBLIC], [])


@pytest.mark.parametrize(
    "url",
    ["", "news.example", "ftp://news.example/", "file:///etc/passwd", "gopher://news.example:70/", "data:text/html,x",
     "javascript:alert(1)", "http:///x", "http://", "https://me:secret@news.example/", "https://@news.example/",
     "https://news.example\\@10.0.0.1/", "https://news.example/a b", "https://news.example/\r\nHost: x",
     "https://news.example:0/", "https://news.example:65536/", "https://news.example:x/", "https://news.example:22/",
     "https://news.example:25/", "https://news.example:631/", "https://" + "a" * 9_000 + ".example/",
     "http://vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion/"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused_without_telling_secrets(wire: Wire, url: str) -> None:
    with pytest.raises(ForbiddenAddress) as caught:
        wire.web().get(url, max_bytes=100)
    assert "secret" not in str(caught.value)
    assert len(str(caught.value)) < 800
    assert (wire.tried, wire.looked_up) == ([], [])


@pytest.mark.parametrize("port", ["", ":80", ":443", ":8080", ":8443"])
def test_ports_of_web_servers_are_open(wire: Wire, port: str) -> None:
    assert wire.web().get(f"http://news.example{port}/page.html?a=1#part", max_bytes=100).url.endswith("?a=1")
    assert wire.httpd.paths == ["page.html?a=1"]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://news.example/река.jpg", "река.jpg"),
        ("http://news.example/%D1%80%D0%B5%D0%BA%D0%B0.jpg?a=%20b|c[1]", "река.jpg?a= b|c[1]"),
        ("http://xn--b1amnebsh.example/a", "a"),
        ("http://новости.example/a", "a"),
    ],
)
def test_addresses_in_any_script_are_asked_for_as_they_are_meant(wire: Wire, url: str, path: str) -> None:
    wire.names["xn--b1amnebsh.example"] = [PUBLIC]
    wire.web().get(url, max_bytes=100)
    assert wire.httpd.paths == [path]


def test_private_addresses_are_had_by_asking_for_them(web: Web, httpd: Httpd) -> None:
    assert web.get(f"{httpd.url}page.html", max_bytes=100).body == b"<p>Words"
    with pytest.raises(ForbiddenAddress, match="--allow-private"):
        Web().get(f"{httpd.url}page.html", max_bytes=100)


# -- redirects ---------------------------------------------------------------------------------------------------------


def test_five_redirects_are_followed_and_the_last_address_is_told(wire: Wire) -> None:
    for step in range(5):
        wire.httpd.tell(f"{step}", Redirect(f"http://cdn.example/{step + 1}", status=(301, 302, 303, 307, 308)[step]))
    wire.httpd.tell("5", Claims({"Content-Type": "text/plain"}, body=b"there"))
    found = wire.web().get("http://news.example/0", max_bytes=100)
    assert (found.url, found.status, found.body) == ("http://cdn.example/5", 200, b"there")
    assert found.headers["content-type"] == "text/plain"
    assert wire.httpd.requests == 6


def test_a_sixth_redirect_is_not(wire: Wire) -> None:
    wire.httpd.tell("*", Redirect("/on"))
    with pytest.raises(BadRedirect, match="on and on"):
        wire.web().get("http://news.example/0", max_bytes=100)
    assert wire.httpd.requests == 6


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://inside.example/", "//localhost/", "http://[::1]:80/",
                                    "ftp://news.example/", "file:///etc/passwd", "http://me:secret@cdn.example/",
                                    "http://cdn.example:25/", "javascript:x", "http://[::1"])  # fmt: skip
@pytest.mark.parametrize("before", [0, 3])
def test_every_redirect_is_checked_like_a_first_address(wire: Wire, target: str, before: int) -> None:
    for step in range(before):
        wire.httpd.tell(f"{step}", Redirect(f"/{step + 1}"))
    wire.httpd.tell(f"{before}", Redirect(target))
    with pytest.raises((ForbiddenAddress, BadRedirect)) as caught:
        wire.web().get("http://news.example/0", max_bytes=100)
    assert "secret" not in str(caught.value)
    assert wire.httpd.requests == before + 1
    assert set(wire.tried) == {PUBLIC}


def test_a_redirect_from_https_into_clear_text_is_not_followed(tmp_path: Path, wire: Wire, httpd: Httpd) -> None:
    server, client = certificates(tmp_path, "news.example", "cdn.example")
    with Httpd(tmp_path, tls=server) as secure:
        wire.httpd = secure
        secure.tell("down", Redirect("http://cdn.example/page.html"))
        secure.tell("across", Redirect("https://cdn.example/page.html"))
        web = wire.web(tls=client)
        assert web.get("https://news.example/across", max_bytes=100).body == b"<p>Words"
        with pytest.raises(BadRedirect, match="http://cdn"):
            web.get("https://news.example/down", max_bytes=100)
    assert httpd.requests == 0


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, wire: Wire) -> None:
    server, client = certificates(tmp_path, "cdn.example")
    with Httpd(tmp_path, tls=server) as secure:
        wire.httpd = secure
        with pytest.raises(Unreachable):
            wire.web(tls=client).get("https://news.example/page.html", max_bytes=100)
    assert secure.requests == 0


def test_a_redirect_that_leads_nowhere_is_an_answer(web: Web, httpd: Httpd) -> None:
    httpd.tell("*", Status(302))
    assert web.get(httpd.url, max_bytes=100).status == 302


# -- bytes and time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [10_000, 9_999, 0])
@pytest.mark.parametrize("how", [None, chunked], ids=["with a length", "in chunks"])
def test_a_body_has_at_most_the_bytes_that_are_allowed(web: Web, httpd: Httpd, limit: int, how: object) -> None:
    httpd.tell("long", how)  # type: ignore[arg-type]
    if limit >= 10_000:
        assert len(web.get(f"{httpd.url}long", max_bytes=limit).body) == 10_000
        return
    with pytest.raises(TooLarge) as caught:
        web.get(f"{httpd.url}long", max_bytes=limit)
    assert caught.value.limit == limit


def test_an_endless_body_ends_at_the_limit(web: Web, httpd: Httpd) -> None:
    httpd.tell("*", endless)
    with pytest.raises(TooLarge):
        web.get(httpd.url, max_bytes=1_000_000)


def zipped(data: bytes) -> Claims:
    return Claims({"Content-Encoding": "gzip"}, body=data)


def test_compressed_answers_are_unfolded(web: Web, httpd: Httpd) -> None:
    httpd.tell("one", zipped(gzip.compress(b"Words " * 50_000)))
    httpd.tell("two", zipped(gzip.compress(b"Words ") + gzip.compress(b"more") + bytes(8)))
    httpd.tell("none", zipped(b""))
    httpd.tell("old", Claims({"Content-Encoding": "x-GZIP"}, body=gzip.compress(b"Words")))
    assert web.get(f"{httpd.url}one", max_bytes=300_000).body == b"Words " * 50_000
    assert [web.get(f"{httpd.url}{path}", max_bytes=100).body for path in ("two", "none", "old")] == [
        b"Words more", b"", b"Words"]  # fmt: skip
    assert httpd.log[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_unfolds_no_further_than_the_limit(web: Web, httpd: Httpd, layers: int) -> None:
    press = zlib.compressobj(9, wbits=31)
    bomb = b"".join(press.compress(bytes(1 << 20)) for _ in range(200)) + press.flush()
    httpd.tell("*", Claims({"Content-Encoding": "gzip" if layers == 1 else "gzip, gzip"}, body=bomb))
    with pytest.raises(TooLarge if layers == 1 else Unreachable):
        web.get(httpd.url, max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("encoding", "body", "match"),
    [
        ("br", b"x", "br"),
        ("zstd", b"x", "zstd"),
        ("deflate", b"x", "deflate"),
        ("gzip", b"no gzip", "is none"),
        ("gzip", gzip.compress(b"Words " * 99)[:-9], "too early"),
        ("gzip", gzip.compress(b"Words")[:3], "too early"),
    ],
    ids=["brotli", "zstd", "deflate", "no gzip", "cut gzip", "cut gzip's head"],
)
def test_what_was_compressed_otherwise_or_cut_is_a_clear_error(
    web: Web, httpd: Httpd, encoding: str, body: bytes, match: str
) -> None:
    httpd.tell("*", Claims({"Content-Encoding": encoding}, body=body))
    with pytest.raises(Unreachable, match=match):
        web.get(httpd.url, max_bytes=10_000)


def test_a_connection_that_is_lost_is_no_short_answer(web: Web, httpd: Httpd) -> None:
    httpd.tell("long", Cut(after=500))
    with pytest.raises(Unreachable):
        web.get(f"{httpd.url}long", max_bytes=10_000)


@pytest.mark.parametrize(
    ("mode", "deadlines"),
    [
        (Drip(), Deadlines(drip_seconds=0.3, drip_bytes_per_second=1024.0)),
        (Drip(), Deadlines(overall_seconds=0.3)),
        (Stall(), Deadlines(silence_seconds=0.2)),
        (Stall(after=20), Deadlines(silence_seconds=0.2)),
    ],
    ids=["drips", "takes too long", "says nothing", "falls silent"],
)
def test_time_is_bounded(httpd: Httpd, mode: Drip | Stall, deadlines: Deadlines) -> None:
    httpd.tell("*", mode)
    with pytest.raises(TooSlow):
        Web(allow_private=True, deadlines=deadlines).get(f"{httpd.url}long", max_bytes=100_000)


def test_the_time_of_all_redirects_together_is_bounded(httpd: Httpd) -> None:
    def slowly(handler: Handler, file: Path | None) -> None:
        handler.wait(0.15)
        handler.answer(302, b"", Location="/on")

    httpd.tell("*", slowly)
    with pytest.raises(TooSlow):
        Web(allow_private=True, deadlines=Deadlines(overall_seconds=0.4)).get(httpd.url, max_bytes=100)
    assert httpd.requests <= 4


# -- what is said ------------------------------------------------------------------------------------------------------


def test_every_request_says_the_same_few_words_and_no_cookies(web: Web, httpd: Httpd) -> None:
    httpd.tell("set", Claims({"Set-Cookie": "id=7", "ETag": '"7"'}, body=b""))
    httpd.tell("on", Redirect("/page.html"))
    web.get(f"{httpd.url}set", max_bytes=100)
    web.get(f"{httpd.url}on", max_bytes=100, accept="image/*", headers={"If-None-Match": '"x"'})
    first, *others = [asked.headers for asked in httpd.log]
    assert first == {
        "host": f"127.0.0.1:{httpd.port}", "user-agent": "tamizdat", "accept": "*/*", "accept-encoding": "gzip"
    }  # fmt: skip
    assert others[0] == others[1] == {**first, "accept": "image/*", "if-none-match": '"x"'}


@pytest.mark.parametrize("status", [200, 204, 304, 400, 401, 403, 404, 410, 500])
def test_an_answer_is_an_answer_whatever_its_status(web: Web, httpd: Httpd, status: int) -> None:
    httpd.tell("*", Status(status))
    assert web.get(httpd.url, max_bytes=100).status == status


def test_nothing_new_is_an_answer_however_long_what_is_there_may_be(web: Web, httpd: Httpd) -> None:
    httpd.tell("*", lambda handler, file: handler.start(304, {"Content-Length": "99999999"}))
    assert web.get(httpd.url, max_bytes=100, headers={"If-None-Match": '"x"'}).status == 304


def test_kept_connections_are_used_again_and_a_closed_one_is_no_failure(web: Web, httpd: Httpd) -> None:
    for _ in range(3):
        web.get(f"{httpd.url}page.html", max_bytes=100)
    assert len({asked.client for asked in httpd.log}) == 1
    httpd.tell("*", lambda handler, file: (handler.answer(200, b""), handler.hang_up())[0])
    for _ in range(3):
        assert web.get(f"{httpd.url}bye", max_bytes=100).status == 200


def test_a_host_that_is_not_there_is_said_and_known_after_the_second_time(wire: Wire) -> None:
    web = wire.web()
    for times in range(2):
        assert web.is_failing("https://gone.example/x") is False, times
        with pytest.raises(Unreachable, match=r"gone\.example can't be looked up"):
            web.get("https://gone.example/x", max_bytes=100)
    assert web.is_failing("https://gone.example/y")
    assert not web.is_failing("https://news.example/")


def test_a_host_that_answers_again_is_failing_no_more(web: Web, httpd: Httpd) -> None:
    httpd.tell("*", lambda handler, file: handler.hang_up())
    for _ in range(2):
        with pytest.raises(Unreachable):
            web.get(httpd.url, max_bytes=100)
    httpd.tell("*", None)
    assert web.is_failing(httpd.url)
    web.get(f"{httpd.url}page.html", max_bytes=100)
    assert not web.is_failing(httpd.url)


# -- manners -----------------------------------------------------------------------------------------------------------


def test_a_host_is_left_alone_for_a_moment_between_requests_and_others_needn_t_wait(wire: Wire) -> None:
    time = Time()
    web = wire.web(clock=time.clock, manners=Manners(pause_seconds=0.5))
    web.get("http://news.example/page.html", max_bytes=100)
    web.get("http://cdn.example/page.html", max_bytes=100)
    assert time.pauses == []
    web.get("http://news.example/page.html", max_bytes=100)
    assert time.pauses == [0.5]


def busy(times: int, status: int, **headers: str) -> object:
    def mode(handler: Handler, file: Path | None) -> None:
        nonlocal times
        times -= 1
        if times < 0:
            return handler.answer(200, b"ready")
        return handler.answer(status, b"busy", **headers)

    return mode


@pytest.mark.parametrize(
    ("times", "status", "headers", "pauses", "outcome"),
    [
        (1, 429, {"Retry_After": "7"}, [7], 200),
        (1, 503, {"Retry_After": formatdate(1_030.0, usegmt=True)}, [30], 200),
        (2, 503, {}, [2, 4], 200),
        (1, 429, {"Retry_After": formatdate(10.0, usegmt=True)}, [0], 200),
        (1, 429, {"Retry_After": "soon"}, [2], 200),
        (9, 429, {"Retry_After": "1"}, [1, 1, 1], 429),
        (1, 429, {"Retry_After": "3600"}, [], 429),
        (1, 429, {"Retry_After": "99999999999999999999"}, [2], 200),
        (1, 500, {"Retry_After": "1"}, [], 500),
    ],
)
def test_a_busy_host_is_left_alone_for_as_long_as_it_asks_within_bounds(
    httpd: Httpd, times: int, status: int, headers: dict[str, str], pauses: list[int], outcome: int
) -> None:
    time = Time()
    httpd.tell("*", busy(times, status, **headers))  # type: ignore[arg-type]
    web = Web(allow_private=True, clock=time.clock)
    assert web.get(httpd.url, max_bytes=100).status == outcome
    assert time.pauses == pauses


def test_a_host_that_stays_busy_is_known_after_the_second_time(httpd: Httpd) -> None:
    httpd.tell("*", busy(99, 429, Retry_After="3600"))  # type: ignore[arg-type]
    web = Web(allow_private=True, clock=Time().clock)
    assert [web.get(httpd.url, max_bytes=100).status for _ in range(2)] == [429, 429]
    assert web.is_failing(httpd.url)
    httpd.tell("*", None)
    web.get(f"{httpd.url}page.html", max_bytes=100)
    assert not web.is_failing(httpd.url)


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "1.5", "٣", "Mon, 99 Jan 2026 00:00:00 GMT", "Mon, 01 Jan -1 00:00:00 GMT"]
)
def test_a_retry_after_that_says_nothing_readable_says_nothing(text: str) -> None:
    assert retry_after(text, now=0.0) is None


# -- proxies -----------------------------------------------------------------------------------------------------------


def test_behind_a_proxy_names_are_its_affair_and_private_spellings_are_refused(wire: Wire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    web = Web(proxy=f"socks5h://127.0.0.1:{port}", resolver=wire.resolve)
    for url in INSIDE:
        with pytest.raises(ForbiddenAddress):
            web.get(url, max_bytes=100)
    assert wire.looked_up == []
    with pytest.raises(UsageError):
        Web(proxy="nonsense")


def test_an_http_proxy_is_asked_for_names_that_this_machine_never_looks_up(httpd: Httpd) -> None:
    httpd.tell("*", Claims({}, body=b"by proxy"))
    with Httpd(httpd.folder) as proxy:
        proxy.tell("*", Claims({}, body=b"by proxy"))
        web = Web(proxy=f"http://127.0.0.1:{proxy.port}")
        assert web.get("http://news.example/x", max_bytes=100).body == b"by proxy"
        assert proxy.paths == ["http://news.example/x"]


@pytest.mark.parametrize("mode", [Status(407), lambda handler, file: handler.hang_up()])
def test_what_a_proxy_gets_wrong_is_a_typed_error_or_an_answer(httpd: Httpd, mode: object) -> None:
    httpd.tell("*", mode)  # type: ignore[arg-type]
    web = Web(proxy=f"http://127.0.0.1:{httpd.port}")
    with pytest.raises(TransportError):
        web.get("https://news.example/x", max_bytes=100)


NO_HTTP = {
    "nothing": b"",
    "nonsense": b"nonsense\r\n\r\n",
    "no status": b"HTTP/1.1 999999 x\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    "TLS": b"\x16\x03\x01" * 9,
    "no chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("what", NO_HTTP)
def test_what_is_no_http_is_a_typed_error(web: Web, httpd: Httpd, what: str) -> None:
    def mode(handler: Handler, file: Path | None) -> None:
        handler.wfile.write(NO_HTTP[what])
        handler.hang_up()

    httpd.tell("*", mode)
    with pytest.raises(Unreachable):
        web.get(httpd.url, max_bytes=100)
