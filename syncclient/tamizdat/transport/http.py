"""A copy of a publication on a web server. docs/format.md, section 10, lists what is asked and what is refused."""

import re
import ssl
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpcore
import httpx
import msgspec

from tamizdat.errors import BadRedirect, FileMissing, TooLarge, TransportError, Unreachable
from tamizdat.transport.base import HeldHead, Meter, check_path
from tamizdat.transport.conditions import conditions
from tamizdat.transport.inbox import Inbox
from tamizdat.transport.network import Deadlines, Resolver, Watch, WatchedNetwork
from tamizdat.transport.policy import AddressPolicy, redirected
from tamizdat.transport.proxy import parse_proxy
from tamizdat.transport.wire import REDIRECTS, get_request, header_map, mozilla_tls, wrapped

MAX_REDIRECTS: Final = 3
MAX_CONNECTIONS: Final = 8
KEEP_SECONDS: Final = 15.0
DRAIN_BYTES: Final = 16 * 1024
_MISSING: Final = (403, 404, 410)
_CONTENT_RANGE: Final = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.ASCII)


class Answer(msgspec.Struct, frozen=True):
    """A response whose body has not been read yet. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes]

    @property
    def length(self) -> int | None:
        """What Content-Length says."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() else None

    def content_range(self) -> tuple[int | None, int | None, int | None]:
        """Start, end (inclusive) and total of Content-Range; None for what it doesn't say."""
        found = _CONTENT_RANGE.fullmatch(self.headers.get("content-range", ""))
        start, end, total = found.groups() if found else (None, None, None)
        return _number(start), _number(end), _number(total)

    def goes_on_at(self, start: int) -> bool:
        """Whether the body is everything from byte `start` on."""
        first, last, total = self.content_range()
        length = self.length
        whole = first == start and last is not None and last >= start and total in (None, last + 1)
        return whole and length in (None, (last or 0) + 1 - start)


class HttpTransport:
    """Reads a publication below `url`, over a few kept connections, directly or through a proxy."""

    def __init__(
        self,
        url: str,
        *,
        meter: Meter,
        proxy: str | None = None,
        typed: bool = False,
        allow_private: bool = False,
        deadlines: Deadlines | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        """`typed`: the reader typed `url` himself. `proxy`: socks5h, socks5, http or https URL; it resolves the names.

        Raises: ForbiddenAddress; UsageError where `proxy`, or a typed `url`, is no address.
        """
        policy = AddressPolicy(typed=typed, allow_private=allow_private, proxied=proxy is not None)
        self._base = policy.base(url)
        self.where = str(self._base)
        self._meter, self._proxied = meter, proxy is not None
        self._deadlines = deadlines or Deadlines()
        self._network = WatchedNetwork(policy, self._deadlines, resolver)
        self._lock = threading.Lock()
        self._busy = 0
        self._closed = False
        self._proxy_name, parsed = parse_proxy(proxy) if proxy is not None else ("", None)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or mozilla_tls(),
            proxy=parsed,
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEP_SECONDS,
            network_backend=self._network,
        )

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:
        """As `Transport.fetch`. A full `partial` is taken for the file without asking; the caller checks it anyway."""
        check_path(path)
        with Inbox(partial, limit=max_bytes) as inbox:
            if not inbox.full:
                self._download(path, inbox, max_bytes)
            return bytes(inbox.data)

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        """As `Transport.fetch_head`. Nothing that a server said earlier is echoed: its ETag could name the reader."""
        check_path(path)
        asked = self._ask(path, conditions(held) if held else {})
        with asked as answer, Inbox(None, limit=max_bytes) as inbox:
            if answer.status == HTTPStatus.NOT_MODIFIED and held:
                return None
            if answer.status != HTTPStatus.OK:
                raise self._refusal(path, answer)
            self._receive(path, answer, inbox, max_bytes)
            return bytes(inbox.data)

    def close(self) -> None:
        """Close all connections; those in use, once their threads have noticed."""
        with self._lock:
            self._closed = True
            idle = not self._busy
        if idle:
            self._pool.close()

    # -- one file ----------------------------------------------------------------------------------------------------

    def _download(self, path: str, inbox: Inbox, max_bytes: int) -> None:
        start = len(inbox)
        with self._ask(path, {"Range": f"bytes={start}-"} if start else {}) as answer:
            if answer.status == HTTPStatus.OK:
                inbox.discard()
                return self._receive(path, answer, inbox, max_bytes)
            if not start or answer.status not in (206, 416):
                raise self._refusal(path, answer)
            if answer.status == HTTPStatus.PARTIAL_CONTENT and answer.goes_on_at(start):
                return self._receive(path, answer, inbox, max_bytes)
            if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and answer.content_range()[2] == start:
                return None
        # The partial file is none of this file, or the server is lost in ranges: once more from the start.
        inbox.discard()
        return self._download(path, inbox, max_bytes)

    def _receive(self, path: str, answer: Answer, inbox: Inbox, max_bytes: int) -> None:
        encoding = answer.headers.get("content-encoding", "identity").lower()
        # Some servers tell a file's own compression by this header; what arrives is the file all the same.
        if encoding not in ("", "identity") and not (encoding == "zstd" and path.endswith(".zst")):
            raise self._unreachable(path, f"it sends {encoding[:20]} although plain bytes were asked for")
        last = answer.content_range()[1] if answer.status == HTTPStatus.PARTIAL_CONTENT else None
        if not inbox.fits(answer.length or 0) or (last or 0) >= max_bytes:
            raise TooLarge(where=self.where, path=path, limit=max_bytes)
        for piece in answer.body:
            self._meter.received(len(piece))
            if not inbox.fits(len(piece)):
                inbox.discard()
                raise TooLarge(where=self.where, path=path, limit=max_bytes)
            inbox.add(piece)
            if self._closed:
                raise self._unreachable(path, "it isn't needed any more")
        if last is not None and len(inbox) != last + 1:
            inbox.discard()
            raise self._unreachable(path, "it sends another part of the file than it says")

    def _refusal(self, path: str, answer: Answer) -> TransportError:
        self._drain(answer)
        if answer.status in _MISSING:
            return FileMissing(where=self.where, path=path)
        if answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return self._unreachable(path, f"the proxy {self._proxy_name} wants a user name and password")
        return self._unreachable(path, f"it answers {_status_name(answer.status)}")

    def _drain(self, answer: Answer) -> None:
        """Read a short error page to its end, so that the connection can be kept: each root walk ends with a 404."""
        if (answer.length or 0) > DRAIN_BYTES:
            return
        count = 0
        for piece in answer.body:
            self._meter.received(len(piece))
            count += len(piece)
            if count > DRAIN_BYTES:
                return

    # -- one request -------------------------------------------------------------------------------------------------

    @contextmanager
    def _ask(self, path: str, headers: Mapping[str, str]) -> Generator[Answer]:
        """The answer at the end of at most three redirects within the same origin."""
        url = self._base.join(path)
        for _ in range(MAX_REDIRECTS + 1):
            with self._exchange(path, url, headers) as answer:
                if answer.status not in REDIRECTS:
                    yield answer
                    return
                self._drain(answer)
                url = self._follow(path, url, answer.headers.get("location", ""))
        raise BadRedirect(where=self.where, path=path, target=f"{url}, and on and on")

    def _follow(self, path: str, url: httpx.URL, location: str) -> httpx.URL:
        target = redirected(url, location) if location else None
        if target is None:
            raise BadRedirect(where=self.where, path=path, target=location[:200] or "nowhere")
        if target.scheme != self._base.scheme:
            self._base = self._base.copy_with(scheme=target.scheme)
        return target

    @contextmanager
    def _exchange(self, path: str, url: httpx.URL, headers: Mapping[str, str]) -> Generator[Answer]:
        watch = Watch(self._deadlines, where=self.where, path=path, proxied=self._proxied)
        with self._in_use(path), self._network.watching(watch), self._wrapped(path, watch):
            try:
                response = self._send(url, headers, watch)
            except BaseException:
                # The client forgets connections on which a proxy failed.
                if watch.opened:
                    watch.opened.close()
                raise
            try:
                yield Answer(response.status, header_map(response.headers), response.iter_stream())
            finally:
                response.close()

    @contextmanager
    def _in_use(self, path: str) -> Generator[None]:
        """Nobody's connection is closed from another thread: its number could be somebody else's by then."""
        with self._lock:
            if self._closed:
                raise self._unreachable(path, "it isn't needed any more")
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1
                last = self._closed and not self._busy
            if last:
                self._pool.close()

    def _send(self, url: httpx.URL, headers: Mapping[str, str], watch: Watch) -> httpcore.Response:
        while True:
            self._meter.asked()
            try:
                return self._pool.handle_request(get_request(url, headers))
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                # A kept connection that the server had closed by now is no failure: the next one, at last a new one.
                if watch.opened or watch.heard:
                    raise

    def _wrapped(self, path: str, watch: Watch) -> AbstractContextManager[None]:
        return wrapped(watch, lambda reason: self._unreachable(path, reason), proxy=self._proxy_name)

    def _unreachable(self, path: str, reason: str) -> Unreachable:
        return Unreachable(where=self.where, path=path, reason=reason)


def _status_name(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _number(text: str | None) -> int | None:
    return int(text) if text and text != "*" else None
