"""The reader app in a publication: one app for all, a page with unverified news for each, all listed and signed."""

import gzip
import json
import re
import shutil
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from building import LIST, WEB
from mirroring import Copy
from publishing import DAY, Desk
from tamizdat.format.catalog import decode_site
from tamizdat.format.names import sha256
from tamizdat_server.headers import NO_FRAMES, POLICY
from tamizdat_server.heads import build_heads
from tamizdat_server.live import read_live
from tamizdat_server.publish import workflow
from tamizdat_server.publish.workflow import MARK
from tamizdat_server.shell import Shell, ShellFile, installed_shell

ROLES = {"page": "js", "style": "css", "engine": "js", "own": "js", "start": "html", "icon": "svg", "icon-192": "png"}
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>"


def make_app(folder: Path, version: str) -> Shell:
    """An app whose files say no more than what they are for."""
    files: list[ShellFile] = []
    (folder / "app").mkdir(parents=True)
    for role, ending in ROLES.items():
        data = f"{role} of {version}".encode()
        digest = sha256(data)
        path = f"app/{role}-{digest[:16]}.{ending}"
        (folder / path).write_bytes(data)
        files.append(ShellFile(role, path, digest, len(data)))
    value = {"format": "tamizdat.shell.1", "version": version, "files": files}
    (folder / LIST).write_bytes(msgspec.json.encode(value))
    (folder / "sw.js").write_bytes(b"the worker")
    return Shell.read(folder)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "newsroom", editions=("en", "ru"))
    desk.shell = make_app(tmp_path / "app-1", "1.0")
    return desk


def listed(desk: Desk) -> dict[str, str]:
    live = read_live(desk.public)
    assert live
    return {file.path: file.sha256 for file in decode_site((desk.public / live.paths["site.json"]).read_bytes()).files}


def page(desk: Desk) -> str:
    return (desk.public / "index.html").read_text("utf-8")


def test_the_app_lies_in_the_tree_byte_for_byte_and_is_listed(desk: Desk) -> None:
    desk.put("a")
    report = desk.publish()

    assert desk.shell
    assert report.app == "1.0"
    for path, data in desk.shell.files.items():
        assert (desk.public / path).read_bytes() == data
        assert listed(desk)[path] == sha256(data)
    assert listed(desk)["index.html"] == sha256(page(desk).encode())
    assert "manifest.webmanifest" in listed(desk)


def test_the_page_names_the_app_s_files_relative_to_itself_and_nothing_else(desk: Desk) -> None:
    desk.put("a")
    desk.publish()
    assert desk.shell
    paths = desk.shell.paths

    script = re.search(r"<script ([^>]*)></script>", page(desk))
    assert script
    for name, role in (("src", "page"), ("data-engine", "engine"), ("data-own", "own")):
        assert f'{name}="{paths[role]}"' in script[1]
    assert f'<link rel="stylesheet" href="{paths["style"]}">' in page(desk)
    assert '<link rel="manifest" href="manifest.webmanifest">' in page(desk)
    assert not re.search(r'(?:href|src)="(?:/|[a-z]+:)', page(desk))
    assert page(desk).count("<script") == 1
    assert "<style" not in page(desk)
    assert " style=" not in page(desk)


def test_the_page_holds_itself_to_the_policy_that_its_workers_have(desk: Desk) -> None:
    desk.publish()
    meta = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page(desk))
    assert meta
    assert meta[1] == POLICY % ""
    source = (WEB / "src" / "shell" / "policy.ts").read_text("utf-8")
    assert re.findall(r'^ {2}"([^"]+)",$', source, re.MULTILINE) == (POLICY % "").split("; ")
    assert f'"{NO_FRAMES}"' in source
    for settings in (".htaccess", "_headers"):
        assert f"{meta[1]}; {NO_FRAMES}" in (desk.public / settings).read_text("utf-8")


def test_neither_page_lets_browsers_look_up_whom_an_article_links_to(desk: Desk) -> None:
    desk.publish()
    for text in (page(desk), (WEB / "build" / "start.ts").read_text("utf-8")):
        assert '<meta http-equiv="x-dns-prefetch-control" content="off">' in text
        assert '<meta name="referrer" content="no-referrer">' in text


def test_the_page_has_the_newest_of_each_edition_marked_as_not_verified_in_its_language(desk: Desk) -> None:
    for number in range(8):
        desk.put(f"e{number}", f"The English words of {number}.", published=f"2026-11-{10 + number}T12:00:00Z")
        desk.put(f"r{number}", f"Русские слова {number}.", edition="ru", published=f"2026-11-{10 + number}T12:00:00Z")
    desk.publish()

    english, russian = page(desk).split('<section lang="ru" dir="ltr">')
    assert "Not verified yet" in english
    assert "Ещё не проверено" in russian
    assert "The English words of 7." in english
    assert "Русские слова 7." in russian
    assert english.index("On e7") < english.index("On e6") < english.index("On e0")
    assert russian.count("<article>") == 3
    assert str(desk.newsroom.fingerprint) in page(desk)


def test_without_a_script_a_tap_leads_to_each_edition(desk: Desk) -> None:
    desk.put("a", "The English words.")
    desk.put("b", "Русские слова.", edition="ru")
    desk.publish()

    ways = page(desk).partition("<noscript>")[2].partition("</noscript>")[0]
    assert re.findall('href="#(.*?)"', ways) == re.findall('<h2 id="(.*?)">', page(desk)) == ["in-en", "in-ru"]


def test_hostile_titles_stay_text(desk: Desk) -> None:
    desk.put("a", HOSTILE, title=HOSTILE, byline=HOSTILE)
    desk.publish()

    tags: list[str] = []

    class Seen(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Seen().feed(page(desk))
    assert tags.count("script") == 1
    assert "img" not in tags
    assert escape(HOSTILE) in page(desk)


def test_the_page_stays_small_whatever_is_in_the_news(desk: Desk) -> None:
    for number in range(30):
        for edition in ("en", "ru"):
            text = " ".join(sha256(f"{number} {edition} {word}".encode())[:9] for word in range(400))
            desk.put(f"{edition}{number}", text, edition=edition, title=text[:200])
    desk.publish()

    assert len(gzip.compress(page(desk).encode(), 9)) <= 10 * 1024
    assert '<h2 id="in-ru">' in page(desk)


def test_the_manifest_is_the_publication_s_own(desk: Desk) -> None:
    desk.publish()
    assert desk.shell
    manifest = json.loads((desk.public / "manifest.webmanifest").read_bytes())

    assert manifest["name"] == "The Desk"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("./", "./", "standalone")
    assert [icon["src"] for icon in manifest["icons"]] == [desk.shell.paths["icon"], desk.shell.paths["icon-192"]]


def test_another_app_is_published_by_itself_and_the_old_one_s_files_go(desk: Desk, tmp_path: Path) -> None:
    desk.put("a")
    desk.publish()
    assert desk.shell
    old = desk.shell.files
    desk.shell = make_app(tmp_path / "app-2", "2.0")

    report = desk.publish()

    assert (report.changed, report.app) == (True, "2.0")
    for path in old.keys() - desk.shell.files.keys():
        assert not (desk.public / path).exists()
        assert path not in listed(desk)
    assert (desk.public / desk.shell.paths["page"]).read_bytes() == b"page of 2.0"
    assert not desk.publish().changed


def test_the_same_app_is_not_written_again(desk: Desk) -> None:
    desk.put("a")
    desk.publish()
    before = {path: path.stat().st_mtime_ns for path in (desk.public / "app").iterdir()}
    desk.put("b")

    desk.publish(after=DAY)

    assert {path: path.stat().st_mtime_ns for path in (desk.public / "app").iterdir()} == before


def test_without_an_app_there_is_a_plain_page_and_no_trace_of_an_earlier_one(desk: Desk) -> None:
    desk.put("a")
    desk.publish()
    desk.shell = None

    report = desk.publish()

    assert (report.changed, report.app) == (True, "")
    assert "<script" not in page(desk)
    assert "On a" in page(desk)
    assert not [*(desk.public / "app").iterdir()]
    assert not (desk.public / "sw.js").exists()
    assert not (desk.public / "manifest.webmanifest").exists()
    assert not {path for path in listed(desk) if path.startswith(("app/", "sw", "manifest"))}


def test_a_publish_that_was_killed_finishes_with_the_app_that_it_signed(desk: Desk, tmp_path: Path) -> None:
    desk.put("a")
    desk.publish()
    assert desk.shell
    signed = desk.shell
    shutil.rmtree(desk.public / "app")
    (desk.newsroom.folder / MARK).touch()
    desk.shell = make_app(tmp_path / "app-2", "2.0")
    seen: list[bytes] = []

    def look(public: Path) -> list[tuple[str, bytes]]:
        seen.append((public / signed.paths["engine"]).read_bytes())
        return build_heads(public)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workflow, "build_heads", look)
        desk.publish()

    assert seen[0] == b"engine of 1.0"
    assert (desk.public / desk.shell.paths["engine"]).read_bytes() == b"engine of 2.0"


def test_a_copy_has_the_app_and_is_verified_with_it(desk: Desk, tmp_path: Path) -> None:
    desk.put("a")
    desk.publish()
    assert desk.shell
    copy = Copy(tmp_path / "copy", desk)
    copy.run()

    for path, data in desk.shell.files.items():
        assert (copy.folder / path).read_bytes() == data
    assert copy.verify().exit_code == 0
    engine = desk.shell.paths["engine"]
    (copy.folder / engine).write_bytes(b"engine of anybody")
    assert copy.verify().broken == [engine]


def test_a_damaged_app_is_not_published(desk: Desk, tmp_path: Path) -> None:
    app = tmp_path / "app-1"
    (app / Shell.read(app).paths["page"]).write_bytes(b"half of a pa")
    desk.put("a")
    with pytest.raises(Exception, match="is damaged"):
        Shell.read(app)


def test_the_installed_app_is_the_one_that_was_built_or_none() -> None:
    built = WEB / "dist" / LIST
    found = installed_shell()
    assert (found is not None) == built.is_file()
