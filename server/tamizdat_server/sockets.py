"""What becomes of readers that stop reading: the host has no deadline for sending, but the system's own sockets have.

Set on a listening socket, these hold for every connection that it accepts. Linux only; elsewhere a reader that takes
nothing keeps its connection until it goes, or the server ends.
"""

import os
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

# What waits in the system's memory for one slow reader, beyond what is on its way: by default that could be 4 MB.
UNSENT_BYTES: Final = 256 * 1024
_LOOK_SECONDS: Final = 0.05
_GIVE_UP_SECONDS: Final = 60


def drop_stalled(seconds: int) -> None:
    """Have the system end each connection of this process on which a reader takes nothing for so long.

    The host opens its listening sockets some time after it has loaded the application, so a thread waits for them.
    """
    if sys.platform == "linux":
        threading.Thread(target=_wait_and_set, args=(seconds,), name="drop stalled", daemon=True).start()


def _wait_and_set(seconds: int) -> None:
    until = time.monotonic() + _GIVE_UP_SECONDS
    while not _set(seconds) and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


def _set(seconds: int) -> bool:
    """Set the options on the TCP sockets that there are, and say whether one of them is listening."""
    found = False
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError), _double(int(entry.name)) as known:
            # Also on what was accepted before a listening socket was found.
            known.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, seconds * 1000)
            known.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
            found = found or known.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    return found


def _double(descriptor: int) -> socket.socket:
    """Another handle of a socket that something else in this process has open. Raises: OSError for other files."""
    double = os.dup(descriptor)
    try:
        return socket.socket(fileno=double)
    except OSError:
        os.close(double)
        raise
