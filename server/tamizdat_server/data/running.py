"""Running the application on uvicorn, which Datasette brings along; and ending it in time."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import Any, Final

from tamizdat_server import logs
from tamizdat_server.sockets import drop_stalled

CONNECTIONS: Final = 1000
SILENCE_SECONDS: Final = 15.0
_IDLE_SECONDS: Final = 15
_STALL_SECONDS: Final = 60
_GRACE_SECONDS: Final = 3
_LAST_SECONDS: Final = 3
_LOOK_SECONDS: Final = 0.2


def run(
    app: Any,
    bound: socket.socket,
    *,
    ready: Callable[[], None] = lambda: None,
    wanted: Callable[[], bool] = lambda: True,
    silence_seconds: float = SILENCE_SECONDS,
) -> None:
    """Serve `app` at a bound socket until SIGTERM, SIGINT or the end of `wanted`; then end within a few seconds.

    Whatever readers do, and whatever query still runs: all of it only reads. Call from the main thread; `ready` is
    called once requests are answered. Who doesn't say within `silence_seconds` what he wants is cut off, and so is
    who takes nothing of an answer for a minute (Linux).
    """
    logs.configure()
    uvicorn: Any = import_module("uvicorn")  # it comes without a promise of types

    class Server(uvicorn.Server):
        async def startup(self, *arguments: Any, **named: Any) -> None:
            await uvicorn.Server.startup(self, *arguments, **named)
            ready()

    config = uvicorn.Config(
        app,
        http=_impatient(silence_seconds),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        limit_concurrency=CONNECTIONS,
        backlog=CONNECTIONS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = Server(config)

    def stop(_signum: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, stop)  # before uvicorn sets its own, and after it has raised the signal again
    threading.Thread(target=_see_to_the_end, args=(server, wanted), name="end in time", daemon=True).start()
    drop_stalled(_STALL_SECONDS)
    server.run(sockets=[bound])


def _impatient(seconds: float) -> Any:
    """uvicorn's HTTP, which bounds the size of a request's head, with a bound of time for the first one."""
    h11: Any = import_module("uvicorn.protocols.http.h11_impl")

    class Impatient(h11.H11Protocol):
        def connection_made(self, transport: Any) -> None:
            h11.H11Protocol.connection_made(self, transport)
            self.loop.call_later(seconds, self._end_silence)

        def _end_silence(self) -> None:
            if self.cycle is None:
                self.transport.close()

    return Impatient


def _see_to_the_end(server: Any, wanted: Callable[[], bool]) -> None:
    while not server.should_exit:
        if not wanted():
            server.should_exit = True
        time.sleep(_LOOK_SECONDS)
    # That readers who didn't take their answers were left behind is as it should be.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    time.sleep(_GRACE_SECONDS + _LAST_SECONDS)
    # A query that nothing can interrupt holds its thread, and the interpreter would wait for that.
    os._exit(0)
