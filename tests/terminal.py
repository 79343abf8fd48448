"""A program at a terminal of its own, whose questions a test answers."""

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS = 240


def heed_interrupts() -> None:
    """What runs in the background of a shell without job control has Ctrl-C ignored, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """`shown`: everything that stood on the screen; `seen`: how far `wait_for` has looked."""

    def __init__(self, *words: str, cwd: Path, environment: Mapping[str, str] | None = None) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tamizdat", *words],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, start_new_session=True, preexec_fn=heed_interrupts,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **(environment or {})},
        )  # fmt: skip
        os.close(theirs)
        self.shown, self.seen = "", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(SECONDS)
        os.close(self._ours)

    def wait_for(self, text: str) -> None:
        """Until this stands on the screen, below what was waited for before."""
        while (found := self.shown.find(text, self.seen)) < 0:
            assert self._read(), f"{text!r} didn't come:\n{self.shown}"
        self.seen = found + len(text)

    def answer(self, question: str, text: str = "") -> None:
        """Type this line at that question."""
        self.wait_for(question)
        os.write(self._ours, f"{text}\n".encode())

    def interrupt(self) -> int:
        """Press Ctrl-C at a question, as often as it takes; the exit code.

        CPython doesn't hear of one that comes between the question and its reading of the answer.
        """
        while self._is_heard(within=0.3) and self._read():
            pass
        os.killpg(self.process.pid, signal.SIGINT)
        while not self._is_heard(within=1):
            os.killpg(self.process.pid, signal.SIGINT)
        return self.end()

    def end(self) -> int:
        """The exit code, once nothing more is shown."""
        while self._read():
            pass
        return self.process.wait(SECONDS)

    def _is_heard(self, *, within: float) -> bool:
        return bool(select.select([self._ours], [], [], within)[0])

    def _read(self) -> bool:
        if not self._is_heard(within=SECONDS):
            return False
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # how Linux says that nobody is left at the other end
            return False
        self.shown += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(piece)
