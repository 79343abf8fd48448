"""A newsroom with tokens and the server that answers for it, asked by a real client."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec

from newsrooms import make_newsroom
from serving import Server, serving, until
from tamizdat_server.api.newsroom.schema import document
from tamizdat_server.api.shapes import Problem
from tamizdat_server.desk.store import Desk
from tamizdat_server.desk.tokens import Scope, add_token, revoke_token

ALL: tuple[Scope, ...] = ("read", "write", "import", "publish")


class Office:
    """A newsroom's folder, its server, and a client with a token that may do everything."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.token = self.add("all", *ALL)

    def add(self, name: str, *may: Scope, days: int = 90) -> str:
        """A new token."""
        with Desk.open(self.folder) as desk:
            return add_token(desk, name, may, now=int(time.time()), days=days)[0]

    def revoke(self, name: str) -> None:
        with Desk.open(self.folder) as desk:
            revoke_token(desk, name, now=int(time.time()))

    def ask(self, method: str, path: str, *, token: str | None = None, **more: Any) -> httpx.Response:
        """A request as `token`, on a connection of its own; an answer that isn't what its route says fails the test."""
        headers = {"Authorization": f"Bearer {token or self.token}", **more.pop("headers", {})}
        url = f"{self.server.url}api/newsroom/{path}"
        with httpx.Client(trust_env=False, timeout=60) as client:
            got = client.request(method, url, headers=headers, **more)
        check_described(method, path, got)
        return got

    def get(self, path: str, **more: Any) -> Any:
        """What a good answer says."""
        got = self.ask("GET", path, **more)
        assert got.status_code == 200, got.text
        return got.json()

    def put(self, key: str, text: str = "Words.", **more: Any) -> httpx.Response:
        """Hand in an article."""
        headers = more.pop("headers", {})
        said = {"title": f"About {key}", "edition": "en", "markdown": text, **more}
        return self.ask("PUT", f"articles/{key}", json=said, headers=headers)

    def done(self, job: int | str, *, seconds: float = 60) -> Any:
        """A job, once it is ended."""
        path = f"jobs/{job}"
        until(lambda: self.get(path)["ended"] != "", seconds=seconds)
        return self.get(path)

    def publish(self) -> Any:
        """Publish through the API and wait for it."""
        return self.done(self.ask("POST", "publish").json()["id"])


@contextmanager
def office(folder: Path, *, config: str = "", role: str = "all", workers: int = 1) -> Iterator[Office]:
    """A new newsroom in `folder`, or the one that is there, and its server. `config`: more lines of tamizdat.toml."""
    if not folder.exists():
        make_newsroom(folder, editions=("en", "ru")).close()
        toml = folder / "tamizdat.toml"
        toml.write_text(toml.read_text() + config)
    with serving(folder, role=role, workers=workers) as server:
        yield Office(folder, server)


def problem(got: httpx.Response) -> Problem:
    """An answer that must be a problem document."""
    assert got.headers["content-type"] == "application/problem+json", got.text
    told = msgspec.json.decode(got.content, type=Problem)
    assert told.status == got.status_code
    return told


def check_described(method: str, path: str, got: httpx.Response) -> None:
    """The schema must foresee this status for this route, and a body of this shape."""
    route = _route(method, path)
    if route is None:
        return
    told = route["responses"].get(str(got.status_code))
    assert told is not None, f"{method} {path} isn't described to answer {got.status_code}: {got.text}"
    [(kind, shape)] = told["content"].items()
    assert got.headers["content-type"] == kind
    check_shape(got.json(), shape["schema"], f"{method} {path}")


def _route(method: str, path: str) -> Any:
    asked = path.partition("?")[0].split("/")
    for route, methods in _schema()["paths"].items():
        parts = route.removeprefix("/api/newsroom/").split("/")
        whole = len(parts) == len(asked) or (parts[-1] == "{key}" and len(asked) >= len(parts))
        if whole and parts[0] == asked[0] and method.lower() in methods:
            return methods[method.lower()]
    return None


@cache
def _schema() -> Any:
    return msgspec.json.decode(document())


def check_shape(value: Any, schema: Any, where: str) -> None:
    """Whether a value is what a schema of ours says: references, types, required members, and none that isn't named."""
    if "$ref" in schema:
        schema = _schema()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        assert any(_fits(value, one, where) for one in schema["oneOf"]), (where, value)
        return
    check: dict[str, Callable[[Any], bool]] = {
        "string": lambda v: isinstance(v, str),
        "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
        "boolean": lambda v: isinstance(v, bool),
        "null": lambda v: v is None,
        "array": lambda v: isinstance(v, list),
        "object": lambda v: isinstance(v, dict),
    }
    kinds: Sequence[str] = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    assert not kinds or any(check[kind](value) for kind in kinds), (where, value, schema)
    assert "enum" not in schema or value in schema["enum"], (where, value)
    if isinstance(value, list) and "items" in schema:
        for one in value:
            check_shape(one, schema["items"], f"{where}[]")
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", [])) <= value.keys(), (where, value)
        for name, one in value.items():
            assert name in schema["properties"], (where, name)
            check_shape(one, schema["properties"][name], f"{where}.{name}")


def _fits(value: Any, schema: Any, where: str) -> bool:
    try:
        check_shape(value, schema, where)
    except AssertionError:
        return False
    return True
