"""docs/developers.md tells the truth: its examples run from top to bottom, and the names that it uses are there."""

import contextlib
import inspect
import io
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import tamizdat
from conftest import CHECKOUT, Ferry
from console import Console, section, typed
from regenerate import VECTORS
from serving import Server, serving
from tamizdat import errors, mirror, render
from tamizdat_server.api.handlers import ReadApi

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

TEXT = (CHECKOUT / "docs" / "developers.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```(python|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def server(ferry: Ferry) -> Iterator[str]:
    """A server of the sample, once it has read it."""
    with serving(ferry.newsroom / "public") as running:
        end = time.monotonic() + 60
        for path in ("api/publication", "data/library/articles.json?_size=1"):
            while not answers(running, path):
                assert time.monotonic() < end, path
                time.sleep(0.1)
        yield running.url.rstrip("/")


def answers(server: Server, path: str) -> bool:
    try:
        return server.get(path).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def told(ferry: Ferry, server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the examples print, run one after the other in one folder with one set of names."""
    replaced = {
        "https://news.example/#1.FINGERPRINT": ferry.address, "#1.FINGERPRINT": f"#{ferry.fingerprint}",
        "http://127.0.0.1:8000": server, "VECTORS/": f"{VECTORS}/",
    }  # fmt: skip
    names: dict[str, object] = {}
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.chdir(tmp_path_factory.mktemp("developer"))
        patch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
        for kind, code in EXAMPLE.findall(TEXT):
            for placeholder, value in replaced.items():
                code = code.replace(placeholder, value)
            run(kind, code, names)
    for name in ("api", "data"):
        client = names[name]
        assert isinstance(client, httpx.Client)
        client.close()
    return out.getvalue()


def run(kind: str, code: str, names: dict[str, object]) -> None:
    """One example."""
    if kind == "python":
        exec(compile(code, "docs/developers.md", "exec"), names)
        return
    for line in typed(f"```console\n{code}```"):
        if not line.startswith("pip "):
            Console().type(line)


def test_every_example_runs_and_shows_what_it_is_about(told: str):
    for words in (
        "The Ferry version 4 fresh", "A day on bus number 2", "We withdraw our article about the gravel pit",
        "nobody could be reached: unreachable", "304 410 application/problem+json", "3.1", "True []",
    ):  # fmt: skip
        assert words in told, words


def test_everything_is_written_down_once(told: str):
    """Each example printed something of the sample: none found an empty library by mistake."""
    assert "[]\n[]" not in told
    assert re.search(r"\[\('20\d\d-\d\d', \d+\)", told), "articles by month"
    assert re.search(r"'articles': \d+", told), "sections by SQL"


def test_every_path_of_the_read_api_is_named():
    described = section(TEXT, "The read API")
    paths = {path for route in vars(ReadApi).values() for path in getattr(route, "paths", ())}
    assert len(paths) >= 7
    for path in paths:
        assert f"/api{path.replace('{key:path}', 'KEY')}" in described, path


def test_every_public_table_is_named_and_no_other():
    from tamizdat.library.public import PUBLIC

    named = set(re.findall(r"`([a-z_]+)`", section(TEXT, "The file is SQLite").partition("Open it read-only")[0]))
    assert {table for table in PUBLIC if not table.startswith("articles_")} <= named


@pytest.mark.parametrize("name", tamizdat.__all__)
def test_each_exported_name_is_documented_and_typed(name: str):
    thing = getattr(tamizdat, name)
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing):
        hints = inspect.signature(thing)
        assert hints.return_annotation is not inspect.Signature.empty
        assert all(p.annotation is not inspect.Parameter.empty for p in hints.parameters.values())


def test_the_exported_names_are_these():
    assert set(tamizdat.__all__) == {
        "Address", "Fingerprint", "HeldArticle", "HeldRetraction", "Keep", "Library", "PackOptions", "PackReport",
        "Publication", "Summary", "SyncOptions", "SyncReport", "TamizdatError", "find", "pack", "sync",
    }  # fmt: skip


def test_what_is_said_to_be_public_is_there():
    assert {"mirror", "verify", "MirrorOptions", "MirrorReport", "VerifyReport"} <= set(mirror.__all__)
    assert {"to_html", "to_text", "to_terminal"} <= set(render.__all__)
    assert issubclass(errors.TrustError, tamizdat.TamizdatError)


def test_its_links_lead_somewhere():
    anchors = {
        re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in re.findall(r"^##+ (.+)$", TEXT, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        path, _, anchor = target.partition("#")
        assert (CHECKOUT / "docs" / path).exists() if path else anchor in anchors, target
