"""`tamizdat start` takes an editor from a site to a publication, whatever happens on the way."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from httpd import Handler, Httpd
from tamizdat_server.demo import SAMPLE
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.starting import look, recall
from terminal import Terminal
from wpserver import WordPress, refuse
from wxr import export, item

SECONDS = 240


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with articles to begin from."""
    shutil.copytree(SAMPLE / "1", tmp_path / "articles")
    return tmp_path


def start(desk: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "tamizdat", "start", *words, "--no-browser"],
        cwd=desk, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


def commands(shown: str) -> list[str]:
    """The commands that it tells to type next."""
    return re.findall(r"^    (tamizdat .+)$", shown, re.MULTILINE)


# -- from beginning to end ---------------------------------------------------------------------------------------------


def test_an_editor_answers_a_handful_of_questions_and_has_a_publication(desk: Path):
    opened = desk / "opened"
    browser = desk / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n', "utf-8")
    browser.chmod(0o700)
    with Terminal("start", "articles", cwd=desk, environment={"BROWSER": str(browser)}) as terminal:
        terminal.answer("Folder for the newsroom", "ferry")
        terminal.answer("Name of the publication", "The Ferry")
        terminal.answer("Languages to publish in", "ru, kz")
        terminal.answer("Lock the keys by a passphrase", "y")
        terminal.answer("New passphrase", "верный конь")
        terminal.answer("Repeat for confirmation", "верный конь")
        terminal.answer("Publish?")
        assert terminal.end() == 0, terminal.shown
    with Newsroom.open(desk / "ferry") as newsroom:
        assert newsroom.config.title == "The Ferry"
        assert [*newsroom.config.editions] == ["ru", "kk"]
        assert newsroom.version == 1
        assert f"https://WHERE-YOU-SERVE-IT/#{newsroom.fingerprint}" in terminal.shown
    assert "scrypt" in (desk / "ferry/keys/root.pem").read_text("utf-8")
    assert "верный" not in terminal.shown
    assert opened.read_text("utf-8") == (desk / "ferry" / "report.html").as_uri()
    assert [line.split()[1] for line in commands(terminal.shown)] == ["keys", "serve", "pull"]


def test_without_a_terminal_yes_takes_every_default(desk: Path):
    done = start(desk, "articles", "--yes")
    assert done.returncode == 0, done.stderr
    with Newsroom.open(desk / "articles-newsroom") as newsroom:
        assert newsroom.version == 1
        assert [*newsroom.editions()] == ["en", "kk", "ru"]
    assert "9 added" in done.stdout
    assert (desk / "articles-newsroom" / "report.html").stat().st_mode & 0o777 == 0o600


def test_without_a_terminal_and_without_yes_nothing_happens(desk: Path):
    done = start(desk, "articles")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert [path.name for path in desk.iterdir()] == ["articles"]


def test_the_passphrase_of_a_file_locks_the_keys_where_nobody_can_be_asked(desk: Path):
    (desk / "secret").write_text("верный конь\n", "utf-8")
    done = start(desk, "articles", "--yes", TAMIZDAT_PASSPHRASE_FILE=str(desk / "secret"))
    assert done.returncode == 0, done.stderr
    assert "scrypt" in (desk / "articles-newsroom/keys/targets.pem").read_text("utf-8")


def test_the_commands_that_it_tells_do_what_is_promised(desk: Path):
    export, _, daily = commands(start(desk, "articles", "--yes").stdout)
    (desk / "articles/en/new.md").write_text("---\ntitle: New\ndate: 2026-11-01\nlang: en\n---\nNews.\n", "utf-8")
    for line in (export.replace("/media/stick", "stick"), daily):
        line = line.replace("tamizdat ", f"{sys.executable} -m tamizdat ")
        subprocess.run(["bash", "-c", line], cwd=desk, check=True, timeout=SECONDS)
    assert (desk / "stick" / "root.pem").exists()
    with Newsroom.open(desk / "articles-newsroom") as newsroom:
        assert newsroom.version == 2
    again = start(desk, "articles", "--yes").stdout
    assert [line.split()[1] for line in commands(again)] == ["serve", "pull", "mirrors"]


# -- a site ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress() as wordpress:
        wordpress.write(8)
        wordpress.write(1, title="Көпір", body=f"<p>{'Жаңа көпір қайда салынады? ' * 5}</p>")
        wordpress.write(1, title="The minister's brother", status="draft")
        wordpress.write(1, title="For subscribers", password="x")
        yield wordpress


def test_a_wordpress_site_becomes_a_publication_with_all_that_is_public(desk: Path, site: WordPress):
    done = start(desk, site.url, "--yes", "--allow-private")
    assert done.returncode == 0, done.stderr
    assert "It is WordPress" in done.stdout
    assert "9 added" in done.stdout
    report = (desk / "127.0.0.1" / "report.html").read_text("utf-8")
    assert "minister" not in report + done.stdout + done.stderr
    site.write(1)
    daily = commands(done.stdout)[2].replace("tamizdat ", f"{sys.executable} -m tamizdat ")
    subprocess.run(["bash", "-c", daily], cwd=desk, check=True, timeout=SECONDS)
    with Newsroom.open(desk / "127.0.0.1") as newsroom:
        assert newsroom.version == 2
        assert len([*newsroom.standing_sources()]) == 10


def test_a_feed_is_begun_from_with_the_pages_of_its_entries(desk: Path, site: WordPress):
    done = start(desk, f"{site.url}feed/", "--yes", "--allow-private")
    assert done.returncode == 0, done.stderr
    assert "It is a feed" in done.stdout
    assert "9 added" in done.stdout
    with Newsroom.open(desk / "127.0.0.1") as newsroom:
        (again,) = newsroom.config.imports.values()
        assert (again.kind, again.source, again.fetch) == ("feed", f"{site.url}feed/", True)


def test_where_the_site_has_another_time_no_key_is_made_unless_its_editor_says_who_is_right(desk: Path):
    def ahead(handler: Handler, _: Path | None) -> None:
        handler.send_response_only(200)
        handler.send_header("Date", "Fri, 01 Mar 2041 10:00:00 GMT")
        handler.send_header("Content-Length", str(len(front)))
        handler.end_headers()
        handler.send(front)

    front = b"<html lang=en><title>T</title><link rel=alternate type=application/rss+xml href=rss>"
    (desk / "public").mkdir()
    with Httpd(desk / "public", modes={"": ahead}) as site:
        done = start(desk, site.url, "--to", "ferry", "--yes", "--allow-private")
        assert "the site's 2041-03-01T10:00:00Z" in done.stdout
        assert "set this machine's clock" in done.stderr
        assert not (desk / "ferry").exists()
        with Terminal("start", site.url, "--to", "ferry", "--allow-private", cwd=desk) as terminal:
            terminal.answer("Is this machine's right?", "y")
            terminal.wait_for("Name of the publication")


def test_where_no_article_came_nobody_is_told_to_publish(desk: Path):
    with WordPress() as empty:
        empty.write(1, password="x")
        done = start(desk, empty.url, "--to", "ferry", "--yes", "--allow-private")
    assert "No article came" in done.stdout
    assert [line.split()[1] for line in commands(done.stdout)] == ["keys", "pull", "mirrors"]


def test_a_site_written_in_two_languages_is_proposed_both(site: WordPress):
    with closing(Web(allow_private=True)) as web:
        found = look(site.url, fetcher=web)
    assert "kk" in found.languages
    assert found.articles == 10  # the protected one is listed by the site


@pytest.mark.long
def test_a_site_that_goes_away_in_the_middle_is_gone_on_with_when_it_is_back(desk: Path, site: WordPress):
    site.delete(9)  # in another language than all others
    site.write(200)
    site.fail("posts", refuse(503), first=4)
    done = start(desk, site.url, "--yes", "--allow-private")
    assert done.returncode != 0
    assert "Kept: 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
    site.faults.clear()
    done = start(desk, site.url, "--yes", "--allow-private")
    assert done.returncode == 0, done.stderr
    with Newsroom.open(desk / "127.0.0.1") as newsroom:
        assert len([*newsroom.standing_sources()]) == 208
        assert newsroom.version == 1


def test_a_machine_that_goes_off_in_the_middle_of_an_import_keeps_what_came(desk: Path, site: WordPress):
    site.delete(9)  # in another language than all others
    site.write(300)
    words = [sys.executable, "-m", "tamizdat", "start", site.url, "--yes", "--allow-private", "--no-browser"]
    with subprocess.Popen(words, cwd=desk, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        site.before("posts", lambda _: process.kill(), request=8)
    with Newsroom.open(desk / "127.0.0.1") as newsroom:
        kept = len([*newsroom.standing_sources()])
        fingerprint = newsroom.fingerprint
    assert kept < 308
    done = start(desk, site.url, "--yes", "--allow-private")
    assert done.returncode == 0, done.stderr
    with Newsroom.open(desk / "127.0.0.1") as newsroom:
        assert len([*newsroom.standing_sources()]) == 308
        assert newsroom.fingerprint == fingerprint
        assert newsroom.version == 1


def test_an_export_is_not_left_lying_about_without_a_word(desk: Path):
    (desk / "export.xml").write_text(export(item(7, "<p>Its words.</p>"), language="en"), "utf-8")
    done = start(desk, "export.xml", "--yes")
    assert done.returncode == 0, done.stderr
    assert "still in export.xml: keep it safe, or delete it" in done.stdout
    with Newsroom.open(desk / "export") as newsroom:
        (again,) = newsroom.config.imports.values()
        assert (again.kind, again.source) == ("wordpress", "https://example.kz")


# -- interrupted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["Looking at", "is a folder", "is your newsroom", "9 added", "Version 1"])
def test_killed_at_any_step_the_same_command_goes_on(desk: Path, moment: str):
    with Terminal("start", "articles", "--yes", "--no-browser", cwd=desk) as terminal:
        terminal.wait_for(moment)
        terminal.process.kill()
    done = start(desk, "articles", "--yes")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in desk.iterdir()} == {"articles", "articles-newsroom"}
    with Newsroom.open(desk / "articles-newsroom") as newsroom:
        assert newsroom.version == 1
        assert len([*newsroom.standing_sources()]) == 9


def test_ctrl_c_at_a_question_makes_nothing(desk: Path):
    with Terminal("start", "articles", cwd=desk) as terminal:
        terminal.answer("Folder for the newsroom", "ferry")
        terminal.wait_for("Name of the publication")
        assert terminal.interrupt() == 130
    assert [path.name for path in desk.iterdir()] == ["articles"]


def test_what_was_answered_is_not_asked_again(desk: Path):
    with Terminal("start", "articles", "--no-browser", cwd=desk) as terminal:
        terminal.answer("Folder for the newsroom", "ferry")
        terminal.answer("Name of the publication", "The Ferry")
        terminal.answer("Languages to publish in", "any")
        terminal.answer("Lock the keys by a passphrase", "n")
        terminal.wait_for("Publish?")
        assert terminal.interrupt() == 130
        assert "'tamizdat start articles' goes on" in terminal.shown
    with Terminal("start", "articles", "--no-browser", cwd=desk) as terminal:
        terminal.answer("Publish?", "y")
        assert terminal.end() == 0
        assert "9 unchanged" in terminal.shown
        assert "Folder" not in terminal.shown
    assert {path.name for path in desk.iterdir()} == {"articles", "ferry"}


def test_an_answer_that_makes_no_sense_is_asked_for_again(desk: Path):
    (desk / "photos").mkdir()
    (desk / "photos" / "cat.jpg").write_bytes(b"cat")
    with Terminal("start", "articles", "--no-browser", cwd=desk) as terminal:
        terminal.answer("Folder for the newsroom", "photos")
        terminal.answer("has other things in it")
        terminal.answer("Name of the publication", "  ")
        terminal.answer("Name of the publication", "The Ferry")
        terminal.answer("Languages to publish in", "русский")
        terminal.answer("Languages to publish in", "ru")
        terminal.answer("Lock the keys by a passphrase", "n")
        terminal.answer("Publish?", "n")
        assert terminal.end() == 0
    with Newsroom.open(desk / "articles-newsroom") as newsroom:
        assert (newsroom.config.title, [*newsroom.config.editions]) == ("The Ferry", ["ru"])


def test_who_doesn_t_want_to_publish_yet_is_told_how_to_later(desk: Path):
    with Terminal("start", "articles", "--to", "ferry", "--no-browser", cwd=desk) as terminal:
        terminal.answer("Name of the publication")
        terminal.answer("Languages to publish in")
        terminal.answer("Lock the keys by a passphrase", "n")
        terminal.answer("Publish?", "n")
        assert terminal.end() == 0
    assert commands(terminal.shown)[0] == "tamizdat publish ferry"
    with Newsroom.open(desk / "ferry") as newsroom:
        assert newsroom.version == 0


# -- in the way --------------------------------------------------------------------------------------------------------


def test_a_folder_with_other_things_in_it_is_left_alone(desk: Path):
    (desk / "photos").mkdir()
    (desk / "photos" / "cat.jpg").write_bytes(b"cat")
    done = start(desk, "articles", "--yes", "--to", "photos")
    assert done.returncode == 2
    assert "photos has other things in it" in done.stderr
    assert [path.name for path in (desk / "photos").iterdir()] == ["cat.jpg"]


def test_a_newsroom_that_was_made_otherwise_is_taken_once_its_editor_agrees(desk: Path):
    Newsroom.init(desk / "ferry", title="The Ferry", editions=["ru"], passphrase=None, now=0).close()
    with Terminal("start", "articles", "--to", "ferry", "--no-browser", cwd=desk) as terminal:
        terminal.answer("is a newsroom already, The Ferry. Import articles into it?", "y")
        terminal.answer("Publish?", "y")
        assert terminal.end() == 0
    with Newsroom.open(desk / "ferry") as newsroom:
        answers = recall(newsroom)
        assert answers
        assert answers.place == "articles"
        assert newsroom.version == 1


def test_a_second_copy_says_that_another_is_at_work(desk: Path):
    assert start(desk, "articles", "--yes").returncode == 0
    with Newsroom.open(desk / "articles-newsroom") as newsroom, newsroom.lock():
        done = start(desk, "articles", "--yes")
    assert done.returncode == 44
    assert "another command is at work" in done.stderr
    assert "goes on from there" in done.stderr


def test_two_at_once_make_one_newsroom(desk: Path):
    words = [sys.executable, "-m", "tamizdat", "start", "articles", "--yes", "--no-browser"]
    both = [subprocess.Popen(words, cwd=desk, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    codes = {process.communicate(timeout=SECONDS) and process.returncode for process in both}
    assert 0 in codes
    assert codes <= {0, 43, 44}
    assert {path.name for path in desk.iterdir()} == {"articles", "articles-newsroom"}


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("backup.zip", b"PK\x03\x04", "Tools > Export"),
        ("notes.txt", b"hello", "neither an export of WordPress nor a feed"),
        ("missing.xml", None, "no such file"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_can_be_done(desk: Path, name: str, data: bytes | None, told: str):
    if data is not None:
        (desk / name).write_bytes(data)
    done = start(desk, name, "--yes")
    assert done.returncode == 45
    assert told in done.stderr
    assert not [path for path in desk.iterdir() if path.name not in ("articles", name)]
