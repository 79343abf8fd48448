"""The server's processes: a supervisor, one or more workers, and the housekeeper; how they start, and end in time.

The supervisor is Granian's, which restarts a worker that died and kills one that doesn't end: Granian itself waits for
requests in flight without limit, and a stalled reader would hold it for ever.
"""

import errno
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from typing import Any, Final

import msgspec
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from tamizdat.errors import CannotListen, UsageError
from tamizdat_server import logs
from tamizdat_server.housekeeper import Housekeeper
from tamizdat_server.place import Place

CONNECTIONS: Final = 4096
_READY_SECONDS: Final = 60
_OPEN_FILES: Final = 65_536


class Deadlines(msgspec.Struct, frozen=True):
    """How long a connection may take to say what it wants, and how long the end may take, in seconds."""

    header_seconds: int = 15
    shutdown_seconds: int = 5


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

    The host below shares a taken port with whoever has it, if that is another of its kind, and readers would get
    either; so this looks first.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host!r} is no address of this machine") from error
    with closing(socket.socket(found[0], socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(found[4])
        except OSError as error:
            raise CannotListen(host=host, port=port, reason=_reason(error)) from error
        return Listen(str(probe.getsockname()[0]), int(probe.getsockname()[1]))


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


def serve(
    place: Place,
    listen: Listen,
    *,
    workers: int = 1,
    deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT, then end within a few seconds whatever readers do. Call from the main thread.

    `ready` is called from another thread, with the URL, once requests are answered. Raises: CannotListen where the
    workers can't go on.
    """
    logs.configure()
    _allow_open_files()
    server = _granian(listen, workers, deadlines)
    housekeeper = Housekeeper(place)
    server.on_startup(housekeeper.start)
    server.on_startup(partial(_announce, listen, ready))
    server.on_shutdown(housekeeper.stop)
    try:
        server.serve(target_loader=partial(load, place, os.getpid(), deadlines), wrap_loader=False)
    except SystemExit as end:
        # On Ctrl-C the workers may end before their supervisor hears of it; that is no failure.
        if end.code and not server.interrupt_signal:
            reason = "the workers failed to start, or kept dying"
            raise CannotListen(host=listen.address, port=listen.port, reason=reason) from end


def _granian(listen: Listen, workers: int, deadlines: Deadlines) -> Any:
    return Server(
        "tamizdat",
        listen.address,
        listen.port,
        interface=Interfaces.ASGI,
        workers=workers,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=deadlines.header_seconds * 1000, max_buffer_size=64 * 1024),
        websockets=False,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        log_level=LogLevels.warning,
        log_dictconfig=logs.CONFIG,
        respawn_failed_workers=True,
        workers_kill_timeout=deadlines.shutdown_seconds,
    )


def load(place: Place, supervisor: int, deadlines: Deadlines) -> Any:
    """The application, in a worker's process."""
    from tamizdat_server.app import create  # only workers need the framework

    for signum in (signal.SIGTERM, signal.SIGINT):
        # Until the worker sets its own handlers it has the supervisor's, which would swallow an early end.
        signal.signal(signum, signal.SIG_DFL)
    end_with(supervisor, grace_seconds=deadlines.shutdown_seconds)
    return create(place)


def end_with(parent: int, *, grace_seconds: float) -> None:
    """End this process soon after `parent` died, also by SIGKILL: nobody would be left to end it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_seconds)
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()


def _announce(listen: Listen, ready: Callable[[str], None]) -> None:
    family = socket.AF_INET6 if ":" in listen.address else socket.AF_INET

    def wait() -> None:
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), closing(socket.socket(family)) as probe:
                probe.connect(listen.local)
                return ready(listen.url)
            time.sleep(0.05)
        return None

    threading.Thread(target=wait, name="announce", daemon=True).start()


def _allow_open_files() -> None:
    # A connection and the file that it gets are two; the usual soft limit of 1,024 would end at 500 readers.
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
