"""The reader app, built for tests, and exchanged for another one."""

import hashlib
import json
import mimetypes
import os
import subprocess
from pathlib import Path

import pytest

from conftest import CHECKOUT
from httpd import Handler

WEB = CHECKOUT / "web"
LIST = "app/shell.json"


def build(folder: Path, *page: str) -> Path:
    """Build the app into `folder`, which it answers. `page`: the entry of another page than the app's."""
    if not (WEB / "node_modules" / "vite").is_dir():
        pytest.skip("no vite in web/node_modules (npm ci in web/, or `make test`)")
    command = ["npm", "run", "--silent", "build", "--", str(folder), *page]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stderr
    return folder


def listed(app: Path) -> dict[str, dict[str, object]]:
    """The files of an app by their roles."""
    return {file["role"]: file for file in json.loads((app / LIST).read_bytes())["files"]}


def put_page(app: Path) -> None:
    """An index.html, as a publish would write one."""
    page = (app / str(listed(app)["start"]["path"])).read_text("utf-8")
    (app / "index.html").write_text(
        page.replace('<div id="app">', '<div id="news">News</div>\n<div id="app">'), "utf-8"
    )


def put_another(app: Path, version: str, *roles: str) -> str:
    """Put another app in the place of this one: other scripts, and so another start page. Answers its hash."""
    files = listed(app)
    start = (app / str(files["start"]["path"])).read_text("utf-8")
    for role in ("page", *roles):
        old = str(files[role]["path"])
        _exchange(app, files, role, (app / old).read_bytes() + f"\n/* {version} */\n".encode())
        start = start.replace(old, str(files[role]["path"]))
    _exchange(app, files, "start", start.encode())
    value = {"format": "tamizdat.shell.1", "version": version, "files": list(files.values())}
    (app / LIST).write_text(json.dumps(value), "utf-8")
    put_page(app)
    return hash_of(app)


def hash_of(app: Path) -> str:
    """What others can compare."""
    return hashlib.sha256((app / LIST).read_bytes()).hexdigest()


def _exchange(app: Path, files: dict[str, dict[str, object]], role: str, data: bytes) -> None:
    old = app / str(files[role]["path"])
    digest = hashlib.sha256(data).hexdigest()
    path = f"app/{role}-{digest[:16]}{old.suffix}"
    old.unlink()
    (app / path).write_bytes(data)
    files[role] = {"role": role, "path": path, "sha256": digest, "bytes": len(data)}


def as_pages(handler: Handler, file: Path | None) -> None:
    """As a plain web server does for browsers: with types, index.html for a folder; nothing for their own caches."""
    if handler.asked.path == "":
        file = handler.server.httpd.file("index.html")
    if file is None:
        return handler.answer(404, b"no such file")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return handler.answer(200, file.read_bytes(), Content_Type=kind, Cache_Control="no-store")
