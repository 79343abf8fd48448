"""Text that the server compresses for those who take it so, and what stays as it is."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from handmade import add_bundle, make_tree, sign_site
from serving import Server, serving
from tamizdat.format import zstd

SCRIPT = b"/* a script that says the same again */ " * 200
PAGE = "<!doctype html><p>Ещё не проверено".encode() * 50
HASHED = "app/page-0123456789abcdef.js"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    tree = make_tree(tmp_path_factory.mktemp("served") / "public")
    files = {
        HASHED: SCRIPT,
        "sw.js": SCRIPT,
        "index.html": PAGE,
        "app/icon-0123456789abcdef.png": SCRIPT,
        "x.txt": b"x",
    }
    sign_site(tree, files)
    with serving(tree) as running:
        yield running, tree


def raw(server: Server, path: str, encoding: str, **fields: str) -> tuple[httpx.Response, bytes]:
    """An answer with its body as it came."""
    headers = {"accept-encoding": encoding, **{name.replace("_", "-"): value for name, value in fields.items()}}
    with httpx.stream("GET", server.url + path, headers=headers, trust_env=False) as got:
        return got, b"".join(got.iter_raw())


@pytest.mark.parametrize("path", [HASHED, "sw.js", ""])
@pytest.mark.parametrize(("taken", "coding"), [("br;q=1.0, gzip;q=0.8", "gzip"), ("gzip, deflate, br, zstd", "zstd")])
def test_text_comes_compressed_to_those_who_take_it_and_is_the_same(
    server: tuple[Server, Path], path: str, taken: str, coding: str
) -> None:
    plain, body = raw(server[0], path, "identity")
    packed, small = raw(server[0], path, taken)

    assert packed.headers["content-encoding"] == coding
    assert "content-encoding" not in plain.headers
    assert (gzip.decompress(small) if coding == "gzip" else zstd.decompress(small, raw_bytes=len(body))) == body
    assert int(packed.headers["content-length"]) == len(small) < len(body)
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert packed.headers["etag"] != plain.headers["etag"]
    same = ("content-type", "cache-control", "content-security-policy", "x-content-type-options", "last-modified")
    assert all(packed.headers[name] == plain.headers[name] for name in same)


def test_each_form_is_known_again_by_its_own_tag(server: tuple[Server, Path]) -> None:
    for encoding in ("gzip", "zstd", "identity"):
        first, _ = raw(server[0], "", encoding)
        again, body = raw(server[0], "", encoding, if_none_match=first.headers["etag"])
        assert (again.status_code, body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("encoding", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, deflate", "br, *;q=0"])
def test_nobody_is_sent_what_they_do_not_take(server: tuple[Server, Path], encoding: str) -> None:
    got, body = raw(server[0], HASHED, encoding)
    assert (body, "content-encoding" in got.headers) == (SCRIPT, False)


def test_a_part_is_of_the_plain_bytes(server: tuple[Server, Path]) -> None:
    got, body = raw(server[0], HASHED, "gzip", range="bytes=3-8")
    assert (got.status_code, body) == (206, SCRIPT[3:9])


def test_what_gains_nothing_stays_as_it_is(server: tuple[Server, Path]) -> None:
    for path in (add_bundle(server[1], SCRIPT), "app/icon-0123456789abcdef.png", "x.txt"):
        got, _ = raw(server[0], path, "gzip")
        assert "content-encoding" not in got.headers
        assert "vary" not in got.headers


def test_files_named_after_their_content_are_kept_for_ever_and_the_worker_is_not(server: tuple[Server, Path]) -> None:
    assert "immutable" in raw(server[0], HASHED, "gzip")[0].headers["cache-control"]
    for path in ("sw.js", ""):
        assert raw(server[0], path, "gzip")[0].headers["cache-control"] == "no-cache"


def test_a_script_comes_with_the_policy_that_its_worker_is_held_to(server: tuple[Server, Path]) -> None:
    for path in (HASHED, "sw.js", ""):
        policy = raw(server[0], path, "gzip")[0].headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "require-trusted-types-for 'script'; trusted-types tamizdat; frame-ancestors 'none'" in policy
