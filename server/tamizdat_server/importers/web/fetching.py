"""What is fetched of other people's sites: hostile, so bounded in bytes and time; never the newsroom's own network."""

import ssl
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, Protocol

import httpcore
import httpx
import msgspec

from tamizdat.errors import TooLarge, TooSlow, Unreachable
from tamizdat.transport.network import Deadlines, Resolver, Watch, WatchedNetwork
from tamizdat.transport.proxy import parse_proxy
from tamizdat.transport.wire import REDIRECTS, get_request, header_map, mozilla_tls, wrapped
from tamizdat_server.importers.web.addresses import WebPolicy, bad_redirect, origin_of
from tamizdat_server.importers.web.manners import BUSY, Clock, Hosts, Manners
from tamizdat_server.importers.web.unpacking import BadBody, OverLimit, read_body

MAX_REDIRECTS: Final = 5
DEADLINES: Final = Deadlines(drip_seconds=20.0, drip_bytes_per_second=1024.0, overall_seconds=300.0)
_KEEP_SECONDS: Final = 15.0


class Fetched(msgspec.Struct, frozen=True):
    """An answer, whole: `url` is where it came from in the end; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher(Protocol):
    """Fetches from the open web, bounded in bytes, time and redirects; never from private addresses unless told."""

    def get(self, url: str, *, max_bytes: int, accept: str = "*/*", headers: Mapping[str, str] = {}) -> Fetched:
        """The answer, whatever its status. Raises: TransportError (ForbiddenAddress, TooLarge, TooSlow …)."""
        ...

    def is_failing(self, url: str) -> bool:
        """Whether its host couldn't be reached, or was busy, the last two times: hardly worth asking once more.

        Raises: ForbiddenAddress.
        """
        ...


class Web:
    """The open web, seen by one thread at a time. No cookies, no names: every request says the same few words.

    Connections are made to the very addresses that were checked. Behind a `proxy` (socks5h, socks5, http or https URL)
    names are resolved by it, and what they resolve to is its own affair; private spellings are refused all the same.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        proxy: str | None = None,
        deadlines: Deadlines = DEADLINES,
        manners: Manners | None = None,
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        """Raises: UsageError where `proxy` is no address."""
        self._policy = WebPolicy(allow_private=allow_private, proxied=proxy is not None)
        self._deadlines = deadlines
        self._network = WatchedNetwork(self._policy, deadlines, resolver)
        self._hosts = Hosts(manners or Manners(), clock or Clock())
        self._proxy_name, parsed = parse_proxy(proxy) if proxy is not None else ("", None)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or mozilla_tls(),
            proxy=parsed,
            max_connections=4,
            keepalive_expiry=_KEEP_SECONDS,
            network_backend=self._network,
        )

    def get(self, url: str, *, max_bytes: int, accept: str = "*/*", headers: Mapping[str, str] = {}) -> Fetched:
        """The answer at the end of at most five redirects, whatever its status; a busy host is asked again.

        `max_bytes`: of the body, decompressed. Raises: ForbiddenAddress, BadRedirect, TooLarge, TooSlow, Unreachable.
        """
        asked = self._policy.url(url)
        words = {"Accept": accept, "Accept-Encoding": "gzip", **headers}
        attempt = 0
        while True:
            found = self._follow(asked, words, max_bytes)
            if found.status not in BUSY:
                return found
            if not self._hosts.rest(attempt, found.headers):
                self._hosts.failed(asked.host)
                return found
            attempt += 1

    def is_failing(self, url: str) -> bool:
        """Whether its host couldn't be reached, or was busy, the last two times. Raises: ForbiddenAddress."""
        return self._hosts.is_failing(self._policy.url(url).host)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _follow(self, url: httpx.URL, words: Mapping[str, str], max_bytes: int) -> Fetched:
        end = time.monotonic() + self._deadlines.overall_seconds
        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            found = self._ask(asked, words, max_bytes=max_bytes, seconds=end - time.monotonic())
            if found.status not in REDIRECTS or "location" not in found.headers:
                return found
            asked = self._policy.redirected(asked, found.headers["location"])
        raise bad_redirect(url, f"{asked}, and on and on")

    def _ask(self, url: httpx.URL, words: Mapping[str, str], *, max_bytes: int, seconds: float) -> Fetched:
        self._hosts.wait(url.host)
        deadlines = msgspec.structs.replace(self._deadlines, overall_seconds=max(seconds, 0.0))
        watch = Watch(deadlines, where=origin_of(url), path=url.path, proxied=self._policy.proxied)
        try:
            with self._exchange(url, words, watch) as response:
                found = self._whole(url, response, max_bytes)
        except (Unreachable, TooSlow):
            self._hosts.failed(url.host)
            raise
        self._hosts.done(url.host, is_busy=found.status in BUSY)
        return found

    @contextmanager
    def _exchange(self, url: httpx.URL, words: Mapping[str, str], watch: Watch) -> Generator[httpcore.Response]:
        def failure(reason: str) -> Unreachable:
            return _unreachable(url, reason)

        with self._network.watching(watch), wrapped(watch, failure, proxy=self._proxy_name):
            try:
                response = self._send(get_request(url, words), watch)
            except BaseException:
                # The client forgets connections on which a proxy failed.
                if watch.opened:
                    watch.opened.close()
                raise
            try:
                yield response
            finally:
                response.close()

    def _send(self, request: httpcore.Request, watch: Watch) -> httpcore.Response:
        while True:
            try:
                return self._pool.handle_request(request)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                # A kept connection that the server had closed by now is no failure: the next one, at last a new one.
                if watch.opened or watch.heard:
                    raise

    def _whole(self, url: httpx.URL, response: httpcore.Response, max_bytes: int) -> Fetched:
        headers = header_map(response.headers)
        # With 304 it is the length of what isn't sent.
        length = headers.get("content-length", "") if response.status != HTTPStatus.NOT_MODIFIED else ""
        try:
            if length.isdecimal() and int(length[:20]) > max_bytes:
                raise OverLimit
            encoding = headers.get("content-encoding", "")
            body = read_body(response.iter_stream(), encoding=encoding, limit=max_bytes)
        except OverLimit as error:
            raise TooLarge(where=origin_of(url), path=url.path, limit=max_bytes) from error
        except BadBody as error:
            raise _unreachable(url, str(error)) from error
        return Fetched(str(url), response.status, headers, body)


def _unreachable(url: httpx.URL, reason: str) -> Unreachable:
    return Unreachable(where=origin_of(url), path=url.path, reason=reason)
