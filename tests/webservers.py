"""Web servers that people really use, each run as a process of its own at a port of its own, on 127.0.0.1.

They run as nobody special, as on any host: started by root, as www-data. So they serve from `open_folder`s, since
pytest's own folders are closed to others.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Self

import pytest

MODULES: Final = Path("/usr/lib/apache2/modules")
IS_ROOT: Final = os.geteuid() == 0
NGINX: Final = """
daemon off; pid {state}/nginx.pid; error_log stderr; worker_processes 1;
events {{ }}
http {{
    include /etc/nginx/mime.types; default_type application/octet-stream;
    access_log off;
    client_body_temp_path {state}; proxy_temp_path {state}; fastcgi_temp_path {state};
    uwsgi_temp_path {state}; scgi_temp_path {state};
    {site}
}}
"""
APACHE: Final = """
ServerName localhost
PidFile {state}/apache.pid
DefaultRuntimeDir {state}
Listen 127.0.0.1:{port}
ErrorLog {state}/error.log
{modules}
TypesConfig /etc/mime.types
<FilesMatch "^\\.ht">
    Require all denied
</FilesMatch>
{site}
"""


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that every user may read; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="tamizdat-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def need(program: str) -> str:
    """Where `program` is; the test is skipped, loudly, where it isn't."""
    found = shutil.which(program, path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{program} isn't installed: `make test` does that where it may")
    return found


class Running(str):
    """The address of a server that runs, and what it wrote down so far."""

    __slots__ = ("_folder", "_said")

    def __new__(cls, url: str, said: IO[bytes], folder: Path | None) -> Self:
        """As `str`."""
        self = super().__new__(cls, url)
        self._said, self._folder = said, folder
        return self

    def logs(self) -> str:
        """Everything that was printed, and every file of the folder for logs."""
        descriptor = self._said.fileno()
        texts = [os.pread(descriptor, 1 << 20, 0)]
        texts += [path.read_bytes() for path in self._folder.glob("*.log")] if self._folder else []
        return b"\n".join(texts).decode(errors="replace")


@contextmanager
def running(command: list[str], port: int, *, logs: Path | None = None, **settings: Any) -> Iterator["Running"]:
    """The address of a server that `command` starts; ended at the end. `logs`: the folder where it writes."""
    user = {"user": "www-data", "group": "www-data", "extra_groups": []} if IS_ROOT else {}
    settings = {"env": {**os.environ, "HOME": "/nonexistent"}, "stderr": subprocess.PIPE, **user, **settings}
    with tempfile.TemporaryFile() as said:
        settings["stderr"] = said
        process = subprocess.Popen(command, stdout=said, **settings)
        try:
            _wait(process, port)
            yield Running(f"http://127.0.0.1:{port}/", said, logs)
        except AssertionError:
            sys.stderr.write(Running("", said, logs).logs())
            raise
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[Any], port: int) -> None:
    for _ in range(500):
        assert process.poll() is None, "the server ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server doesn't answer")


@contextmanager
def _state() -> Iterator[Path]:
    with open_folder() as state:
        if IS_ROOT:
            shutil.chown(state, "www-data", "www-data")
        yield state


@contextmanager
def nginx(site: str, port: int) -> Iterator[str]:
    """nginx with this `server` block, which listens at `port`."""
    program = need("nginx")
    with _state() as state:
        (state / "nginx.conf").write_text(NGINX.format(state=state, site=site))
        with running(
            [program, "-p", str(state), "-c", str(state / "nginx.conf"), "-e", "stderr"], port, logs=state
        ) as url:
            yield url


def plain_nginx(folder: Path) -> Any:
    """nginx as it comes, over `folder`."""
    port = free_port()
    return nginx(f"server {{ listen 127.0.0.1:{port}; root {folder}; }}", port)


@contextmanager
def apache(site: str, port: int, *, extra: tuple[str, ...] = ()) -> Iterator[str]:
    """Apache with `site` in its configuration, the modules that Debian switches on, and `extra` ones."""
    program = need("apache2")
    names = ["mpm_event", "authz_core", "authz_host", "dir", "mime", "alias", "autoindex", "setenvif", *extra]
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)
    with _state() as state:
        (state / "apache.conf").write_text(APACHE.format(state=state, port=port, site=site, modules=modules))
        with running([program, "-f", str(state / "apache.conf"), "-D", "FOREGROUND"], port, logs=state) as url:
            yield url


def plain_apache(folder: Path) -> Any:
    """Apache as it comes, over `folder`."""
    site = f'DocumentRoot "{folder}"\n<Directory "{folder}">\nAllowOverride None\nRequire all granted\n</Directory>'
    return apache(site, free_port())


@contextmanager
def caddy(site: str, port: int) -> Iterator[str]:
    """Caddy with this Caddyfile, which listens at `port`, and asks nobody for certificates."""
    program = need("caddy")
    with _state() as state:
        site = site if site.startswith("{") else f"{{\n}}\n{site}"
        (state / "Caddyfile").write_text(site.replace("{", "{\n\tadmin off\n\tauto_https off", 1))
        settings: dict[str, Any] = {"env": {**os.environ, "HOME": str(state), "XDG_DATA_HOME": str(state)}}
        with running([program, "run", "--config", str(state / "Caddyfile")], port, **settings) as url:
            yield url


def plain_caddy(folder: Path) -> Any:
    """Caddy as it comes, over `folder`."""
    port = free_port()
    return caddy(f"http://127.0.0.1:{port} {{\n\troot * {folder}\n\tfile_server\n}}\n", port)


def python_server(folder: Path) -> Any:
    """What `python -m http.server` is."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    return running(command, port, user=None, group=None, extra_groups=None)


@contextmanager
def object_store(folder: Path) -> Iterator[str]:
    """An S3-compatible store with `folder` as a bucket that everybody may read."""
    port = free_port()
    command = [need("rclone"), "serve", "s3", "--addr", f"127.0.0.1:{port}", str(folder.parent)]
    with running(command, port, user=None, group=None, extra_groups=None) as url:
        yield f"{url}{folder.name}/"
