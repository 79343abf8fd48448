"""Where to serve at: an address and a port of this machine, looked at before anything is started."""

import errno
import socket

import msgspec

from tamizdat.errors import CannotListen, UsageError


class Listen(msgspec.Struct, frozen=True):
    """A numeric address and a port to serve at."""

    address: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the server."""
        address, port = self.local
        return f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"

    @property
    def local(self) -> tuple[str, int]:
        """Where this machine itself reaches the server."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address), self.port  # noqa: S104


def find_listen(host: str, port: int) -> Listen:
    """Make sure that `host` and `port` (0: any) can be served at. Raises: CannotListen, UsageError.

    For a host that would share a taken port with whoever has it, if that is another of its kind: readers would get
    either.
    """
    listen, bound = bind(host, port)
    bound.close()
    return listen


def bind(host: str, port: int) -> tuple[Listen, socket.socket]:
    """A socket at `host` and `port` (0: any), not listening yet. Raises: CannotListen, UsageError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host!r} is no address of this machine") from error
    bound = socket.socket(found[0], socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(found[4])
    except OSError as error:
        bound.close()
        raise CannotListen(host=host, port=port, reason=_reason(error)) from error
    return Listen(str(bound.getsockname()[0]), int(bound.getsockname()[1])), bound


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another program serves there already; take another --port"
        case errno.EACCES:
            return "this user may not; ports below 1024 are the administrator's, take another --port"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; take another --host"
        case _:
            return error.strerror or "the system refuses"
