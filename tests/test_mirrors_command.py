"""`tamizdat mirrors`: the list that readers are signed, changed and checked by the newsroom."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from conftest import Clock, Ferry
from httpd import Httpd, Status
from paper import Paper, draft
from tamizdat.cli import app
from tamizdat.format.limits import LIMITS
from tamizdat.library import Library
from tamizdat.transport import Meter, Transport
from tamizdat.transport.folder import FolderTransport
from tamizdat_server.live import Live, read_live
from tamizdat_server.mirrorcheck import MirrorState, check_mirrors
from tamizdat_server.newsroom import Newsroom

TOML = """\
title = "The Paper"  # as on the masthead

mirrors = [
  "https://a.example/paper/",  # Anna, at the library
  # Boris says: not on Sundays
  "https://b.example/",
]

[editions."en"]
title = "English"
"""


@pytest.fixture
def newsroom(tmp_path: Path) -> Path:
    Newsroom.init(tmp_path / "paper", title="P", editions=["en"], passphrase=None, now=1_700_000_000).close()
    (tmp_path / "paper" / "tamizdat.toml").write_text(TOML, encoding="utf-8")
    return tmp_path / "paper"


@pytest.fixture
def ours(ferry: Ferry, tmp_path: Path) -> Path:
    """A newsroom with something published, to do with as a test likes."""
    return Path(shutil.copytree(ferry.newsroom, tmp_path / "ours"))


def text(newsroom: Path) -> str:
    return (newsroom / "tamizdat.toml").read_text(encoding="utf-8")


def listed(newsroom: Path) -> list[str]:
    with Newsroom.open(newsroom) as opened:
        return opened.config.mirrors


def run(*words: object) -> int:
    return app.run(["mirrors", *map(str, words)])


# -- changing the list -------------------------------------------------------------------------------------------------


def test_adding_and_removing_leave_everything_else_as_it_was(newsroom: Path) -> None:
    assert run("add", newsroom, "https://c.example/deep/er") == 0
    assert listed(newsroom)[2:] == ["https://c.example/deep/er/"]
    for line in TOML.splitlines():
        assert line in text(newsroom)
    assert run("remove", newsroom, "https://c.example/deep/er/") == 0
    assert text(newsroom) == TOML
    assert run("remove", newsroom, "https://a.example/paper/") == 0
    assert listed(newsroom) == ["https://b.example/"]
    assert "# Boris says" in text(newsroom)
    assert "Anna" not in text(newsroom)


@pytest.mark.parametrize(
    "before",
    ['title = "P"\n', 'title = "P"\nmirrors = []\n', 'title = "P"\n[editions.en]\ntitle = "E"\n',
     '[editions.en]\ntitle = "E"\n[editions.ru]\n', '# nothing yet\ntitle = """\nmirrors = [\n"""\n'],
)  # fmt: skip
def test_a_list_can_be_begun_in_any_settings(newsroom: Path, before: str) -> None:
    before = before if "title =" in before.partition("[")[0] else f'title = "P"\n{before}'
    (newsroom / "tamizdat.toml").write_text(before, encoding="utf-8")
    for number in range(3):
        assert run("add", newsroom, f"https://{number}.example/") == 0
    assert listed(newsroom) == [f"https://{number}.example/" for number in range(3)]
    with Newsroom.open(newsroom) as opened:
        assert opened.config.title in ("P", "mirrors = [\n")


@pytest.mark.parametrize(
    "spelled",
    [
        "https://A.Example/paper/",
        "https://a.example/paper",
        "https://a.example:443/paper/",
        " https://a.example/paper/ ",
    ],
)
def test_one_mirror_is_listed_once_however_it_is_spelled(
    newsroom: Path, spelled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", newsroom, spelled) == 0
    assert "already" in capsys.readouterr().out
    assert text(newsroom) == TOML
    assert run("remove", newsroom, spelled) == 0
    assert listed(newsroom) == ["https://b.example/"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://plain.example/", "only https and .onion"),
        ("ftp://a.example/", "not an https address"),
        ("https://user:secret@a.example/", "user name"),
        ("https://a.example/?id=1", "'?'"),
        ("https://a.example/#1.abc", "'#'"),
        ("https://192.168.1.7/", "private network"),
        ("https://[::1]/", "private network"),
        ("https://127.1/", "private network"),
        ("https://nas.local/", "private network"),
        ("https://nas/", "private network"),
        ("https://a.example/" + "x" * 300, "300"),
        ("", "not an https address"),
        ("a.example", "not an https address"),
    ],
)
def test_where_readers_may_not_be_sent_is_not_listed(
    newsroom: Path, url: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", newsroom, url) == 2
    said = capsys.readouterr().err
    assert why in said
    assert "secret" not in said
    assert text(newsroom) == TOML


@pytest.mark.parametrize(
    "url", [f"http://{'a' * 56}.onion/", f"http://{'b' * 56}.onion/paper/", "https://пример.example/"]
)
def test_onion_addresses_and_names_of_any_script_are_welcome(newsroom: Path, url: str) -> None:
    assert run("add", newsroom, url) == 0
    assert len(listed(newsroom)) == 3
    assert run("remove", newsroom, url) == 0
    assert text(newsroom) == TOML


def test_a_private_address_is_listed_only_where_that_is_meant(newsroom: Path) -> None:
    assert run("add", newsroom, "http://192.168.1.7:8000/") == 2
    assert run("add", newsroom, "http://192.168.1.7:8000/", "--allow-private") == 0
    assert listed(newsroom)[-1] == "http://192.168.1.7:8000/"


def test_the_list_ends_somewhere(newsroom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    urls = [f"https://{number}.example/" for number in range(LIMITS.mirrors)]
    (newsroom / "tamizdat.toml").write_text(f'title = "P"\nmirrors = {msgspec.json.encode(urls).decode()}\n')
    assert run("add", newsroom, "https://one-more.example/") == 2
    assert "1000 mirrors" in capsys.readouterr().err


def test_each_change_stands_in_the_newsrooms_log(newsroom: Path) -> None:
    run("add", newsroom, "https://c.example/")
    run("add", newsroom, "https://c.example/")
    run("remove", newsroom, "https://c.example/")
    with Newsroom.open(newsroom) as opened:
        found = opened.db.execute("SELECT action, subject FROM audit WHERE action LIKE 'mirror%'").fetchall()
    assert [tuple(row) for row in found] == [
        ("mirror added", "https://c.example/"), ("mirror removed", "https://c.example/")
    ]  # fmt: skip


def test_both_answer_in_json(newsroom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("add", newsroom, "https://a.example/paper/", "--json")
    assert msgspec.json.decode(capsys.readouterr().out) == {"mirrors": listed(newsroom), "changed": False}
    run("list", newsroom, "--json")
    told = msgspec.json.decode(capsys.readouterr().out)["mirrors"]
    assert [mirror["address"] for mirror in told] == listed(newsroom)


# -- to readers --------------------------------------------------------------------------------------------------------


def test_a_change_of_the_list_alone_is_a_version_that_reaches_readers(
    ours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = str(tmp_path / "library.db")
    before = read_live(ours / "public")
    assert before
    with Httpd(ours / "public") as mirror, Httpd(ours / "public") as first:
        assert run("add", ours, mirror.url, "--allow-private") == 0
        assert "next 'tamizdat publish" in capsys.readouterr().out
        assert app.run(["publish", str(ours)]) == 0
        assert f"version {before.catalog.version + 1}" in capsys.readouterr().out
        assert app.run(["sync", first.url, "--trust-first-use", "--library", library, "--allow-private"]) == 0
        capsys.readouterr()
        first.tell("*", Status(503))
        assert app.run(["sync", "--library", library, "--allow-private"]) == 0
        assert f"  passed over {first.url}: can't be reached: it answers 503" in capsys.readouterr().out
        assert app.run(["sync", "--library", library, "--allow-private", "--json"]) == 0
        assert msgspec.json.decode(capsys.readouterr().out)["mirror"] == mirror.url
        assert run("remove", ours, mirror.url) == 0
        assert app.run(["publish", str(ours)]) == 0
        assert app.run(["sync", "--library", library, "--allow-private"]) == 0
    with Library.open(Path(library), readonly=True) as opened:
        assert opened.publications()[0].mirrors == ()


def test_publishing_with_the_list_unchanged_makes_no_version(ours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("add", ours, "https://c.example/")
    run("remove", ours, "https://c.example/")
    assert app.run(["publish", str(ours)]) == 0
    assert "nothing changed" in capsys.readouterr().out


# -- checking ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def behind(ours: Path, tmp_path: Path) -> Iterator[str]:
    copy = Path(shutil.copytree(ours / "public", tmp_path / "behind"))
    with Httpd(copy) as httpd:
        yield httpd.url


def test_the_check_tells_each_mirrors_state(
    ours: Path, behind: str, ferry: Ferry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    Newsroom.init(other, title="O", editions=["en"], passphrase=None, now=1_700_000_000).close()
    with Httpd(ours / "public") as fresh, Httpd(other / "public") as wrong, Httpd(ours / "public") as gone:
        gone.tell("*", Status(503))
        for url in (fresh.url, behind, gone.url, wrong.url):
            assert run("add", ours, url, "--allow-private") == 0
        assert app.run(["publish", str(ours)]) == 0
        capsys.readouterr()
        assert run("list", ours, "--check", "--allow-private", "--json") == 0
        told = {one["address"]: one for one in msgspec.json.decode(capsys.readouterr().out)["mirrors"]}
        assert {url: one["state"] for url, one in told.items()} == {
            fresh.url: "fresh", behind: "behind", gone.url: "unreachable", wrong.url: "wrong"
        }  # fmt: skip
        assert told[behind]["version"] == told[fresh.url]["version"] - 1
        assert "503" in told[gone.url]["problem"]
        assert run("list", ours, "--check", "--allow-private") == 0
        assert f"{fresh.url}  fresh, version {told[fresh.url]['version']}" in capsys.readouterr().out
        assert run("list", ours, "--check") == 0
        assert "private network" in capsys.readouterr().out


def test_an_empty_list_says_how_to_begin(ours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", ours, "--check") == 0
    assert "tamizdat mirrors add" in capsys.readouterr().out


def test_an_expired_signature_is_stale_and_a_newer_version_is_ahead(tmp_path: Path) -> None:
    paper = Paper(tmp_path / "paper", Clock())
    paper.publish(draft("a"))
    older = read_live(paper.public)
    mirror = Path(shutil.copytree(paper.public, tmp_path / "mirror"))
    paper.clock.turn(days=9)
    stale, dead = states(paper, older, mirror, tmp_path / "nowhere")
    assert (stale.state, stale.version, dead.state) == ("stale", 1, "unreachable")
    paper.publish(draft("b"))
    (ahead,) = states(paper, older, paper.public)
    assert (ahead.state, ahead.version) == ("ahead", 2)


def states(paper: Paper, live: Live | None, *trees: Path) -> list[MirrorState]:
    def connect(url: str) -> Transport:
        return FolderTransport(Path(url), meter=Meter())

    fingerprint = paper.newsroom.fingerprint
    return check_mirrors([str(tree) for tree in trees], live, fingerprint, now=paper.clock.now, connect=connect)
