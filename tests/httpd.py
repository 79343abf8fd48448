"""A real HTTP server for tests: serves a folder, writes down what was asked, and misbehaves as it is told.

with Httpd(folder) as httpd:
    httpd.tell("head.tar.zst", Cut(after=100))
    ...
    assert httpd.requests == 2
"""

import datetime
import hashlib
import ipaddress
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PORTAL = b"<!doctype html><title>Welcome</title><p>Please log in to use this network."


@dataclass
class Asked:
    """One request and what became of it. `sent`: bytes of its body."""

    method: str
    path: str
    headers: dict[str, str]
    client: tuple[str, int]
    status: int = 0
    sent: int = 0


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"
    asked: Asked

    def do_GET(self) -> None:
        path = unquote(self.path.removeprefix(self.server.httpd.prefix))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.command, path, headers, self.client_address[:2])
        self.server.httpd.log.append(self.asked)
        httpd = self.server.httpd
        mode = httpd.modes.get(path) or httpd.modes.get("*") or serve
        try:
            mode(self, self.server.httpd.file(path))
        except OSError:
            self.close_connection = True

    do_HEAD = do_GET  # noqa: N815

    def start(self, status: int, headers: dict[str, str]) -> None:
        """Send a status line and headers."""
        self.asked.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        """Send part of a body, and count it."""
        if self.command != "HEAD":
            self.wfile.write(data)
            self.wfile.flush()
            self.asked.sent += len(data)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole response."""
        self.start(status, {"Content-Length": str(len(body)), **_dashed(headers)})
        self.send(body)

    def hang_up(self) -> None:
        self.close_connection = True

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than the server lives. Says whether it still does."""
        return not self.server.httpd.stopping.wait(seconds)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


Mode = Callable[[Handler, Path | None], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    httpd: "Httpd"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what many tests are about."""


@dataclass
class Httpd:
    """The server. `modes`: how to answer for a path, or for "*"; plain serving otherwise."""

    folder: Path
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    prefix: str = "/"
    modes: dict[str, Mode] = field(default_factory=dict[str, Mode])
    log: list[Asked] = field(default_factory=list[Asked])
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        kind = type("_Server6", (_Server,), {"address_family": 10}) if ":" in self.host else _Server
        self._server = kind((self.host, 0), Handler)
        self._server.httpd = self
        if self.tls:
            # The handshake belongs to the connection's own thread, not to the one that accepts.
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{self.prefix}"

    @property
    def requests(self) -> int:
        return len(self.log)

    @property
    def bytes(self) -> int:
        """Of all bodies that were sent."""
        return sum(asked.sent for asked in self.log)

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.log]

    def forget(self) -> None:
        """Start counting anew."""
        self.log.clear()

    def tell(self, path: str, mode: Mode | None) -> None:
        """Answer so for `path` ("*": every other) from now on; None: as it should be."""
        if mode is None:
            self.modes.pop(path, None)
        else:
            self.modes[path] = mode

    def file(self, path: str) -> Path | None:
        """The file of that path."""
        found = (self.folder / path).resolve()
        return found if found.is_relative_to(self.folder.resolve()) and found.is_file() else None


# -- how to answer -----------------------------------------------------------------------------------------------------


def serve(handler: Handler, file: Path | None) -> None:
    """As a good server does: ETag and Last-Modified, 304, single ranges, 416, 404."""
    if file is None:
        return handler.answer(404, b"no such file")
    data, headers = file.read_bytes(), handler.asked.headers
    tags = {
        "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
        "Last-Modified": formatdate(file.stat().st_mtime, usegmt=True),
    }
    if _unchanged(headers, tags):
        return handler.start(304, tags)
    span = _span(headers.get("range", ""), len(data))
    if span is None:
        return handler.answer(200, data, **tags)
    start, end = span
    if start >= end:
        return handler.answer(416, Content_Range=f"bytes */{len(data)}")
    return handler.answer(206, data[start:end], Content_Range=f"bytes {start}-{end - 1}/{len(data)}", **tags)


def no_ranges(handler: Handler, file: Path | None) -> None:
    """The whole file, whatever part was asked for."""
    handler.answer(200, file.read_bytes()) if file else handler.answer(404)


def portal(handler: Handler, file: Path | None) -> None:
    """A captive portal: 200 and HTML for everything."""
    handler.answer(200, PORTAL, Content_Type="text/html")


def endless(handler: Handler, file: Path | None) -> None:
    """A body that never ends, and doesn't say how long it is."""
    handler.start(200, {"Connection": "close"})
    handler.hang_up()
    while handler.wait(0):
        handler.send(b"\0" * 65536)


def chunked(handler: Handler, file: Path | None) -> None:
    """The file in chunks, without a length."""
    handler.start(200, {"Transfer-Encoding": "chunked"})
    data = file.read_bytes() if file else b""
    for start in range(0, len(data), 1000):
        piece = data[start : start + 1000]
        handler.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.send(b"0\r\n\r\n")


def unsolicited_part(handler: Handler, file: Path | None) -> None:
    """206 to whoever asked for the whole."""
    data = file.read_bytes() if file else b""
    handler.answer(206, data[:10], Content_Range=f"bytes 0-9/{len(data)}")


def slow_headers(handler: Handler, file: Path | None) -> None:
    """A header line that grows by a byte now and then, and never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while handler.wait(0.02):
        handler.wfile.write(b"z")
        handler.wfile.flush()


def hang_up(handler: Handler, file: Path | None) -> None:
    """No answer at all."""
    handler.hang_up()


@dataclass
class Cut:
    """Loses the connection after so many bytes of the part that was asked for."""

    after: int
    times: int = 1_000_000

    def __call__(self, handler: Handler, file: Path | None) -> None:
        if file is None or self.times == 0:
            return serve(handler, file)
        self.times -= 1
        data = file.read_bytes()
        start, end = _span(handler.asked.headers.get("range", ""), len(data)) or (0, len(data))
        about = {"Content-Length": str(end - start)}
        if start:
            about["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
        handler.start(206 if start else 200, about)
        handler.send(data[start : min(start + self.after, end)])
        return handler.hang_up()


@dataclass
class Drip:
    """Sends the file byte by byte, with pauses."""

    seconds: float = 0.02

    def __call__(self, handler: Handler, file: Path | None) -> None:
        data = file.read_bytes() if file else b""
        handler.start(200, {"Content-Length": str(len(data))})
        for index in range(len(data)):
            if not handler.wait(self.seconds):
                return
            handler.send(data[index : index + 1])


@dataclass
class Stall:
    """Falls silent after so many bytes (None: before the first word), and stays."""

    after: int | None = None

    def __call__(self, handler: Handler, file: Path | None) -> None:
        data = file.read_bytes() if file else b""
        if self.after is not None:
            handler.start(200, {"Content-Length": str(len(data))})
            handler.send(data[: self.after])
        handler.wait(600)
        handler.hang_up()


@dataclass
class Redirect:
    """Sends on to `location`."""

    location: str
    status: int = 302

    def __call__(self, handler: Handler, file: Path | None) -> None:
        handler.answer(self.status, b"over there", Location=self.location)


@dataclass
class Status:
    """Answers with this status."""

    status: int

    def __call__(self, handler: Handler, file: Path | None) -> None:
        handler.answer(self.status, b"" if self.status in (204, 304) else b"<h1>no</h1>")


@dataclass
class Claims:
    """Sends the whole file with headers that say something else, to those who ask for a part with this status."""

    headers: dict[str, str]
    status: int = 200
    body: bytes | None = None

    def __call__(self, handler: Handler, file: Path | None) -> None:
        if self.status in (206, 416) and "range" not in handler.asked.headers:
            return serve(handler, file)
        body = self.body if self.body is not None else file.read_bytes() if file else b""
        handler.start(self.status, {"Content-Length": str(len(body)), **self.headers})
        return handler.send(body)


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _unchanged(asked: dict[str, str], tags: dict[str, str]) -> bool:
    if "if-none-match" in asked:
        return tags["ETag"] in re.split(r"\s*,\s*", asked["if-none-match"])
    if "if-modified-since" in asked:
        return parsedate_to_datetime(tags["Last-Modified"]) <= parsedate_to_datetime(asked["if-modified-since"])
    return False


def _span(text: str, size: int) -> tuple[int, int] | None:
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", text)
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


# -- certificates ------------------------------------------------------------------------------------------------------


def certificates(folder: Path, *names: str, days: tuple[int, int] = (-1, 1)) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's TLS context: a certificate for `names` (127.0.0.1 if none) that holds these `days`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names or ("127.0.0.1",)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(pem + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
