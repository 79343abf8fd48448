"""The server's processes: a supervisor, workers, housekeeper, desk and archive; how they start, and end in time.

The supervisor is Granian's, which restarts a worker that died and kills one that doesn't end: Granian itself waits for
requests in flight without limit, and a stalled reader would hold it for ever.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from multiprocessing import connection
from pathlib import Path
from typing import Any, Final

import msgspec
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from tamizdat.errors import CannotListen
from tamizdat_server import logs
from tamizdat_server.data import DataOptions
from tamizdat_server.data.beside import Beside
from tamizdat_server.helpers import Helper, desk, housekeeper
from tamizdat_server.listen import Listen
from tamizdat_server.place import Place, Role
from tamizdat_server.sockets import drop_stalled

CONNECTIONS: Final = 4096
_READY_SECONDS: Final = 60
_OPEN_FILES: Final = 65_536


class Deadlines(msgspec.Struct, frozen=True):
    """In seconds: how long a connection may take to say what it wants, and its reader may take nothing of what was
    asked for; and how long the end may take.
    """

    header_seconds: int = 15
    stall_seconds: int = 60
    shutdown_seconds: int = 5


def serve(
    place: Place,
    listen: Listen,
    *,
    workers: int = 1,
    shown: DataOptions = DataOptions(),  # noqa: B008 - frozen
    deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
    role: Role = "all",
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT, then end within a few seconds whatever readers do. Call from the main thread.

    `role`: readers and, where there is a token, the newsroom; or either of them alone.

    `ready` is called from another thread, with the URL, once requests are answered. Raises: CannotListen where the
    workers can't go on.
    """
    logs.configure()
    _allow_open_files()
    server = _granian(listen, workers, deadlines)
    archive = Beside.of(place.library, shown) if role != "newsroom" else None
    for helper in filter(None, (*_helpers(place, role), archive)):
        server.on_startup(helper.start)
        server.on_shutdown(helper.stop)
    server.on_startup(partial(_announce, listen, ready))
    loader = partial(load, place, archive.socket if archive else None, os.getpid(), deadlines, role)
    try:
        server.serve(target_loader=loader, wrap_loader=False)
    except SystemExit as end:
        # On Ctrl-C the workers may end before their supervisor hears of it; that is no failure.
        if end.code and not server.interrupt_signal:
            reason = "the workers failed to start, or kept dying"
            raise CannotListen(host=listen.address, port=listen.port, reason=reason) from end


class _Supervisor(MPServer):
    """Granian's, which knows a worker that has ended from one that won't.

    A thread of Granian's waits for each worker, too, and where it is the one that hears of its end, `is_alive` says yes
    for a moment more: Granian looks just then, and reports that the worker had to be killed.
    """

    def _stop_workers(self) -> None:
        for worker in self.wrks:
            worker.terminate()
        started = time.monotonic()
        workers: list[Any] = [worker.inner for worker in self.wrks]  # pyright: ignore[reportUnknownMemberType]
        running: dict[Any, Any] = {worker.sentinel: worker for worker in workers}
        while running and (left := started + self.workers_kill_timeout - time.monotonic()) > 0:
            for ended in connection.wait(list(running), timeout=left):
                _heard_of(running.pop(ended))
        if running:  # they had their time
            self.workers_kill_timeout = 0.001
        super()._stop_workers()


def _heard_of(ended: Any) -> None:
    while ended.is_alive():
        time.sleep(0.001)


def _granian(listen: Listen, workers: int, deadlines: Deadlines) -> Any:
    return _Supervisor(
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


def _helpers(place: Place, role: Role) -> list[Helper | None]:
    return [housekeeper(place) if role != "newsroom" else None, desk(place) if role != "readers" else None]


def load(place: Place, archive: Path | None, supervisor: int, deadlines: Deadlines, role: Role = "all") -> Any:
    """The application, in a worker's process. `archive`: the socket of the archive's process."""
    from tamizdat_server.app import create  # only workers need the framework

    for signum in (signal.SIGTERM, signal.SIGINT):
        # Until the worker sets its own handlers it has the supervisor's, which would swallow an early end.
        signal.signal(signum, signal.SIG_DFL)
    end_with(supervisor, grace_seconds=deadlines.shutdown_seconds)
    drop_stalled(deadlines.stall_seconds)
    return create(place, archive, role=role)


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
