"""What every HTTP request of ours has in common: the same words on the wire, and every failure as an error of ours."""

import functools
import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Final

import httpcore
import httpx
from socksio.exceptions import SOCKSError

from tamizdat.errors import Unreachable
from tamizdat.transport.network import Watch, plain

# Every reader sends the same: nothing here tells one from another.
HEADERS: Final = {"User-Agent": "tamizdat", "Accept": "*/*", "Accept-Encoding": "identity"}
REDIRECTS: Final = (301, 302, 303, 307, 308)


def get_request(url: httpx.URL, headers: Mapping[str, str]) -> httpcore.Request:
    """A GET for `url` with our own headers and, over them, these."""
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore.Request("GET", target, headers={"Host": url.netloc.decode("ascii"), **HEADERS, **headers})


def header_map(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name in lower case; of those that came twice, the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.decode("ascii", "replace").lower(), value.decode("latin-1").strip())
    return found


@contextmanager
def wrapped(watch: Watch, unreachable: Callable[[str], Unreachable], *, proxy: str) -> Generator[None]:
    """Every way in which the HTTP client and the socket below it can fail, as `unreachable` or TooSlow.

    `proxy`: how messages name it.
    """
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise unreachable(plain(error)) from error
    except httpcore.ProxyError as error:
        raise unreachable(f"the proxy {proxy} says: {plain(error)}") from error
    except (SOCKSError, AssertionError) as error:
        # The client states by `assert` what a proxy answers.
        raise unreachable(f"the proxy {proxy} doesn't speak SOCKS 5") from error
    except httpcore.TimeoutException as error:
        raise watch.silent() from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        reason = "the connection was lost" if watch.heard else "it hung up without an answer"
        raise unreachable(f"{reason} ({plain(error)})") from error


@functools.cache
def mozilla_tls() -> ssl.SSLContext:
    """TLS by Mozilla's roots, not the system's: a root certificate forced onto a phone doesn't see what is read."""
    return httpcore.default_ssl_context()
