"""`tamizdat demo`: thin; what happens is in tamizdat_server.demo."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tamizdat.errors import CannotListen, TamizdatError

if TYPE_CHECKING:
    from tamizdat.sync import SyncReport
    from tamizdat_server.demo import Demo
    from tamizdat_server.listen import Listen

PORT: Final = 8000
HOST: Final = "127.0.0.1"


@click.command()
@click.option("--once", is_flag=True, help="Do everything, check it, and end; the exit code tells.")
@click.option("--port", type=click.IntRange(0, 65535), help=f"Port to serve at.  [default: {PORT}, or a free one]")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the newsroom and the library here, for another look later.  [default: a temporary folder]",
)
def demo(once: bool, port: int | None, folder: Path | None) -> None:
    """Publish a sample paper, serve it, and sync it into a library.

    A dozen articles of a river town's paper, in English, Russian and Kazakh, are published in four versions with
    corrections and a retraction. Says what to open and what to type next, and stays until Ctrl-C.
    """
    # What a server tells its operator would stand between the lines to be read.
    os.environ.setdefault("TAMIZDAT_QUIET", "1")
    from tamizdat_server.demo import Demo
    from tamizdat_server.place import Place
    from tamizdat_server.serve import serve

    with _folder(folder) as place:
        show = Show(Demo(place, now=int(time.time())), once=once)
        show.demo.prepare()
        serve(Place.of(show.demo.newsroom), _listen(port), ready=show.ready)
        show.end()


@contextmanager
def _folder(chosen: Path | None) -> Generator[Path]:
    if chosen:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="tamizdat-demo-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary)


def _listen(port: int | None) -> "Listen":
    from tamizdat_server.listen import find_listen

    try:
        return find_listen(HOST, PORT if port is None else port)
    except CannotListen:
        if port is not None:
            raise
        return find_listen(HOST, 0)


class Show:
    """What a person sees of a demo, from the moment the server answers."""

    def __init__(self, demo: "Demo", *, once: bool) -> None:
        self.demo, self.once = demo, once
        self.failure: Exception | None = None
        self.over = False

    def ready(self, url: str) -> None:
        """The server answers at `url`. Runs in a thread of its own, so a failure is kept for `end`."""
        try:
            self._run(url)
        except Exception as error:  # noqa: BLE001 - told by `end`, in the main thread
            self.failure = error
        if self.failure or self.once:
            os.kill(os.getpid(), signal.SIGTERM)

    def end(self) -> None:
        """The server has ended. Raises: what went wrong meanwhile."""
        if self.failure:
            raise self.failure
        if self.once and not self.over:
            raise TamizdatError("the demo was stopped before it was done")
        click.echo("The demo is over." if not self.once else "The demo checked itself: all is well.")

    def _run(self, url: str) -> None:
        first = not self.demo.library.exists()
        if first:
            click.echo(_told("First sync", self.demo.sync(url)))
            self.demo.check_first()
        self.demo.publish_rest()
        report = self.demo.sync(url)
        click.echo(_told("Two versions later" if first else "This sync", report))
        if first or self.once:
            self.demo.check(report)
        if not self.once:
            click.echo(_what_next(url, self.demo))
        click.echo(f"ready {url}")
        self.over = True


def _told(when: str, report: "SyncReport") -> str:
    return (
        f"{when}: version {report.from_} to {report.to}, {report.articles} articles new or changed,"
        f" {report.bytes:,} bytes in {report.requests} requests, with pictures and earlier revisions"
    )


def _what_next(url: str, demo: "Demo") -> str:
    command = _command()
    return f"""
{demo.script.title}, the paper of a town on a river, is out in {len(demo.script.version)} versions. A library holds it.

Open   {demo.address(url)}
       This whole link is what readers are given: the part after # is the fingerprint of whom to trust. A browser
       shows the reader app: it verifies the newest articles and opens the front page. End the demo, reload, and
       it can still be read. Without the part after #, the app shows the fingerprint and asks first.

{_archive(url)}       {url}api/openapi.json

Type   export TAMIZDAT_LIBRARY={demo.library}
       {command} list
       {command} search ferry bridge
       {command} read en/bridge --revisions
       {command} read en/gravel        # was retracted
       {command} sync                  # nothing new: one small request

       {command} correct {demo.newsroom} en/bus "It was ten rounds, not nine."
       {command} publish {demo.newsroom} && {command} sync

Ctrl-C ends it.
"""


def _archive(url: str) -> str:
    from tamizdat_server.data import is_installed

    return f"       {url}data/             # the archive: browse, search, query\n" if is_installed() else ""


def _command() -> str:
    """How the command that runs was called, so that what is shown can be typed."""
    called = Path(sys.argv[0])
    on_path = shutil.which("tamizdat")
    return "tamizdat" if on_path and Path(on_path).resolve() == called.resolve() else str(called)
