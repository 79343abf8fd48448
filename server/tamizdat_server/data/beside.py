"""The archive of a server: a process beside its workers, which they ask by a socket in the file system.

A process of its own, since whoever queries the archive may take all of a processor and much memory: the workers, who
hand out the publication's files, don't notice. It takes little of either before the first visitor comes. It ends with
its supervisor, who starts it again if it dies.
"""

import os
import select
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from tamizdat_server.data.factory import DataOptions, create_data
from tamizdat_server.data.folder import is_installed
from tamizdat_server.data.running import run
from tamizdat_server.helpers import Helper

BASE: Final = "/data/"
_LOOK_SECONDS: Final = 0.5
_PATH_BYTES: Final = 104
"""How long the path of a socket may be, with the zero at its end, where that is shortest."""


class Beside(Helper):
    """The process, and the socket that it answers at."""

    def __init__(self, library: Path, options: DataOptions) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tamizdat-", dir=_folder_for_sockets()))
        self.socket = self._folder / "archive"
        told = msgspec.json.encode(options).decode()
        super().__init__("the archive", "tamizdat_server.data.beside", str(self.socket), str(library), told)

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @classmethod
    def of(cls, library: Path, options: DataOptions) -> "Beside | None":
        """The process for a library; None where Datasette, or that kind of socket, isn't there."""
        return cls(library, options) if is_installed() and hasattr(socket, "AF_UNIX") else None


def main(path: str, library: str, told: str, supervisor: str) -> None:
    """Serve until told to end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while nothing is served yet, there is nothing to end with care
    parent = int(supervisor)
    try:
        bound = _bind(Path(path))
        while os.getppid() == parent:
            if select.select([bound], [], [], _LOOK_SECONDS)[0]:
                app = create_data(Path(library), base_url=BASE, options=msgspec.json.decode(told, type=DataOptions))
                run(app, bound, wanted=lambda: os.getppid() == parent)
                return
    finally:
        if os.getppid() != parent:  # who was killed couldn't tidy up
            shutil.rmtree(Path(path).parent, ignore_errors=True)


def _folder_for_sockets() -> str:
    """The folder for temporary files, or /tmp where that one's name leaves no room for a socket's."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) + len("/tamizdat-12345678/archive\0") <= _PATH_BYTES else "/tmp"  # noqa: S108


def _bind(path: Path) -> socket.socket:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)  # of one that was killed
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    bound.bind(str(path))
    bound.listen()
    return bound


if __name__ == "__main__":
    main(*sys.argv[1:])
