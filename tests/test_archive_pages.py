"""What the archive's pages promise to those who came to read, on the sample paper as its library holds it."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

from archiving import ORIGIN, Seen, Visitor
from conftest import Ferry
from tamizdat.format.article import images_of
from tamizdat.library import Library

ATOM = {"a": "http://www.w3.org/2005/Atom"}
GONE = "flower shop"


@pytest.fixture(scope="module")
def visitor(ferry: Ferry) -> Visitor:
    return Visitor(ferry.library)


# -- front -------------------------------------------------------------------------------------------------------------


def test_the_front_page_says_what_this_is_from_whom_how_fresh_and_how_to_check_it(visitor: Visitor, ferry: Ferry):
    page = visitor.page("/")
    assert page.all(".nameplate") == ["The Ferry"]
    assert page.all(".freshness") == ["Fresh"]
    assert "12 articles in 3 editions" in page.text
    assert f"#{ferry.fingerprint}" in page.one(".check code").text
    assert [section.get("lang") for section in page.tree.cssselect(".shelf > h2")] == ["en", "kk", "ru"]
    assert "A day on bus number 2" in page.all(".shelf .story h3")
    assert {"/retractions", "/versions", "/about", "/search", "/library", "/feed.atom"} <= set(page.links)


@pytest.mark.parametrize("base", ["/", "/data/"])
def test_every_link_of_every_page_leads_to_a_page_below_the_base(ferry: Ferry, base: str):
    visitor = Visitor(ferry.library, base)
    to_do, done = ["/"], set[str]()
    while to_do:
        path = to_do.pop()
        done.add(path)
        answer = visitor.get(path)
        assert answer.status_code == (410 if path.endswith("/gravel") else 200), path
        if answer.headers["content-type"].startswith("text/html") and not path.startswith("/library"):
            links = Seen(answer).links
            assert all(link.startswith(base) for link in links), path
            found = {f"/{link.removeprefix(base)}" for link in links}
            to_do += sorted(found - done - set(to_do))
    assert len(done) > 100


def test_no_page_needs_a_script_a_cookie_or_anything_from_elsewhere(visitor: Visitor):
    for path in ("/", "/article/en/bridge", "/search?q=bridge", "/versions", "/about"):
        page = visitor.page(path)
        assert not page.tree.xpath("//script | //iframe | //@style | //style | //@onclick")
        assert "set-cookie" not in page.answer.headers
        fetched = page.tree.xpath("//link[@rel='stylesheet']/@href | //img/@src")
        assert all(address.startswith("/") for address in fetched)


# -- lists -------------------------------------------------------------------------------------------------------------


def test_an_edition_lists_its_articles_newest_first_in_its_own_language(visitor: Visitor):
    page = visitor.page("/edition/ru")
    assert page.one("h1").get("lang") == "ru"
    assert page.all(".story h3")[:2] == [
        "Один день автобуса № 2",
        "Мы проверили воду из девяти колодцев. В трёх она опасна",
    ]
    assert {story.get("lang") for story in page.tree.cssselect(".story")} == {"ru"}


def test_a_section_a_tag_and_a_year_list_what_stands_under_them(visitor: Visitor):
    assert visitor.page("/section/Town?edition=en").all(".story h3") == [
        "The old bridge closes to lorries, and the ferry may come back"
    ]
    assert len(visitor.page("/tag/transport").all(".story")) == 2
    years = [name for name in visitor.page("/edition/en").all(".spread a") if name.isdigit()]
    listed = [len(visitor.page(f"/year/{year}?edition=en").all(".story")) for year in years]
    assert (sum(listed), min(listed) > 0) == (4, True)


@pytest.mark.parametrize(
    "path",
    ["/edition/de", "/edition/de/feed.atom", "/section/Nothing", "/tag/nothing", "/year/1850", "/year/nonsense",
     "/article/en/nothing", "/article/en/bridge/revision/99", "/article/en/bridge/diff/1", "/version/999",
     "/article/en/bridge/revision/99999999999999999999", "/section/Town?edition=de", f"/media/{'0' * 64}",
     "/of/00000000/", "/article/" + "x" * 1900],
)  # fmt: skip
def test_what_isnt_there_is_a_readable_404(visitor: Visitor, path: str):
    page = visitor.page(path, 404)
    assert page.all("h1") == ["Not found"]
    assert page.answer.headers.get("etag") is None


# -- one article -------------------------------------------------------------------------------------------------------


def test_an_article_has_all_its_words_its_pictures_and_its_correction(visitor: Visitor, ferry: Ferry):
    with Library.open(ferry.library, readonly=True) as library:
        held = library.article("en/bridge")
        (text,) = library.row("SELECT text FROM articles WHERE key = 'en/bridge'") or ("",)
    page = visitor.page("/article/en/bridge")
    shown = "".join(page.text.split())
    alts = {image.alt for image in images_of(held.article)}
    assert all("".join(line.split()) in shown for line in text.splitlines() if line not in alts)
    assert {image.get("alt") for image in page.tree.cssselect(".text img")} == alts
    assert held.article.corrections[0].note in page.all(".corrections p")[0]
    assert (page.one(".sheet").get("lang"), page.one(".sheet").get("dir")) == ("en", "ltr")


def test_an_article_leads_to_its_translations_section_tags_and_neighbours(visitor: Visitor):
    page = visitor.page("/article/en/bridge")
    assert [a.get("href") for a in page.tree.cssselect(".translations a")] == [
        "/article/kk/bridge",
        "/article/ru/bridge",
    ]
    assert {"/section/Town?edition=en", "/tag/bridge?edition=en"} <= set(page.links)
    assert len(page.all(".neighbours a")) == 2


def test_the_record_is_byte_for_byte_what_the_newsroom_signed(visitor: Visitor, ferry: Ferry):
    with Library.open(ferry.library, readonly=True) as library:
        held = library.article("en/bridge")
        old = library.row("SELECT CAST(line AS BLOB) FROM revisions ORDER BY revision LIMIT 1")
    answer = visitor.get("/article/en/bridge/record.json")
    assert answer.content == held.line
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert old is not None
    told = json.loads(old[0])
    assert visitor.get(f"/article/{told['key']}/revision/{told['revision']}/record.json").content == old[0]


def test_an_article_can_be_cited_at_the_revision_that_was_read(visitor: Visitor):
    page = visitor.page("/article/en/bridge")
    cited = page.all(".provenance dd p")[0] + page.text
    assert f"{ORIGIN}/article/en/bridge/revision/3" in cited
    assert "@article{en-bridge-3," in page.text
    assert visitor.page("/article/en/bridge/revision/3").all(".banner") == ["This is revision 3, the current one."]


def test_reference_managers_and_messengers_find_what_they_look_for(visitor: Visitor):
    page = visitor.page("/article/en/bridge")
    told = {meta.get("name") or meta.get("property"): meta.get("content") for meta in page.tree.cssselect("meta")}
    assert told["citation_author"] == "Dana Seitova"
    assert told["og:url"] == f"{ORIGIN}/article/en/bridge"
    assert visitor.get(told["og:image"].removeprefix(ORIGIN)).headers["content-type"].startswith("image/")


def test_a_slash_at_the_end_of_an_address_changes_nothing(visitor: Visitor):
    for path in ("/article/en/bridge", "/edition/ru", "/versions", "/article/en/bridge/revision/1", "/section/Town"):
        assert visitor.page(f"{path}/").all("h1") == visitor.page(path).all("h1")


def test_an_earlier_revision_is_shown_as_such_and_leads_to_the_current_one(visitor: Visitor):
    page = visitor.page("/article/en/bridge/revision/1")
    assert "no longer current" in page.all(".banner")[0]
    assert "five tonnes" in page.text
    assert "/article/en/bridge" in page.links


def test_a_difference_shows_the_words_that_were_taken_out_and_put_in(visitor: Visitor):
    page = visitor.page("/article/en/bridge/diff/2")
    assert page.all(".difference del") == ["five"]
    assert page.all(".difference ins") == ["three and a half"]
    assert "paragraphs unchanged" in page.text


def test_a_retracted_article_is_gone_but_for_its_notice(visitor: Visitor):
    for path in ("/article/en/gravel", "/article/en/gravel/revision/1", "/article/en/gravel/diff/2"):
        page = visitor.page(path, 410)
        assert "We apologise to both." in page.all(".notice")[0]
        assert GONE not in page.answer.text
    assert json.loads(visitor.get("/article/en/gravel/record.json").text)["type"] == "retraction"
    assert "en/gravel" in visitor.page("/retractions").all(".note h2")


# -- versions ----------------------------------------------------------------------------------------------------------


def test_versions_tell_where_this_copy_begins(visitor: Visitor):
    page = visitor.page("/versions")
    assert page.all(".versions h2")[0] == "Version 4"
    assert "this copy begins here" in page.text


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_a_picture_is_served_once_and_for_ever(visitor: Visitor):
    sources = visitor.page("/article/en/bridge").tree.cssselect(".text img")
    answer = visitor.get(sources[0].get("src"))
    assert answer.headers["content-type"] in ("image/jpeg", "image/png", "image/webp", "image/avif", "image/gif")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = visitor.get(sources[0].get("src"), if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


def test_without_its_file_a_picture_gives_way_to_its_description(ferry_library: Path):
    with Library.open(ferry_library) as library:
        library.db.execute("DELETE FROM media")
        alts = {image.alt for image in images_of(library.article("en/bridge").article)}
    page = Visitor(ferry_library).page("/article/en/bridge")
    assert not page.tree.cssselect(".text img")
    assert set(page.all(".text .absent")) == alts
    assert "keeps no pictures" in page.text


# -- feeds -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/feed.atom", "/edition/ru/feed.atom"])
@pytest.mark.parametrize("base", ["/", "/data/"])
def test_a_feed_is_atom_with_whole_addresses_that_lead_to_articles(ferry: Ferry, path: str, base: str):
    visitor = Visitor(ferry.library, base)
    answer = visitor.get(path)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    entries = feed.xpath("a:entry", namespaces=ATOM)
    for element in [feed, *entries]:
        assert all(len(element.xpath(f"a:{name}", namespaces=ATOM)) == 1 for name in ("id", "title", "updated"))
    names = feed.xpath("//a:id/text()", namespaces=ATOM)
    assert len(names) == len(set(names)) == len(entries) + 1 > 4
    assert feed.xpath("a:link[@rel='self']/@href", namespaces=ATOM) == [f"{ORIGIN}{base}{path[1:]}"]
    assert feed.xpath("a:author", namespaces=ATOM)
    for address in feed.xpath("a:entry/a:link/@href", namespaces=ATOM):
        place = urlsplit(address)
        assert f"{place.scheme}://{place.netloc}" == ORIGIN
        assert visitor.get(f"/{place.path.removeprefix(base)}").status_code == 200


def test_the_same_article_has_the_same_name_in_the_newsrooms_own_feed(visitor: Visitor, ferry: Ferry):
    own = etree.fromstring((ferry.newsroom / "public" / "feeds" / "en.atom").read_bytes())
    here = etree.fromstring(visitor.get("/edition/en/feed.atom").content)
    ids = [feed.xpath("a:entry/a:id/text()", namespaces=ATOM) for feed in (own, here)]
    assert set(ids[0]) == set(ids[1])


# -- search ------------------------------------------------------------------------------------------------------------


def test_a_search_marks_the_words_it_found_and_narrows_to_an_edition(visitor: Visitor):
    page = visitor.page("/search?q=bridge")
    assert {mark.lower() for mark in page.all("mark")} == {"bridge"}
    assert "/article/en/bridge" in page.links
    assert visitor.page("/search?q=bridge&edition=kk").all(".nothing")
    assert page.one("main input[name=q]").get("value") == "bridge"


@pytest.mark.parametrize(
    "words",
    [
        '"',
        '""',
        "AND OR NOT",
        "title:x",
        "a*b^2 NEAR(",
        "<script>alert(1)</script>",
        "%00",
        "%ff",
        "'--",
        "🦆",
        "x" * 700,
    ],
)
def test_whatever_is_typed_is_a_search(visitor: Visitor, words: str):
    answer = visitor.get(f"/search?q={words}")
    assert answer.status_code in ((400,) if words == "%00" else (200,))
    assert "<script>" not in answer.text


def test_an_empty_search_is_the_form_alone(visitor: Visitor):
    assert not visitor.page("/search").tree.cssselect(".stories")
