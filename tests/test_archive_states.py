"""Whatever state a library is in, and whatever a newsroom calls its articles, the archive shows a readable page."""

import shutil
import sqlite3
import time
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

from archiving import Visitor
from conftest import Ferry
from following import Follower
from publishing import Desk
from shelf import FINGERPRINT, OTHER, PUBLICATION, accepted, article, bundle, delta, shelf
from tamizdat.format.article import Article, CodeSpan, Link, Paragraph
from tamizdat.format.catalog import encode
from tamizdat.library import SCHEMA, Library

HOSTILE = "<script>alert(1)</script>\"'&amp;"


def accept(library: Library, title: str, *, publication: str = PUBLICATION, **directions: str) -> None:
    """Let the library know a publication of this title, with these editions and their directions."""
    state = accepted(publication=publication, editions=directions)
    editions = {
        code: msgspec.structs.replace(edition, direction=directions[code])
        for code, edition in state.catalog.editions.items()
    }
    catalog = msgspec.structs.replace(state.catalog, title=title, editions=editions)
    library.accept(
        msgspec.structs.replace(state, catalog=catalog, catalog_bytes=encode(catalog)),
        fingerprint=FINGERPRINT, place=f"https://{publication[:4]}.example/",
    )  # fmt: skip


def put(library: Library, *articles: Article, publication: str = PUBLICATION) -> None:
    for edition in {a.edition for a in articles}:
        chosen = [a for a in articles if a.edition == edition]
        library.apply_delta(bundle("delta", chosen, edition=edition, publication=publication), to=1)


# -- libraries ---------------------------------------------------------------------------------------------------------


def test_before_the_first_sync_the_archive_says_so_and_afterwards_it_is_there(tmp_path: Path, ferry: Ferry):
    path = tmp_path / "library.db"
    visitor = Visitor(path)
    for _ in range(2):
        answer = visitor.page("/article/en/bridge", 503).answer
        assert answer.headers["retry-after"]
        Library.open(path).close()
    path.unlink()
    shutil.copy(ferry.library, path)
    assert visitor.page("/").all(".nameplate") == ["The Ferry"]


def test_a_library_of_a_newer_or_an_older_tamizdat_is_a_readable_page(ferry_library: Path):
    for schema in (SCHEMA + 1, SCHEMA - 1):
        with sqlite3.connect(ferry_library) as db:
            db.execute(f"PRAGMA user_version = {schema}")
        db.close()
        assert Visitor(ferry_library).page("/", 503).all("h1") == ["This archive is being renewed"]


def test_a_damaged_library_is_a_readable_page(ferry_library: Path):
    with ferry_library.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (ferry_library.stat().st_size - 4096))
    page = Visitor(ferry_library).page("/", 503)
    assert page.all("h1") == ["The archive can't be read"]
    assert "sqlite" not in page.text.lower()


def test_a_library_of_some_editions_shows_those_alone(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        put(library, article("one"))
    visitor = Visitor(tmp_path / "library.db")
    assert visitor.page("/").all(".bar nav li")[0] == "English"
    visitor.page("/edition/ru", 404)


def test_an_edition_that_is_kept_in_part_says_since_when(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        put(library, article("old", day=1), article("new", day=9))
        library.trim(PUBLICATION, "en", since="2026-11-05T00:00:00Z")
    visitor = Visitor(tmp_path / "library.db")
    assert "1 article since 5 November 2026; older ones aren't kept here" in visitor.page("/edition/en").text
    visitor.page("/article/old", 404)


# -- what is new -------------------------------------------------------------------------------------------------------


def test_a_page_is_sent_again_only_when_the_library_has_changed(tmp_path: Path):
    desk, reader = Desk(tmp_path / "desk"), Follower(tmp_path / "library.db")
    desk.now = int(time.time()) - 10_000
    desk.put("one")
    desk.publish()
    reader.sync(desk)
    visitor = Visitor(reader.path)
    for path in ("/", "/article/one", "/edition/en", "/feed.atom", "/versions"):
        tag = visitor.get(path).headers["etag"]
        assert visitor.get(path, if_none_match=tag).status_code == 304
        assert visitor.get(path, if_none_match=f'"other", W/{tag}').status_code == 304
        desk.put("one", f"as it was when {path} was asked for")
        desk.publish(after=60)
        reader.sync(desk)
        answer = visitor.get(path, if_none_match=tag)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


def test_a_version_tells_what_it_added_revised_and_retracted(tmp_path: Path):
    desk, reader = Desk(tmp_path / "desk"), Follower(tmp_path / "library.db")
    for key in ("one", "two", "three"):
        desk.put(key)
    desk.publish()
    reader.sync(desk)
    desk.put("four")
    desk.put("one", "other words")
    desk.retract("two", "Not so.")
    desk.publish()
    reader.sync(desk)
    desk.put("five")
    desk.publish()
    desk.put("six")
    desk.publish()
    reader.sync(desk)
    visitor = Visitor(reader.path)
    page = visitor.page("/version/2")
    assert page.all("section h2") == ["Added", "Revised", "Retracted"]
    assert page.all(".changes a") == ["On four", "On one", "two"]
    assert "1 added, 1 revised, 1 retracted" in visitor.page("/versions").text
    assert "/version/2" in visitor.page("/article/one").links
    assert [visitor.page(f"/version/{number}").all(".changes a") for number in (3, 4)] == [["On five"], ["On six"]]


def test_a_version_that_was_passed_over_leads_to_where_its_changes_are_listed(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        put(library, article("one"))
        library.apply_delta(bundle("delta", [article("two")], span=(1, 4)), to=4)
    visitor = Visitor(tmp_path / "library.db")
    assert "among those listed under version 4" in visitor.page("/version/3").text
    assert "from version 1 in one step" in visitor.page("/version/4").text
    visitor.page("/version/5", 404)


def test_a_stale_archive_says_so_and_stays_readable(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        put(library, article("one"))
        for days, word in ((3, "Stale"), (90, "Very old")):
            signed = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86_400))
            library.db.execute("UPDATE publications SET signed = ?", (signed,))
            visitor = Visitor(tmp_path / "library.db")
            assert visitor.page("/").all(".freshness") == [word]
            visitor.page("/article/one")


# -- several publications, several scripts -----------------------------------------------------------------------------


def test_several_publications_each_have_their_own_pages(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        accept(library, "The Paper", en="ltr")
        accept(library, "The Other", publication=OTHER, en="ltr")
        put(library, article("one", title="Ours"), article("only-ours"))
        put(library, article("one", title="Theirs"), publication=OTHER)
    for base in ("/", "/data/"):
        visitor = Visitor(tmp_path / "library.db", base)
        here, there = visitor.page("/"), visitor.page("/of/0b0b0b0b/")
        assert (here.all(".nameplate"), there.all(".nameplate")) == (["The Paper"], ["The Other"])
        assert f"{base}of/0b0b0b0b/" in here.links
        assert base in there.links
        assert visitor.page("/article/one").all("h1") == ["Ours"]
        assert visitor.page("/of/0b0b0b0b/article/one").all("h1") == ["Theirs"]
        visitor.page("/of/0b0b0b0b/article/only-ours", 404)
        inner = [link for link in there.links if "article" in link or "edition" in link]
        assert inner
        assert all(link.startswith((f"{base}of/0b0b0b0b/", f"{base}library")) for link in inner)


def test_an_edition_written_from_right_to_left_is_set_that_way(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        accept(library, "الجريدة", ar="rtl", en="ltr")
        put(library, article("خبر/1", edition="ar", title="خبر من المدينة", section="المدينة"), article("one"))
    visitor = Visitor(tmp_path / "library.db")
    page = visitor.page("/edition/ar")
    assert [h1.getparent().getparent().get("dir") for h1 in page.tree.cssselect("h1")] == ["rtl"]
    assert [(story.get("lang"), story.get("dir")) for story in page.tree.cssselect(".story")] == [("ar", "rtl")]
    (link,) = page.tree.cssselect(".story h3 a")
    sheet = visitor.page(link.get("href")).one(".sheet")
    assert (sheet.get("lang"), sheet.get("dir")) == ("ar", "rtl")
    front = visitor.page("/")
    assert {story.get("dir") for story in front.tree.cssselect(".story")} == {"rtl", "ltr"}


# -- what a newsroom may call things -----------------------------------------------------------------------------------

ODD = [
    "a", "../../etc/passwd", "a/./b", "..", "a/revision/3", "x/record.json", "x/diff/1", "100%", "%41", "a?b=c#d",
    "~2F", "a~b", "ключ/статья", "قصة", "a&b=c;d", 'quo"te', "<b>", "a+b", "a.b.json", "🦆", "a/of/00000000/b",
    "x" * 200,
]  # fmt: skip


@pytest.mark.parametrize("base", ["/", "/data/"])
def test_every_key_section_and_tag_has_an_address_that_leads_to_it(tmp_path: Path, base: str):
    with shelf(tmp_path / "library.db") as library:
        put(
            library,
            *(article(key, title=f"Title {n}", section=f"{key}/ §", tags=[f" {key} "]) for n, key in enumerate(ODD)),
        )
    visitor = Visitor(tmp_path / "library.db", base)
    stories = {
        story.cssselect("h3 a")[0].text: [a.get("href") for a in story.cssselect("h3 a, .kicker a")]
        for story in visitor.page("/edition/en").tree.cssselect(".story")
    }
    for number, _ in enumerate(ODD):
        section, address = sorted(stories[f"Title {number}"], key=lambda link: "/section/" not in link)
        page = visitor.page(address.removeprefix(base))
        assert page.all("h1") == [f"Title {number}"]
        (tag,) = page.tree.cssselect(".tags a")
        for listed in (section, tag.get("href")):
            assert visitor.page(listed.removeprefix(base)).all(".story h3") == [f"Title {number}"]
        record = next(link for link in page.links if link.endswith("/record.json"))
        assert visitor.get(record.removeprefix(base)).json()["title"] == f"Title {number}"


def test_nothing_that_a_newsroom_writes_becomes_markup(tmp_path: Path):
    hostile = article(
        "one", title=HOSTILE, byline=HOSTILE, place=HOSTILE, section=HOSTILE, summary=HOSTILE, tags=[HOSTILE],
        body=[Paragraph([HOSTILE, CodeSpan(HOSTILE), Link("https://ok.example/?a=\"'<b>", [HOSTILE])])],
    )  # fmt: skip
    with shelf(tmp_path / "library.db") as library:
        accept(library, HOSTILE, en="ltr")
        put(library, hostile)
        library.apply_delta(delta(msgspec.structs.replace(hostile, revision=2, title=HOSTILE * 2)), to=2)
    visitor = Visitor(tmp_path / "library.db")
    paths = [
        "/", "/edition/en", "/edition/en/topics", "/article/one", "/article/one/diff/2", "/search?q=script",
        "/version/2", "/versions", "/about", "/feed.atom", "/article/%3Cscript%3Ealert(1)%3C/script%3E",
    ]  # fmt: skip
    for path, answer in zip(paths, visitor.all(paths), strict=True):
        assert answer.status_code in (200, 404), path
        assert "<script" not in answer.text
        assert "script" in answer.text or path == "/about"


def test_what_a_reader_did_shows_nowhere(ferry_library: Path):
    paths = ["/", "/article/en/bridge", "/edition/en", "/about", "/versions"]
    before = [answer.text for answer in Visitor(ferry_library).all(paths)]
    with Library.open(ferry_library) as library:
        library.save("en/bridge")
        library.db.execute("UPDATE choices SET keep_days = 4711")
    assert [answer.text for answer in Visitor(ferry_library).all(paths)] == before
