"""The publication tree over HTTP, at a real server."""

import asyncio
import base64
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from handmade import SIGNED, add_bundle, digest, make_tree, sign_site, write
from serving import Server, serving
from tamizdat_server.blobs import Blobs
from tamizdat_server.tree import REPLACED_BYTES, SMALL_BYTES, Tree

SMALL = os.urandom(10_240)
BIG = os.urandom(3_000_000)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("served") / "public")


@pytest.fixture(scope="module")
def server(tree: Path) -> Iterator[Server]:
    with serving(tree) as running:
        yield running


@pytest.mark.parametrize("data", [SMALL, BIG, b"x" * SMALL_BYTES, b"x" * (SMALL_BYTES + 1)])
def test_an_immutable_file_comes_whole_with_its_digest_as_tag(server: Server, tree: Path, data: bytes) -> None:
    path = add_bundle(tree, data)

    got = server.get(path)

    assert (got.status_code, got.content) == (200, data)
    assert got.headers["etag"] == f'"{digest(data)}"'
    assert got.headers["content-length"] == str(len(data))
    assert got.headers["content-type"] == "application/zstd"
    assert got.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("data", [SMALL, BIG])
def test_every_range_of_a_file_is_the_same_bytes(server: Server, tree: Path, data: bytes) -> None:
    path = add_bundle(tree, data)

    for asked, part in {"0-0": data[:1], "5-99": data[5:100], "9000-": data[9000:], "-77": data[-77:]}.items():
        got = server.get(path, Range=f"bytes={asked}")
        assert (got.status_code, got.content) == (206, part)
        start = data.index(part)
        assert got.headers["content-range"] == f"bytes {start}-{start + len(part) - 1}/{len(data)}"
        assert got.headers["content-length"] == str(len(part))


def test_a_range_behind_the_end_says_how_long_the_file_is(server: Server, tree: Path) -> None:
    got = server.get(add_bundle(tree, SMALL), Range="bytes=20000-")

    assert got.status_code == 416
    assert got.headers["content-range"] == f"bytes */{len(SMALL)}"


def test_a_download_resumes_only_into_the_same_version(server: Server, tree: Path) -> None:
    path = add_bundle(tree, SMALL)

    same = server.get(path, Range="bytes=100-", If_Range=f'"{digest(SMALL)}"')
    other = server.get(path, Range="bytes=100-", If_Range=f'"{digest(BIG)}"')

    assert (same.status_code, same.content) == (206, SMALL[100:])
    assert (other.status_code, other.content) == (200, SMALL)


def test_a_head_request_is_answered_like_a_get_without_a_body(server: Server, tree: Path) -> None:
    for path in (add_bundle(tree, SMALL), add_bundle(tree, BIG), "head.tar.zst", "", "metadata/timestamp.json"):
        head, got = server.ask("HEAD", path), server.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


def test_who_holds_the_head_gets_nothing_but_the_news_that_it_is_current(server: Server, tree: Path) -> None:
    held = digest((tree / "head.tar.zst").read_bytes())

    by_tag = server.get("head.tar.zst", If_None_Match=f'"{held}"', If_Modified_Since="Sun, 22 Nov 2026 06:00:00 GMT")
    by_date = server.get("head.tar.zst", If_Modified_Since="Sun, 22 Nov 2026 06:00:00 GMT")

    for got in (by_tag, by_date):
        assert (got.status_code, got.content) == (304, b"")
        assert got.headers["etag"] == f'"{held}"'
        assert got.headers["cache-control"] == "no-cache"
        assert got.headers["last-modified"] == "Sun, 22 Nov 2026 06:00:00 GMT"


def test_a_replaced_head_is_served_at_once_with_its_own_tag(server: Server, tree: Path) -> None:
    before = server.get("head.tar.zst")
    write(tree / "head.tar.zst", b"the head of version 2", modified=SIGNED + 60)

    after = server.get("head.tar.zst", If_None_Match=before.headers["etag"])

    assert (after.status_code, after.content) == (200, b"the head of version 2")
    assert after.headers["etag"] == f'"{digest(after.content)}"'
    write(tree / "head.tar.zst", b"the head of version 1", modified=SIGNED)


def test_a_head_that_is_replaced_all_the_time_is_always_one_version(server: Server, tree: Path) -> None:
    stop = threading.Event()

    def replace() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            write(tree / "head-ru.tar.zst", hashlib.sha256(str(number).encode()).digest() * (number % 4000 + 1))

    write(tree / "head-ru.tar.zst", b"first")
    writer = threading.Thread(target=replace)
    writer.start()
    try:
        with httpx.Client(trust_env=False) as client:
            for _ in range(300):
                got = client.get(server.url + "head-ru.tar.zst")
                assert got.status_code == 200
                assert got.headers["etag"] == f'"{digest(got.content)}"'
    finally:
        stop.set()
        writer.join()


def test_a_withdrawn_file_is_gone_at_once(server: Server, tree: Path) -> None:
    path = add_bundle(tree, b"a text that will be retracted")
    assert server.get(path).status_code == 200

    (tree / path).unlink()

    assert server.get(path).status_code == 404
    assert server.get(path, If_None_Match="*").status_code == 404


def test_the_page_of_the_tree_is_the_landing_page(server: Server) -> None:
    got = server.get("")

    assert got.text == "<!doctype html><title>News</title>"
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert got.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.pem",
        "%2e%2e/secret.pem",
        "bundles/../../secret.pem",
        "bundles/..%2f..%2fsecret.pem",
        "/secret.pem",
        "//etc/passwd",
        "bundles/",
        "bundles",
        "metadata",
        "metadata/secret.json",
        "metadata/.timestamp.json",
        "draft.html",
        ".hidden",
        ".git/config",
        "head.tar.zst/",
        "head.tar.zst%00",
        "head-..tar.zst",
        "HEAD.TAR.ZST",
        "metadata/01.root.json",
        "serve.db",
        ".tamizdat/head.tar.zst",
        ".tamizdat/metadata/1.root.json",
        f"bundles/.tamizdat/{'4' * 64}.jsonl.zst",
        "%2etamizdat/head.tar.zst",
        "./.tamizdat/head.tar.zst",
        "%ff%fe",
        "a" * 3000,
    ],
)
def test_what_is_not_part_of_the_publication_is_not_served(server: Server, tree: Path, path: str) -> None:
    (tree.parent / "secret.pem").write_text("secret")
    for name in (
        "draft.html",
        ".hidden",
        "serve.db",
        "metadata/secret.json",
        "metadata/.timestamp.json",
        ".tamizdat/head.tar.zst",
        ".tamizdat/metadata/1.root.json",
        f"bundles/.tamizdat/{'4' * 64}.jsonl.zst",
    ):
        write(tree / name, b"secret")
    with server.connect() as connection:
        connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        said = b"".join(iter(lambda: connection.recv(65536), b""))

    assert said.startswith(b"HTTP/1.1 404 ")
    assert b"secret" not in said


def test_a_dotfile_is_served_where_the_site_list_names_it(server: Server) -> None:
    assert server.get(".htaccess").text == "Header set X y\n"


def test_a_site_list_that_names_a_file_in_a_hidden_folder_is_no_list(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "public")
    sign_site(tree, {"index.html": b"new", ".tamizdat/state.json": b"secret"}, version=2)
    with serving(tree) as server:
        assert server.get(".tamizdat/state.json").status_code == 404
        assert server.get("").status_code == 404


def test_a_file_for_browsers_appears_with_the_metadata_that_lists_it(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "public")
    with serving(tree) as server:
        write(tree / "feeds/ru.atom", b"<feed/>")
        before = server.get("feeds/ru.atom").status_code
        sign_site(tree, {"index.html": b"new", "feeds/ru.atom": b"<feed/>"}, version=2)
        after = server.get("feeds/ru.atom")
        gone = server.get(".htaccess").status_code

    assert (before, after.status_code, gone) == (404, 200, 404)
    assert after.headers["content-type"] == "application/atom+xml; charset=utf-8"


def test_links_inside_the_tree_are_not_followed(server: Server, tree: Path) -> None:
    secret = tree.parent / "secret.pem"
    secret.write_text("secret")
    file_link = tree / f"bundles/{'1' * 64}.jsonl.zst"
    file_link.parent.mkdir(exist_ok=True)
    file_link.symlink_to(secret)
    elsewhere = tree.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{'2' * 64}.jpg").write_text("secret")
    (tree / "media").symlink_to(elsewhere, target_is_directory=True)

    assert server.get(f"bundles/{'1' * 64}.jsonl.zst").status_code == 404
    assert server.get(f"media/{'2' * 64}.jpg").status_code == 404


def test_a_pipe_in_the_place_of_a_file_does_not_hang_the_server(server: Server, tree: Path) -> None:
    path = tree / f"bundles/{'3' * 64}.jsonl.zst"
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)

    assert server.get(f"bundles/{'3' * 64}.jsonl.zst").status_code == 404


def test_pages_of_any_origin_may_read_the_tree(server: Server) -> None:
    got = server.get("head.tar.zst", Origin="https://elsewhere.example")
    asked = server.ask("OPTIONS", "head.tar.zst", Origin="https://elsewhere.example")

    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "ETag" in got.headers["access-control-expose-headers"]
    assert asked.status_code == 204
    assert "If-None-Match" in asked.headers["access-control-allow-headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_nothing_can_be_written(server: Server, method: str) -> None:
    got = server.ask(method, "head.tar.zst")

    assert got.status_code == 405
    assert got.headers["allow"] == "GET, HEAD, OPTIONS"


def test_every_answer_forbids_what_a_publication_never_needs(server: Server) -> None:
    for path in ("", "head.tar.zst", "nothing-here", "metadata/1.root.json"):
        got = server.get(path)
        policy = got.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        # Mirrors are learned later, and can be anywhere; nothing else may come from elsewhere.
        assert "http" not in policy.replace("connect-src 'self' https: http:;", "")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["referrer-policy"] == "no-referrer"
        assert got.headers["server"] == "tamizdat"
        assert "set-cookie" not in got.headers
    page = server.get("")
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in page.headers["permissions-policy"]
    assert "camera=(self)" in page.headers["permissions-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


def test_a_page_may_use_its_own_style_sheet_and_no_other(tmp_path: Path) -> None:
    style = b"body { margin: 2rem }"
    tree = make_tree(tmp_path / "public")
    sign_site(tree, {"index.html": b"<!doctype html><style>" + style + b"</style><p style='color: red'>News"})

    start, _ = ask(Blobs(Tree(tree)), "/")

    policy = dict(start["headers"])[b"content-security-policy"]
    assert b"style-src 'self' 'sha256-" + base64.b64encode(hashlib.sha256(style).digest()) + b"';" in policy
    assert b"unsafe" not in policy


# -- hosts without `pathsend` ------------------------------------------------------------------------------------------


def ask(
    blobs: Blobs, path: str, *, headers: dict[str, str] | None = None, pathsend: bool = False
) -> list[dict[str, Any]]:
    """The ASGI messages that answer a GET."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("a file is sent without reading the request's body")

    async def send(message: Any) -> None:
        sent.append(message)

    fields = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    extensions = {"http.response.pathsend": {}} if pathsend else {}
    scope = {"type": "http", "method": "GET", "path": path, "headers": fields, "extensions": extensions}
    asyncio.run(blobs(scope, receive, send))
    return sent


def test_a_big_file_is_streamed_where_the_host_cannot_send_it_by_path(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "public")
    path = add_bundle(tree, BIG)

    start, *bodies = ask(Blobs(Tree(tree)), "/" + path)

    assert dict(start["headers"])[b"content-length"] == str(len(BIG)).encode()
    assert b"".join(message["body"] for message in bodies) == BIG
    assert [message["more_body"] for message in bodies] == [True] * (len(bodies) - 1) + [False]


def test_only_files_that_never_change_are_sent_by_path(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "public")
    page = os.urandom(REPLACED_BYTES + 1)
    sign_site(tree, {"app/big.js": page})
    bundle = add_bundle(tree, BIG)

    immutable = ask(Blobs(Tree(tree)), "/" + bundle, pathsend=True)
    replaceable = ask(Blobs(Tree(tree)), "/app/big.js", pathsend=True)

    assert immutable[1] == {"type": "http.response.pathsend", "path": str(tree / bundle)}
    assert dict(replaceable[0]["headers"])[b"etag"] == f'"{digest(page)}"'.encode()
    assert b"".join(message["body"] for message in replaceable[1:]) == page


def test_memory_for_small_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tamizdat_server.tree.MEMORY_BYTES", 50_000)
    tree = make_tree(tmp_path / "public")
    paths = [add_bundle(tree, os.urandom(10_000)) for _ in range(12)]
    served = Tree(tree)
    blobs = Blobs(served)

    bodies = [ask(blobs, "/" + path)[1]["body"] for path in paths]

    assert [digest(body) in path for body, path in zip(bodies, paths, strict=True)] == [True] * 12
    assert sum(len(entry.file.body or b"") for entry in served._files.values()) == served._bytes <= 50_000
