"""The process beside a server that does what waits at the newsroom's desk: one job at a time, each by its command.

A command is a process of its own, so that what an importer takes of memory is given back, and what was finished is kept
wherever it is cut. Of several servers of one newsroom, one does the jobs.
"""

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, TypeAlias, cast

import msgspec

from tamizdat_server.chores import Chore, keep_looking
from tamizdat_server.desk.jobs import Failure, Job, end_job, is_open, next_job, put_off, take_up, try_again
from tamizdat_server.desk.store import Desk
from tamizdat_server.lock import newsroom_lock
from tamizdat_server.logs import log

JOB_SECONDS: Final = 6 * 3600
LOCK_NAME: Final = "desk.lock"
_LOCKED_SECONDS: Final = 2.0
_END_SECONDS: Final = 1.5
_LAST_RETRY_SECONDS: Final = 60
_LISTED: Final = 200
_LOCKED: Final = "newsroom-locked"
_Document: TypeAlias = dict[str, Any]


class _CutOff(Exception):
    """The command ended without a word: it was killed, or the machine had no memory left for it."""


class Desktop:
    """Does the jobs of the newsroom in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look(self) -> None:
        """Do whatever is due. Raises: NewsroomLocked where another server does the jobs; NewsroomError."""
        desk = Desk.find(self._folder)
        if desk is None:
            return
        with desk:
            if not is_open(desk):
                return
            with newsroom_lock(self._folder, name=LOCK_NAME):
                take_up(desk, now=time.time())
                while job := next_job(desk, now=time.time()):
                    self._do(desk, job)

    def _do(self, desk: Desk, job: Job) -> None:
        try:
            document = self._run(job)
        except _CutOff:
            try_again(desk, job, now=time.time())
            log.warning("job %d (%s) was cut off", job.id, job.kind)
        except subprocess.TimeoutExpired:
            told = f"it wasn't done after {JOB_SECONDS // 3600} hours; what it had finished is kept"
            end_job(desk, job, now=time.time(), error=Failure("too-slow", told))
        except BaseException:
            put_off(desk, job, until=time.time())  # this process is told to end
            raise
        else:
            self._keep(desk, job, document)

    def _keep(self, desk: Desk, job: Job, document: _Document) -> None:
        told: Any = document["imports"][job.name] if "imports" in document else document
        error = told.get("error")
        if error is None:
            end_job(desk, job, now=time.time(), report=shortened(told))
        elif error["code"] == _LOCKED:
            put_off(desk, job, until=time.time() + _LOCKED_SECONDS)
        else:
            message = str(error["message"]).replace(str(self._folder), "the newsroom")
            end_job(desk, job, now=time.time(), error=Failure(str(error["code"]), message))
            log.warning("job %d (%s) failed: %s", job.id, job.kind, error["code"])

    def _run(self, job: Job) -> _Document:
        """What the job's command says. Raises: _CutOff, TimeoutExpired."""
        with tempfile.TemporaryFile() as out:
            self._wait(job, out)
            out.seek(0)
            try:
                return msgspec.json.decode(out.read(), type=_Document)
            except msgspec.MsgspecError as error:
                raise _CutOff from error

    def _wait(self, job: Job, out: IO[bytes]) -> None:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-P", "-m", "tamizdat", *_words(job, self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(JOB_SECONDS)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_SECONDS)
            process.kill()


def _words(job: Job, folder: Path) -> list[str]:
    if job.kind == "publish":
        return ["publish", str(folder), "--json"]
    return ["pull", str(folder), job.name, *(["--confirm"] if job.confirm else []), "--json"]


def shortened(report: _Document) -> _Document:
    """A report whose long lists are cut, and say so: it is kept, and sent to whoever asks."""
    lists = {name: cast("list[Any]", value) for name, value in report.items() if isinstance(value, list)}
    more = {f"more_{name}": len(value) - _LISTED for name, value in lists.items() if len(value) > _LISTED}
    return report | {name: value[:_LISTED] for name, value in lists.items()} | more


def main(folder: str, supervisor: str) -> None:
    """Do jobs until told to end."""
    chore = Chore("the newsroom's desk", Desktop(Path(folder)).look, last_retry_seconds=_LAST_RETRY_SECONDS)
    keep_looking(lambda: chore.attempt(due=True), int(supervisor))


if __name__ == "__main__":
    main(*sys.argv[1:])
