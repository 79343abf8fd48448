"""The reader app's requests in chromium: to the mirror that it came from, and to others."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import httpd as ways
from browser import chromium
from httpd import Cut, Handler, Httpd, Redirect, Stall, Status

WEB: Final = Path(__file__).resolve().parent.parent / "web"
BUILD: Final = "import('vite').then((vite) => vite.runnerImport('./tests/pages/build.ts', { logLevel: 'warn' }))"
TIMESTAMP: Final = "metadata/timestamp.json"
HEAD: Final = "head.tar.zst"
CONTENT: Final = "".join(f"{number:04}," for number in range(2000))
HELD: Final = {"path": HEAD, "sha256": "ab" * 32, "bytes": 4711, "signed": 1_795_327_200}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (WEB / "node_modules" / "vite").is_dir():
        pytest.skip("no vite in web/node_modules (npm ci in web/, or `make test`)")
    folder = tmp_path_factory.mktemp("transport")
    wanted = ("transport.js=tests/pages/transport.ts", "own.js=src/trust/own.ts")
    subprocess.run(["node", "-e", BUILD, "--", str(folder), *wanted], cwd=WEB, check=True)
    (folder / "index.html").write_text(
        '<!doctype html><link rel="icon" href="data:,"><script src="transport.js"></script>'
    )
    (folder / "metadata").mkdir()
    (folder / TIMESTAMP).write_text(CONTENT)
    (folder / HEAD).write_text("head")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def origin(folder: Path) -> Iterator[Httpd]:
    with Httpd(folder) as httpd:
        yield httpd


@pytest.fixture
def home(origin: Httpd) -> Httpd:
    """Where the page comes from."""
    origin.modes.clear()
    origin.forget()
    return origin


@pytest.fixture
def elsewhere(folder: Path) -> Iterator[Httpd]:
    """Another mirror, which lets other sites' pages read it."""
    with Httpd(folder) as httpd:
        httpd.tell("*", _open_to_all)
        yield httpd


@pytest.fixture(scope="module")
def page(browser: Any, origin: Httpd) -> Any:
    page = browser.new_page()
    page.goto(f"{origin.url}index.html")
    return page


def _open_to_all(handler: Handler, file: Path | None) -> None:
    handler.answer(200 if file else 404, file.read_bytes() if file else b"", Access_Control_Allow_Origin="*")


def ask(page: Any, where: Httpd, path: str = TIMESTAMP, **wish: Any) -> list[Any]:
    """What the page makes of a file: its text or an error's code, the bytes arrived, the bytes counted."""
    return page.evaluate("(wish) => ask(wish)", {"url": where.url, "path": path, "maxBytes": 10_000, **wish})


def test_a_file_comes_whole_from_here_and_elsewhere(page: Any, home: Httpd, elsewhere: Httpd) -> None:
    assert ask(page, home) == [CONTENT, 10_000, 10_000]
    assert ask(page, elsewhere) == [CONTENT, 10_000, 10_000]


def test_a_mirror_that_does_not_let_other_pages_read_it_counts_as_unreachable(page: Any, folder: Path) -> None:
    with Httpd(folder) as closed:
        assert ask(page, closed)[0] == "unreachable"


def test_no_word_about_the_reader_is_sent_and_no_mirror_is_asked_before_it_is_asked(
    page: Any, elsewhere: Httpd
) -> None:
    ask(page, elsewhere, arrived="0000,")
    ask(page, elsewhere, HEAD, held=HELD)
    assert [asked.method for asked in elsewhere.log] == ["GET", "GET"]
    for asked in elsewhere.log:
        assert asked.headers["accept-language"] == "*"
        assert not {"cookie", "referer", "range", "if-none-match", "if-modified-since"} & asked.headers.keys()


def test_a_head_is_asked_for_by_what_is_held_and_nothing_comes_of_one_that_is(page: Any, home: Httpd) -> None:
    home.tell(HEAD, Status(304))
    assert ask(page, home, HEAD, held=HELD)[0] == "held"
    assert home.log[0].headers["if-none-match"].startswith(f'"{HELD["sha256"]}", "6b0284e0-1267"')
    assert home.log[0].headers["if-modified-since"] == "Sun, 22 Nov 2026 06:00:00 GMT"


def test_nothing_that_a_server_said_is_kept_or_said_to_it_again(page: Any, home: Httpd) -> None:
    first, second = (ask(page, home, HEAD, held=HELD) for _ in range(2))
    assert first == second == ["head", 0, 4]
    assert home.log[0].headers == home.log[1].headers


@pytest.mark.parametrize("after", [1, 4096, 9999])
def test_a_file_that_was_cut_goes_on_where_it_stopped(page: Any, home: Httpd, after: int) -> None:
    home.tell(TIMESTAMP, Cut(after=after, times=1))
    code, arrived, _ = ask(page, home)
    assert code == "unreachable"
    assert arrived <= after
    assert ask(page, home, arrived=CONTENT[:after])[0] == CONTENT
    assert home.log[1].headers["range"] == f"bytes={after}-"


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (Redirect("/head.tar.zst"), "redirect"),
        (Redirect("https://elsewhere.example/"), "redirect"),
        (Status(404), "missing"),
        (Status(403), "missing"),
        (Status(500), "unreachable"),
        (ways.endless, "too-large"),
        (ways.hang_up, "unreachable"),
        (Stall(), "too-slow"),
        (Stall(after=100), "too-slow"),
        (ways.slow_headers, "too-slow"),
    ],
)
def test_a_bad_answer_has_its_error(page: Any, home: Httpd, mode: ways.Mode, code: str) -> None:
    home.tell(TIMESTAMP, mode)
    assert ask(page, home, silence=0.5)[0] == code
    assert home.paths == [TIMESTAMP]


@pytest.mark.parametrize("mode", [ways.chunked, ways.no_ranges, ways.serve])
def test_a_common_server_is_read(page: Any, home: Httpd, mode: ways.Mode) -> None:
    home.tell(TIMESTAMP, mode)
    assert ask(page, home, arrived=CONTENT[:50])[0] == CONTENT


# -- signatures --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(browser: Any, folder: Path) -> Any:
    """The page without https, where a browser lends no cryptography to it."""
    page = browser.new_page()
    page.route("http://lan.example/**", lambda route: route.fulfill(path=folder / route.request.url.rsplit("/", 1)[1]))
    page.goto("http://lan.example/index.html")
    assert not page.evaluate("isSecureContext")
    return page


def test_signatures_are_verified_by_the_browser_and_without_https_by_our_own_code_alike(page: Any, plain: Any) -> None:
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign("новость".encode())
    wrong = bytes([signature[0] ^ 1]) + signature[1:]
    assert page.evaluate("isNative()")
    assert not plain.evaluate("isNative()")
    plain.add_script_tag(url="own.js")
    for where in (page, plain):
        found = [
            where.evaluate("(told) => valid(...told)", [public.hex(), text, sig.hex()])
            for text, sig in (("новость", signature), ("новость", wrong), ("Новость", signature))
        ]
        assert found == [True, False, False]
