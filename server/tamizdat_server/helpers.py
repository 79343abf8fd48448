"""Processes beside a server, as their supervisor sees them. What they do is in modules of their own, slow to import."""

import os
import subprocess
import sys
import threading
from typing import Final

from tamizdat_server.logs import log
from tamizdat_server.place import Place

_STOP_SECONDS: Final = 3
_RESTART_SECONDS: Final = 2


class Helper:
    """A process that runs `module` with these words and this process's number, and is started again if it dies."""

    def __init__(self, name: str, module: str, *words: str) -> None:
        self._name = name
        self._command = [sys.executable, "-m", module, *words, str(os.getpid())]
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start it, and a thread that waits for it. Call before the workers are forked, since a `stop` needs it."""
        self._process = self._spawn()
        threading.Thread(target=self._keep_running, name=self._name, daemon=True).start()

    def stop(self) -> None:
        """End it within a few seconds."""
        self._stopping.set()
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _keep_running(self) -> None:
        while self._process:
            code = self._process.wait()
            if self._stopping.wait(_RESTART_SECONDS):
                return
            log.warning("%s ended with code %d; it is started again", self._name, code)
            self._process = self._spawn()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # close_fds=False makes this a posix_spawn. A fork from this thread would wait for ever on a pipe of which a
        # worker, forked at the same moment, holds the other end. Nothing here is inheritable anyway.
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603


def housekeeper(place: Place) -> Helper:
    """The one that re-signs daily, and keeps the server's own library in step."""
    words = str(place.public), str(place.keys or ""), str(place.library)
    return Helper("the housekeeper", "tamizdat_server.housekeeping", *words)


def desk(place: Place) -> Helper | None:
    """The one that imports and publishes when asked to; None where there is no newsroom."""
    return (
        Helper("the newsroom's desk", "tamizdat_server.desk.running", str(place.newsroom)) if place.newsroom else None
    )
