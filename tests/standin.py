"""The reader app's pages over a stand-in engine, told what to show: also what the format would never let through."""

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from tamizdat.format.article import Article, Retraction, decode_record
from tamizdat.library import Library

WEB: Final = Path(__file__).resolve().parent.parent / "web"
_BUILD: Final = "import('vite').then((vite) => vite.runnerImport('./tests/standin/build.ts', { logLevel: 'warn' }))"


def build(folder: Path) -> None:
    """Build the page into `folder`. Skips where its tools aren't there."""
    if not (WEB / "node_modules" / "vite").is_dir():
        pytest.skip("no vite in web/node_modules (npm ci in web/, or `make test`)")
    folder.mkdir(exist_ok=True)
    subprocess.run(["node", "-e", _BUILD, "--", str(folder)], cwd=WEB, check=True)


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012
        ".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".json": "application/json",
    }  # fmt: skip

    def log_message(self, *args: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        pass

    def do_GET(self) -> None:
        if self.path == "/icon.svg":
            self.send_response(204)
            self.end_headers()
        elif self.path == "/app/shell.json":  # no other shell is to be had
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")
        else:
            super().do_GET()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the page; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def tell(folder: Path, told: dict[str, Any]) -> None:
    """Have the page in `folder` show this from now on."""
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def whole(value: Any) -> Any:
    """A typed value of the format as JSON with every member, also those that are as they are by default."""
    match value:
        case msgspec.Struct():
            tag = value.__struct_config__.tag
            members = {name: whole(getattr(value, name)) for name in value.__struct_fields__}
            return members | ({"type": tag} if tag else {})
        case list() | tuple():
            return [whole(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {key: whole(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def publication(editions: dict[str, str], **fields: Any) -> dict[str, Any]:
    """A publication with `editions` (code → title), all of them chosen."""
    return {
        "publication": "ab" * 32, "title": "The Ferry", "address": "https://ferry.example/",
        "fingerprint": f"1.{'a' * 52}", "version": 7, "published": "2026-11-22T06:00:00Z",
        "signed": "2026-11-22T06:00:00Z", "freshness": "fresh", "mirrors": [], "lastGood": "", "lastSync": None,
        "choice": {"editions": list(editions), "media": "standard", "keep": {}, "revisions": True, "maxBytes": 0},
        "editions": [
            {"edition": code, "title": title, "direction": "rtl" if code in ("ar", "fa") else "ltr", "articles": 9,
             "held": 9, "version": 7, "completeSince": ""}
            for code, title in editions.items()
        ],
    } | fields  # fmt: skip


def telling(articles: list[Article], **more: Any) -> dict[str, Any]:
    """What to tell the page to show these, newest first."""
    shown = sorted(articles, key=lambda each: (each.published, each.key), reverse=True)
    editions = {each.edition: each.edition.upper() for each in shown}
    return {
        "publication": publication(editions), "articles": [whole(each) for each in shown], "earlier": [],
        "retractions": [], "pictures": {}, "marks": {},
    } | more  # fmt: skip


def telling_of(path: Path) -> dict[str, Any]:
    """What to tell the page to show a library, its pictures included."""
    with Library.open(path) as library:
        [known] = library.publications()
        catalog = library.catalog(known.publication)
        assert catalog
        records: list[Any] = []
        before: list[Any] = []
        for edition in catalog.editions:
            records += [decode_record(line).record for line in library.records(known.publication, edition)]
            before += [decode_record(line).record for line in library.superseded(known.publication, edition)]
        articles = [each for each in records if isinstance(each, Article)]
        files = [row[0] for row in library.rows("SELECT sha256 FROM media")]
        pictures = {sha256: base64.b64encode(media[1]).decode() for sha256 in files if (media := library.media(sha256))}
    editions = {code: edition.title for code, edition in catalog.editions.items()}
    return telling(
        articles,
        publication=publication(editions, title=catalog.title, version=catalog.version),
        earlier=[whole(each) for each in before if isinstance(each, Article)],
        retractions=[whole(each) for each in records if isinstance(each, Retraction)],
        pictures=pictures,
    )
