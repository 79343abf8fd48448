"""An HTTP server of static files that counts what it sends, as a dumb mirror with entity tags would serve."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """One answered request; `headers` counts the status line, too."""

    path: str
    status: int
    body: int
    headers: int


@dataclass
class Served:
    """A running server of `folder`, and what it answered since `take` was asked last."""

    folder: Path
    url: str = ""
    answers: list[Answer] = field(default_factory=list[Answer])

    def take(self) -> list[Answer]:
        answers, self.answers = self.answers, []
        return answers


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve `folder` at a free port of this machine until the block ends."""
    served = Served(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes, which must not wait for each other.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            file = folder / path
            data = file.read_bytes() if file.is_file() else None
            tag = f'"{hashlib.sha256(data or b"").hexdigest()}"'
            status = 404 if data is None else 304 if tag in self.headers.get("If-None-Match", "") else 200
            body = data if data and status == 200 else b""
            head = f"HTTP/1.1 {status} {status}\r\nContent-Length: {len(body)}\r\nETag: {tag}\r\n\r\n".encode()
            self.wfile.write(head)
            self.wfile.write(body)
            served.answers.append(Answer(path, status, len(body), len(head)))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_address[1]}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield served
        finally:
            server.shutdown()


@contextmanager
def commanded(*arguments: str) -> Iterator[str]:
    """The URL at which a `tamizdat` command serves, until the block ends."""
    command = [sys.executable, "-m", "tamizdat", *arguments, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        yield process.stdout.readline().split()[-1].decode()
    finally:
        process.terminate()
        process.wait(20)
