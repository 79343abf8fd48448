"""An FTP server as shared hosts have, over a folder, that notes what it was told. Run by `python ftpd.py FOLDER`."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD = "somebody", "secret"


@contextmanager
def ftpd(folder: Path) -> Iterator[tuple[int, Path]]:
    """Its port, and the file of commands."""
    log = folder.with_name(f"{folder.name}.log")
    with log.open("w") as said:
        command = [sys.executable, __file__, str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            assert process.stdout
            yield int(process.stdout.readline()), log
        finally:
            process.terminate()
            process.communicate(timeout=20)


def commands(log: Path) -> list[tuple[str, str]]:
    """(command, path) of what changed something, in order."""
    found = (line.split(" ", 1) for line in log.read_text().splitlines() if " " in line)
    return [(command, path) for command, path in found if command in ("RNTO", "DELE", "RMD")]


def main(folder: str) -> None:
    """Serve until killed."""
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    class Handler(FTPHandler):
        authorizer = DummyAuthorizer()

        def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
            print(cmd, self.fs.ftpnorm(arg) if self.fs and arg else "", file=sys.stderr, flush=True)
            super().pre_process_command(line, cmd, arg)

    Handler.authorizer.add_user(USER, PASSWORD, folder, perm="elradfmwMT")
    server = FTPServer(("127.0.0.1", 0), Handler)
    print(server.address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    main(sys.argv[1])
