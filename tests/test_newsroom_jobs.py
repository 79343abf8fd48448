"""What a newsroom's desk is asked to do, at a real server: done once, one at a time, whatever is killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from desking import Office, office, problem
from disks import small_disk
from serving import serving, until
from tamizdat_server.desk.jobs import ask, list_jobs
from tamizdat_server.desk.running import shortened
from tamizdat_server.desk.store import Desk
from tamizdat_server.newsroom import Newsroom
from wpserver import WordPress

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>F</title><language>en</language><item>
<title>From the feed</title><link>https://paper.example/one</link><guid>one</guid>
<pubDate>Sun, 22 Nov 2026 06:00:00 GMT</pubDate><description>Words of the feed.</description></item></channel></rss>"""


class SlowSite:
    """A feed at 127.0.0.1 that answers nobody until `open` is set; `asked` counts who came."""

    def __init__(self) -> None:
        self.open, self.asked = threading.Event(), 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked += 1
                site.open.wait(60)
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(FEED)))
                self.end_headers()
                self.wfile.write(FEED)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def config(self) -> str:
        url = f"http://127.0.0.1:{self.server.server_port}/feed"
        return f"\n[imports.slow]\nkind = 'feed'\nsource = '{url}'\nallow_private = true\n"


@pytest.fixture
def slow() -> Iterator[SlowSite]:
    site = SlowSite()
    yield site
    site.open.set()
    site.server.shutdown()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("jobs")
    with office(folder / "newsroom", config=markdown(folder)) as found:
        yield found


def markdown(folder: Path) -> str:
    """A folder of one article, and what tamizdat.toml says of it."""
    (folder / "articles").mkdir()
    (folder / "articles" / "one.md").write_text("---\ntitle: One\ndate: 2026-01-01\nlang: en\n---\nAs imported.\n")
    nowhere = "\n[imports.nowhere]\nkind = 'markdown'\nsource = 'nowhere'\n"
    return f"\n[imports.site]\nkind = 'markdown'\nsource = '{folder / 'articles'}'\n{nowhere}"


def running(parent: int, words: bytes) -> list[int]:
    """The processes started by `parent` whose command line has these words."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True)
    return [pid for pid in map(int, listed.stdout.split()) if words in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""


def runner(found: Office) -> int:
    until(lambda: bool(running(found.server.process.pid, b"desk.running")))
    return running(found.server.process.pid, b"desk.running")[0]


# -- once --------------------------------------------------------------------------------------------------------------


def test_ten_calls_of_a_cms_come_to_one_import_and_one_publish_and_the_article_is_live(desk: Office):
    told = [desk.ask("POST", "hook/site", json={"post": "whatever a CMS sends"}) for _ in range(10)]

    assert {got.status_code for got in told} == {202}
    assert len({got.json()["imported"]["id"] for got in told}) == 1
    assert len({got.headers["location"] for got in told}) == 1
    published = desk.done(told[0].json()["published"]["id"])
    assert published["report"]["editions"]["en"]["new"] == 1
    assert desk.done(told[0].json()["imported"]["id"])["report"]["added"] == 1
    until(lambda: desk.server.get("api/articles/one").status_code == 200)


def test_a_publish_that_was_asked_for_before_an_import_isnt_the_one_after_it(tmp_path: Path):
    with Desk.open(tmp_path) as found:
        first = ask(found, "publish", who="x", now=1)
        imported = ask(found, "import", "site", who="x", now=1)
        second = ask(found, "publish", who="x", now=1)

        assert [first.id, imported.id, second.id] == [1, 2, 3]
        assert ask(found, "publish", who="x", now=1).id == 3
        assert ask(found, "import", "other", who="x", now=1).id == 4
        assert ask(found, "import", "site", who="x", now=1, confirm=True).id == 5
        assert [job.id for job in list_jobs(found, before=4, limit=2)] == [3, 2]


@pytest.mark.long
def test_two_servers_of_one_newsroom_do_a_job_once(desk: Office):
    with serving(desk.folder) as other:
        jobs = [desk.done(desk.ask("POST", "publish").json()["id"]) for _ in range(3)]

        assert {(job["state"], job["attempts"]) for job in jobs} == {("done", 1)}
        assert other.get("api/health").status_code == 200


def test_who_may_not_read_sees_of_an_error_no_address_and_no_path(desk: Office):
    number = desk.ask("POST", "imports/nowhere").json()["id"]
    assert "no such folder" in desk.done(number)["error"]["message"]
    for token in (desk.add("imports", "import"), desk.add("publishes", "publish")):
        got = [desk.ask("GET", path, token=token) for path in (f"jobs/{number}", "jobs")]
        assert all("unreadable-source" in answer.text and "no such folder" not in answer.text for answer in got)


def test_who_may_only_import_sees_of_a_report_no_name_of_what_isnt_public(desk: Office):
    (desk.folder.parent / "articles" / "secret-plan.md").write_text("---\ntitle: X\ndraft: true\n---\nHush.\n")
    number = desk.ask("POST", "imports/site").json()["id"]
    assert "secret-plan" in str(desk.done(number)["report"])
    token = desk.add("half a CMS", "import")

    for path in (f"jobs/{number}", "jobs"):
        got = desk.ask("GET", path, token=token)
        assert got.status_code == 200
        assert "secret-plan" not in got.text
    assert desk.ask("GET", f"jobs/{number}", token=token).json()["report"]["skipped"] == 1


@pytest.mark.long
def test_what_is_published_edited_and_deleted_in_wordpress_is_so_for_readers_after_a_call_of_the_hook(tmp_path: Path):
    with WordPress() as site:
        config = f"\n[imports.site]\nkind = 'wordpress'\nsource = '{site.url}'\nallow_private = true\n"
        with office(tmp_path / "newsroom", config=config) as found:
            for change in (
                lambda: site.write(12),
                lambda: site.edit(3, title="Мост закрыт", body="<p>Теперь иначе.</p>"),
                lambda: site.delete(5),
            ):
                change()
                job = found.done(found.ask("POST", "hook/site").json()["published"]["id"])
                assert job["state"] == "done", job

            assert found.get("articles/2024/01/post-5")["state"] == "held"  # one of twelve: a person decides
            assert [one["key"] for one in found.get("articles?state=held")["articles"]] == ["2024/01/post-5"]
            found.done(found.ask("POST", "imports/site?confirm=true").json()["id"])
            found.publish()

            until(lambda: found.server.get("api/articles/2024/01/post-5").status_code == 410)
            assert found.server.get("api/articles/2024/01/post-3").json()["title"] == "Мост закрыт"


# -- what can go wrong -------------------------------------------------------------------------------------------------


def test_an_import_that_nobody_configured_cant_be_asked_for_and_one_that_fails_says_why(desk: Office):
    for path in ("imports/other", "hook/other", "imports/..%2f..%2fetc"):
        assert desk.ask("POST", path).status_code == 404
    assert {one["name"] for one in desk.get("imports")["imports"]} == {"site", "nowhere"}

    job = desk.done(desk.ask("POST", "imports/nowhere").json()["id"])

    assert (job["state"], job["error"]["code"]) == ("failed", "unreadable-source")
    assert str(desk.folder) not in job["error"]["message"]
    assert desk.ask("GET", "jobs/999999").status_code == 404


def test_while_a_command_is_at_work_jobs_wait_and_changes_are_told_to_try_again(desk: Office):
    with Newsroom.open(desk.folder) as newsroom, newsroom.lock():
        number = desk.ask("POST", "publish").json()["id"]
        refused = desk.put("in-between")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert problem(refused).code == "newsroom-locked"
        assert desk.ask("GET", "articles").status_code == 200
        until(lambda: desk.get(f"jobs/{number}")["state"] == "queued")

    job = desk.done(number)
    assert (job["state"], job["attempts"]) == ("done", 1)
    assert desk.put("in-between").status_code == 201


@pytest.mark.long
def test_a_publish_by_hand_at_the_same_time_leaves_one_line_of_versions(desk: Office):
    command = [sys.executable, "-m", "tamizdat", "publish", str(desk.folder)]
    for number in range(2):
        desk.put(f"both-{number}")
        by_hand = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert desk.publish()["state"] == "done"
        assert by_hand.wait(60) in (0, 44)

    assert desk.get("articles/both-1")["state"] == "published"
    verified = subprocess.run([sys.executable, "-m", "tamizdat", "verify", str(desk.folder / "public")])
    assert verified.returncode in (0, 2)  # 2: nobody said whom to trust


def test_a_killed_desk_begins_again_where_it_was_cut(tmp_path: Path, slow: SlowSite):
    with office(tmp_path / "newsroom", config=slow.config) as found:
        number = found.ask("POST", "hook/slow").json()["published"]["id"]
        until(lambda: slow.asked > 0)
        first = runner(found)
        [command] = running(first, b"pull")
        os.kill(first, signal.SIGKILL)  # what it was doing goes on, and keeps the newsroom to itself
        until(lambda: bool(running(found.server.process.pid, b"desk.running")) and runner(found) != first)
        assert found.get(f"jobs/{number}")["state"] == "queued"
        os.kill(command, signal.SIGKILL)
        slow.open.set()

        assert found.done(number)["state"] == "done"
        assert found.get("articles")["articles"][0]["title"] == "From the feed"
        assert [job["state"] for job in found.get("jobs")["jobs"]] == ["done", "done"]


def test_jobs_that_wait_outlive_the_server(tmp_path: Path, slow: SlowSite):
    with office(tmp_path / "newsroom", config=slow.config) as found:
        number = found.ask("POST", "hook/slow").json()["published"]["id"]
        until(lambda: slow.asked > 0)
        processes = [*running(runner(found), b"pull"), *found.server.children(), found.server.process.pid]
        for pid in processes:
            os.kill(pid, signal.SIGKILL)
        found.server.end()
        token = found.token
    slow.open.set()
    with serving(tmp_path / "newsroom") as server:
        after = Office.__new__(Office)
        after.folder, after.server, after.token = tmp_path / "newsroom", server, token
        assert after.done(number)["state"] == "done"
        assert after.done(number - 1)["report"]["added"] == 1


@pytest.mark.long
def test_a_job_whose_command_dies_each_time_fails_in_the_end(tmp_path: Path, slow: SlowSite):
    with office(tmp_path / "newsroom", config=slow.config) as found:
        number = found.ask("POST", "imports/slow").json()["id"]
        for attempt in range(1, 4):
            until(lambda seen=attempt: slow.asked >= seen)
            [command] = running(runner(found), b"pull")
            os.kill(command, signal.SIGKILL)

        job = found.done(number)

        assert (job["state"], job["error"]["code"], job["attempts"]) == ("failed", "interrupted", 3)
        assert found.ask("GET", "articles").status_code == 200


def test_a_server_that_is_told_to_end_cuts_a_job_and_that_was_no_attempt(tmp_path: Path, slow: SlowSite):
    with office(tmp_path / "newsroom", config=slow.config) as found:
        number = found.ask("POST", "imports/slow").json()["id"]
        until(lambda: slow.asked > 0)
        [command] = running(runner(found), b"pull")
        found.server.end()

        assert not _command(command)
        with Desk.open(found.folder) as desk:
            [job] = list_jobs(desk)
            assert (job.id, job.state, job.attempts) == (number, "queued", 0)


@contextmanager
def locked_newsroom(folder: Path) -> Iterator[None]:
    with Newsroom.init(folder, title="Locked", editions=("en",), passphrase="open sesame", now=1_795_000_000):
        yield


def test_a_newsroom_whose_key_is_locked_says_what_publishing_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with locked_newsroom(tmp_path / "newsroom"):
        pass
    with office(tmp_path / "newsroom") as found:
        for path in ("publish", "hook/site"):
            refused = found.ask("POST", path)
            assert refused.status_code in (404, 409)
        told = problem(found.ask("POST", "publish"))
        assert (told.status, told.code) == (409, "key")
        assert "TAMIZDAT_PASSPHRASE_FILE" in told.detail
    (tmp_path / "secret").write_text("open sesame\n")
    monkeypatch.setenv("TAMIZDAT_PASSPHRASE_FILE", str(tmp_path / "secret"))
    with serving(tmp_path / "newsroom") as server:
        after = Office.__new__(Office)
        after.folder, after.server, after.token = tmp_path / "newsroom", server, found.token
        assert after.publish()["state"] == "done"
        server.end()
        assert "sesame" not in server.log


@pytest.mark.long
def test_a_full_disk_is_told_and_nothing_is_half_changed(tmp_path: Path):
    with small_disk(tmp_path / "disk", "3m") as disk, office(disk / "newsroom") as found:
        found.put("before")
        (disk / "ballast").write_bytes(b"x" * 2_000_000)
        with (disk / "more").open("wb", buffering=0) as more:
            try:
                while more.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        full = [found.put(f"n{number}", "words " * 20_000) for number in range(3)]

        assert full[-1].status_code == 507
        assert "no space" in problem(full[-1]).detail
        assert found.ask("POST", "publish").status_code == 507
        (disk / "more").unlink()
        (disk / "ballast").unlink()
        assert found.put("n2", "words").status_code in (200, 201)
        assert found.get("articles/before")["state"] == "new"


def test_of_a_long_report_the_beginning_is_kept_and_how_much_more_there_was():
    report = shortened({"added": 3, "skipped": [*range(1_000)], "warnings": ["one"]})

    assert report == {"added": 3, "skipped": [*range(200)], "warnings": ["one"], "more_skipped": 800}
