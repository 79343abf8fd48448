"""The archive below /data/ of the server: on the server's own library, beside the files and never in their way."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from conftest import Ferry
from hosting import SLOW_SQL, Host, hosting, until
from newsrooms import draft, make_newsroom, publish_now, put
from tamizdat.cli import app

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")


@pytest.fixture
def newsroom(ferry: Ferry, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ferry.newsroom, tmp_path / "newsroom"))


@pytest.fixture(scope="module")
def host(ferry: Ferry) -> Iterator[Host]:
    with hosting("serve", str(ferry.newsroom), below="/data") as running:
        until(lambda: running.get("/").status_code == 200)
        yield running


@pytest.fixture
def own_host(newsroom: Path) -> Iterator[Host]:
    """One that a test may do with as it likes."""
    with hosting("serve", str(newsroom), below="/data") as running:
        until(lambda: running.get("/").status_code == 200)
        yield running


def root(host: Host) -> str:
    return host.url.removesuffix("/data")


def test_the_archive_has_the_articles_their_revisions_and_their_pictures(host: Host):
    page = host.get("/article/en/bridge").text
    assert "half tonnes" in " ".join(page.split())
    assert host.get("/article/en/bridge/revision/1").status_code == 200
    digest = host.sql("select sha256 from media limit 1").json()["rows"][0][0]
    picture = host.get(f"/media/{digest}")
    assert (picture.status_code, picture.headers["content-type"].partition("/")[0]) == (200, "image")


def test_links_lead_below_the_path_and_no_deeper(host: Host):
    for page in ("/", "/library", "/library/articles", "/article/en/bridge", "/library?sql=select+1"):
        text = host.client.get(host.url + page).text
        assert 'href="/data/' in text
        assert "/data/data/" not in text
        assert 'href="/static' not in text
        assert 'action="/library' not in text
    table = host.get("/library/articles.json", _size="5").json()
    assert table["next_url"].startswith(f"{host.url}/library/articles.json?")


def test_the_path_without_its_slash_leads_to_the_one_with_it(host: Host):
    answer = host.client.get(root(host) + "/data?x=1")
    assert (answer.status_code, answer.headers["location"]) == (308, "/data/?x=1")
    assert host.client.get(root(host) + "/database").status_code == 404
    assert host.client.get(root(host) + "/").status_code == 200
    assert host.client.get(root(host) + "/api/publication").status_code == 200


def test_a_mirror_s_folder_has_its_archive_too(ferry: Ferry, tmp_path: Path):
    mirror = shutil.copytree(ferry.newsroom / "public", tmp_path / "mirror")
    with hosting("serve", str(mirror), "--workers", "2", below="/data") as host:
        until(lambda: host.get("/").status_code == 200)
        answers = [httpx.get(f"{host.url}/article/en/bridge", trust_env=False) for _ in range(8)]
        assert {answer.status_code for answer in answers} == {200}
        assert len([pid for pid in host.family() if b"data.beside" in Path(f"/proc/{pid}/cmdline").read_bytes()]) == 1


def test_a_mirror_of_the_newest_alone_shows_the_newest(ferry: Ferry, tmp_path: Path):
    assert app.run(["mirror", ferry.address, str(tmp_path / "mirror"), "--newest", "3"]) == 0
    with hosting("serve", str(tmp_path / "mirror"), below="/data") as host:
        until(lambda: host.get("/").status_code == 200)
        until(lambda: any("the server's library is at version" in line for line in host.log))
        assert host.sql("select count(*) from articles").json()["rows"][0][0] in range(1, 12)
        assert not [line for line in host.log if "failed" in line]


def test_before_there_is_anything_a_page_says_so(tmp_path: Path):
    with (
        make_newsroom(tmp_path / "newsroom") as newsroom,
        hosting("serve", str(newsroom.folder), below="/data") as host,
    ):
        waiting = host.get("/")
        assert (waiting.status_code, "being fetched" in waiting.text) == (503, True)
        assert host.get("/library.json").json()["status"] == 503
        put(newsroom, draft(1), draft(2))
        publish_now(newsroom)
        until(lambda: host.get("/").status_code == 200)
        put(newsroom, draft(3))
        publish_now(newsroom)
        until(lambda: host.get("/article/ru/article-0003").status_code == 200)


def test_files_are_handed_out_while_slow_queries_take_every_turn(host: Host, ferry: Ferry):
    """Each file has its answer while slow queries are still without theirs."""
    public = ferry.newsroom / "public"
    files = [str(path.relative_to(public)) for path in public.rglob("*") if path.is_file()]
    limits = httpx.Limits(max_connections=None)
    with ThreadPoolExecutor(100) as crowd, httpx.Client(limits=limits, timeout=120, trust_env=False) as client:
        ask = [
            {"sql": SLOW_SQL},
            {"sql": "select instr(printf('%.*c', 3000000, 'a'), printf('%.*c', 99999, 'a')||'b')"},
        ]
        pending = [crowd.submit(client.get, f"{host.url}/library", params=ask[n % 2]) for n in range(100)]
        until(lambda: any(query.done() for query in pending))
        for path in files[:40]:
            assert host.client.get(f"{root(host)}/{path}").status_code == 200
        assert host.get("/article/en/bridge").status_code == 200
        assert any(not query.done() for query in pending)


def test_an_archive_that_was_killed_is_started_again_and_files_go_on(own_host: Host):
    archive = own_host.child("data.beside")
    os.kill(archive, signal.SIGKILL)
    assert own_host.client.get(root(own_host) + "/head.tar.zst").status_code == 200
    until(lambda: own_host.get("/").status_code == 200)
    assert own_host.child("data.beside") != archive
    assert own_host.end() == 0


@pytest.mark.parametrize("signum", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.long)])
def test_nothing_is_left_behind_by_the_end_of_a_server(
    newsroom: Path, monkeypatch: pytest.MonkeyPatch, signum: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        with hosting("serve", str(newsroom), below="/data") as host:
            until(lambda: host.get("/").status_code == 200)
            assert any(Path(folder).iterdir())
            host.end(signum)
            until(lambda: not any(Path(folder).iterdir()))


def test_a_long_name_of_the_folder_for_temporary_files_is_no_hindrance(
    newsroom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path has at most a hundred bytes or so."""
    folder = newsroom.parent / ("temporary" * 12)
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with hosting("serve", str(newsroom), below="/data") as host:
        until(lambda: host.get("/").status_code == 200)


def test_a_library_that_is_made_anew_is_shown_anew(own_host: Host, newsroom: Path):
    """The housekeeper makes a damaged one anew; what is deleted must not be shown for ever."""
    for suffix in ("", "-wal", "-shm"):
        (newsroom / f"serve.db{suffix}").unlink(missing_ok=True)
    until(lambda: own_host.get("/").status_code == 503)
    with make_newsroom(newsroom.parent / "other", editions=("en",)) as other:
        put(other, draft(7, edition="en"))
        publish_now(other)
        shutil.rmtree(newsroom / "public")
        shutil.copytree(other.public, newsroom / "public")
    until(lambda: own_host.get("/article/en/article-0007").status_code == 200)
    assert own_host.get("/article/en/bridge").status_code == 404


def test_without_the_extra_the_server_goes_on_without_an_archive(newsroom: Path):
    code = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("datasette", "uvicorn") and name != "datasette":
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from tamizdat.cli import app
sys.exit(app.run(["serve", {str(newsroom)!r}, "--port", "0"]))
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        assert httpx.get(f"{url}data/", trust_env=False).status_code == 404
        assert httpx.get(f"{url}head.tar.zst", trust_env=False).status_code == 200
    finally:
        process.terminate()
        assert process.wait(20) == 0
