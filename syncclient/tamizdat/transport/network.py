"""Connections under watch: made only to addresses that were checked, read only while the other side keeps its pace."""

import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import msgspec

from tamizdat.errors import TooSlow
from tamizdat.transport.policy import AddressPolicy

Resolver = Callable[[str, int], list[str]]
MAX_ADDRESSES: Final = 6
_BY_THE_CLOCK: Final = ("certificate is not yet valid", "certificate has expired")


class Deadlines(msgspec.Struct, frozen=True):
    """How long to wait for a mirror. Behind a proxy silence may last longer: a Tor circuit takes its time."""

    connect_seconds: float = 10.0
    silence_seconds: float = 20.0
    proxied_silence_seconds: float = 60.0
    drip_seconds: float = 60.0
    drip_bytes_per_second: float = 256.0
    overall_seconds: float = 1800.0


class Watch:
    """The pace of one request, headers and body alike: no long silence, no drip, an end in sight.

    `opened`: the connection that was made for it, unless a kept one served. `heard`: some of the answer has arrived.
    """

    def __init__(self, deadlines: Deadlines, *, where: str, path: str, proxied: bool = False) -> None:
        self._deadlines, self._where, self._path = deadlines, where, path
        self._silence = deadlines.proxied_silence_seconds if proxied else deadlines.silence_seconds
        self._end = time.monotonic() + deadlines.overall_seconds
        self._window: tuple[float, int] | None = None
        self.opened: httpcore.NetworkStream | None = None
        self.heard = False

    def patience(self) -> float:
        """Seconds that the next read or write may take. Raises: TooSlow."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self._too_slow(f"not done after {self._deadlines.overall_seconds:g} seconds")
        return min(left, self._silence)

    def sent(self) -> None:
        """Something was sent: until the answer begins it is silence that counts, not pace."""
        self._window = None

    def received(self, count: int) -> None:
        """Note `count` bytes off the wire. Raises: TooSlow where they drip."""
        self.heard = True
        now = time.monotonic()
        start, before = self._window or (now, 0)
        elapsed, total = now - start, before + count
        if elapsed < self._deadlines.drip_seconds:
            self._window = start, total
        elif total < self._deadlines.drip_bytes_per_second * elapsed:
            raise self._too_slow(f"only {total} bytes in {elapsed:.0f} seconds")
        else:
            self._window = now, 0

    def silent(self) -> TooSlow:
        """The error for a read or write that took longer than `patience`."""
        self.patience()
        return self._too_slow(f"silent for {self._silence:g} seconds")

    def _too_slow(self, reason: str) -> TooSlow:
        return TooSlow(where=self._where, path=self._path, reason=reason)


class WatchedNetwork(httpcore.NetworkBackend):
    """What the HTTP client opens its connections with. Each thread's request is under its own watch."""

    def __init__(self, policy: AddressPolicy, deadlines: Deadlines, resolver: Resolver | None = None) -> None:
        self._policy, self._deadlines = policy, deadlines
        self._resolver = resolver or look_up
        self._inner = httpcore.SyncBackend()
        self._current = threading.local()

    @contextmanager
    def watching(self, watch: Watch) -> Generator[None]:
        """Put what this thread reads and writes under `watch`."""
        self._current.watch = watch
        try:
            yield
        finally:
            del self._current.watch

    @property
    def watch(self) -> Watch:
        """The watch over this thread's request."""
        return self._current.watch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (our own deadlines count)
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to one of the addresses that `host` resolves to and the policy permits, and to no other.

        Raises: httpcore.ConnectError, with a reason to show; ForbiddenAddress.
        """
        try:
            end = time.monotonic() + self._deadlines.connect_seconds
            found = resolve(self._resolver, host, port, seconds=self._deadlines.connect_seconds)
            # Connecting to the very addresses that were checked: a name can't change its mind in between.
            self.watch.opened = self._connect(self._policy.permitted(host, found)[:MAX_ADDRESSES], port, end)
            return WatchedStream(self.watch.opened, self)
        except OSError as error:
            blamed = f"the proxy {host}:{port} can't be reached: " if self._policy.proxied else ""
            raise httpcore.ConnectError(f"{blamed}{error.strerror or error}") from error

    def _connect(self, addresses: list[str], port: int, end: float) -> httpcore.NetworkStream:
        failure: Exception = OSError("the name leads nowhere")
        for index, address in enumerate(addresses):
            # No address may use up the time of those after it: a broken IPv6 is common.
            share = max((end - time.monotonic()) / (len(addresses) - index), 0.01)
            try:
                return self._inner.connect_tcp(address, port, share)
            except httpcore.ConnectTimeout:
                failure = TimeoutError(f"no connection within {self._deadlines.connect_seconds:g} seconds")
            except httpcore.ConnectError as error:
                failure = OSError(plain(error))
        raise failure


class WatchedStream(httpcore.NetworkStream):
    """A connection whose every read and write is under the watch of the request it serves."""

    def __init__(self, inner: httpcore.NetworkStream, network: WatchedNetwork) -> None:
        self._inner, self._network = inner, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        watch = self._network.watch
        try:
            data = self._inner.read(max_bytes, watch.patience())
        except httpcore.ReadTimeout as error:
            raise watch.silent() from error
        if data:
            watch.received(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        watch = self._network.watch
        try:
            self._inner.write(buffer, watch.patience())
        except httpcore.WriteTimeout as error:
            raise watch.silent() from error
        watch.sent()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._network.watch.patience())
        return WatchedStream(inner, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of `host`, as the system knows them. Raises: OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("not a name that can be looked up") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def resolve(resolver: Resolver, host: str, port: int, *, seconds: float) -> list[str]:
    """What `resolver` says, within `seconds`; the system's own resolver knows no deadline. Raises: OSError."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except OSError as error:
            answers.put(error)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty as error:
        raise TimeoutError(f"the name {host} could not be looked up within {seconds:g} seconds") from error
    if isinstance(answer, OSError):
        raise OSError(f"the name {host} can't be looked up") from answer
    return answer


def plain(error: Exception) -> str:
    """What a foreign error says, without its numbers and file names."""
    text = re.sub(r"^\[[^\]]*\] |\(_ssl\.c:\d+\)", "", str(error))
    said = text.strip().rstrip(".")[:200] or type(error).__name__
    return f"{said}; or this machine's clock is wrong" if said.endswith(_BY_THE_CLOCK) else said
