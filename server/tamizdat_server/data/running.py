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

CONNECTIONS: Final = 1000
_IDLE_SECONDS: Final = 15
_GRACE_SECONDS: Final = 3
_LAST_SECONDS: Final = 3
_LOOK_SECONDS: Final = 0.2


def run(
    app: Any,
    bound: socket.socket,
    *,
    ready: Callable[[], None] = lambda: None,
    wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Serve `app` at a bound socket until SIGTERM, SIGINT or the end of `wanted`; then end within a few seconds.

    Whatever readers do, and whatever query still runs: all of it only reads. Call from the main thread; `ready` is
    called once requests are answered.
    """
    logs.configure()
    uvicorn: Any = import_module("uvicorn")  # it comes without a promise of types

    class Server(uvicorn.Server):
        async def startup(self, *arguments: Any, **named: Any) -> None:
            await uvicorn.Server.startup(self, *arguments, **named)
            ready()

    config = uvicorn.Config(
        app,
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
    server.run(sockets=[bound])


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
