"""The read API, at a real server over a real newsroom."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from newsrooms import draft, make_newsroom, publish_now, put
from serving import Server, serving
from tamizdat.errors import LibraryError
from tamizdat.render import to_html, to_text
from tamizdat_server.api import create_api, shapes
from tamizdat_server.api.problems import Failed
from tamizdat_server.api.reader import Reader
from tamizdat_server.housekeeping import Upkeep
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.place import Place

ARTICLES = 23


class Site:
    """A newsroom and the server over it."""

    def __init__(self, newsroom: Newsroom, server: Server) -> None:
        self.newsroom, self.server = newsroom, server

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.server.get(f"api/{path}", **headers)

    def read(self, path: str, shape: type[Any]) -> Any:
        """A good answer, which must be of this shape and hold nothing else."""
        got = self.get(path)
        assert got.status_code == 200, got.text
        assert got.headers["content-type"] == "application/json"
        value = msgspec.json.decode(got.content, type=shape)
        assert msgspec.json.decode(msgspec.json.encode(value)) == got.json()
        return value

    def problem(self, path: str) -> dict[str, Any]:
        """An answer that must be a problem document."""
        got = self.get(path)
        assert got.headers["content-type"] == "application/problem+json"
        assert got.headers["cache-control"] == "no-store"
        told = got.json()
        assert told["status"] == got.status_code
        assert told["title"]
        assert told["detail"]
        return told

    def publish(self) -> int:
        """Publish, and wait until the API answers from it."""
        publish_now(self.newsroom)
        version = self.newsroom.version
        self.until(lambda: version_of(self) == version)
        return version

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < end, (self.server.end(), self.server.log)
            time.sleep(0.1)


def version_of(site: Site) -> int:
    got = site.get("changes?since=0&limit=1")
    return int(got.json()["to"]) if got.status_code == 200 else 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with make_newsroom(tmp_path_factory.mktemp("api") / "newsroom") as newsroom:
        put(newsroom, *(draft(number) for number in range(ARTICLES)))
        put(newsroom, draft(1, edition="kk", text="Қазақша мәтін", section="sport", tags=["қала"]))
        publish_now(newsroom)
        put(newsroom, draft(3, text="The words of article 3, put right "))
        newsroom.correct("ru/article-0003", "A name was wrong.", at="2026-11-22T06:00:00Z")
        newsroom.retract("ru/article-0004", "It was not true.", at="2026-11-22T06:00:00Z")
        newsroom.retract("ru/article-0005", "", at="2026-11-22T06:00:00Z")
        with serving(newsroom.folder) as server:
            running = Site(newsroom, server)
            running.publish()
            yield running


def test_the_publication_says_how_to_sync_it(site: Site) -> None:
    told = site.read("publication", shapes.Publication)

    assert told.title == "Test news"
    assert told.fingerprint == str(site.newsroom.fingerprint)
    assert told.version == site.newsroom.version
    assert [edition.edition for edition in told.editions] == ["kk", "ru"]
    assert {edition.edition: edition.articles for edition in told.editions} == {"kk": 1, "ru": ARTICLES - 2}
    assert all(edition.applied == edition.version for edition in told.editions)
    assert site.read("editions", shapes.Editions).editions == told.editions


def walk(site: Site, query: str, *, between: Callable[[], object] = lambda: None) -> list[str]:
    """The keys of every page, one after the other."""
    keys: list[str] = []
    cursor = ""
    while True:
        page = site.read(f"articles?limit=4&{query}{cursor}", shapes.Articles)
        keys += [summary.key for summary in page.articles]
        if page.next is None:
            return keys
        cursor = f"&cursor={page.next}"
        between()


def test_pages_hold_every_article_once_newest_first(site: Site) -> None:
    keys = walk(site, "edition=ru")

    everything = site.read("articles?limit=200&edition=ru", shapes.Articles)
    assert keys == [summary.key for summary in everything.articles]
    assert sorted(keys) == sorted(
        {f"ru/article-{n:04}" for n in range(ARTICLES)} - {"ru/article-0004", "ru/article-0005"}
    )
    assert [s.published for s in everything.articles] == sorted(
        (s.published for s in everything.articles), reverse=True
    )


def test_pages_do_not_shift_when_something_is_published_in_between(site: Site) -> None:
    fresh = iter(range(900, 920))

    def publish_one() -> None:
        put(site.newsroom, draft(next(fresh)))
        site.publish()

    before = walk(site, "edition=ru")
    assert walk(site, "edition=ru", between=publish_one) == before

    for number in range(900, next(fresh)):
        site.newsroom.retract(f"ru/article-{number:04}", "", at="2026-11-22T06:00:00Z")
    site.publish()


def test_lists_are_filtered(site: Site) -> None:
    assert (
        walk(site, "edition=kk")
        == walk(site, "section=sport")
        == walk(site, f"tag={quote('қала')}")
        == ["kk/article-0001"]
    )
    assert walk(site, "tag=nothing") == walk(site, "edition=en") == []
    middle = site.read("articles?limit=200&edition=ru", shapes.Articles).articles[10].published
    newer, older = walk(site, f"edition=ru&since={middle}"), walk(site, f"edition=ru&until={middle}")
    assert sorted(newer + older) == sorted(walk(site, "edition=ru"))
    assert set(newer).isdisjoint(older)
    assert walk(site, "since=2020-01-01&until=2020-01-02") == []


def test_an_article_comes_with_blocks_html_text_corrections_and_revisions(site: Site) -> None:
    told = site.read("articles/ru/article-0003", shapes.Article)

    assert (told.key, told.revision, told.title) == ("ru/article-0003", 2, "Article 3 <&>")
    assert told.tags == ["town", "river"]
    record = shapes_to_record(site, "ru/article-0003")
    assert (told.html, told.text) == (to_html(record), to_text(record))
    assert "put right " in told.html
    assert "<script" not in told.html
    assert [correction.note for correction in told.corrections] == ["A name was wrong."]
    assert [revision.revision for revision in told.revisions] == [2, 1]


def shapes_to_record(site: Site, key: str) -> Any:
    from tamizdat.library import Library

    with Library.open(site.newsroom.folder / "serve.db", readonly=True) as library:
        return library.article(key).article


def test_an_earlier_revision_can_be_asked_for(site: Site) -> None:
    told = site.read("articles/ru/article-0003?revision=1", shapes.Article)

    assert told.revision == 1
    assert "put right " not in told.text
    assert site.problem("articles/ru/article-0003?revision=7")["status"] == 404


def test_a_retracted_article_is_gone_with_its_notice(site: Site) -> None:
    with_notice, without = site.problem("articles/ru/article-0004"), site.problem("articles/ru/article-0005")

    assert (with_notice["status"], with_notice["notice"]) == (410, "It was not true.")
    assert with_notice["retracted"]
    assert without["status"] == 410
    assert "notice" not in without


def test_an_unknown_article_is_a_404(site: Site) -> None:
    assert site.problem("articles/ru/nothing") == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no article of this key.",
        "code": "no-such-article",
    }


def test_changes_since_a_version_lead_from_there_to_now(site: Site) -> None:
    since = version_of(site)
    put(site.newsroom, draft(7, text="Words that replaced others"), draft(800))
    site.publish()
    site.newsroom.retract("ru/article-0800", "", at="2026-11-22T06:00:00Z")
    now = site.publish()

    told = site.read(f"changes?since={since}", shapes.Changes)
    nothing = site.read(f"changes?since={now}", shapes.Changes)

    assert (told.from_, told.to, told.next) == (since, now, None)
    assert {(change.key, change.type) for change in told.changes} == {
        ("ru/article-0007", "article"),
        ("ru/article-0800", "retraction"),
    }
    assert (nothing.changes, nothing.to) == ([], now)


def test_all_changes_can_be_paged_through(site: Site) -> None:
    keys: list[tuple[str, str]] = []
    cursor = ""
    while cursor is not None:
        page = site.read(f"changes?since=0&limit=5{cursor and f'&cursor={cursor}'}", shapes.Changes)
        keys += [(change.edition, change.key) for change in page.changes]
        cursor = page.next

    current = [json.loads(line) for code in ("ru", "kk") for line in site.newsroom.lines(code)]
    assert sorted(keys) == sorted((record["edition"], record["key"]) for record in current)
    only = site.read("changes?since=0&edition=kk", shapes.Changes)
    assert [change.key for change in only.changes] == ["kk/article-0001"]


def test_words_are_found_and_any_text_is_a_query(site: Site) -> None:
    found = site.read("search?q=right", shapes.Hits)

    assert [hit.key for hit in found.articles] == ["ru/article-0003"]
    page = site.read("search?q=strong&limit=3", shapes.Hits)
    more = site.read(f"search?q=strong&limit=3&offset={page.next}", shapes.Hits)
    assert {hit.key for hit in page.articles}.isdisjoint(hit.key for hit in more.articles)
    for text in ('"', "AND OR NOT", "NEAR(", "a*b^c", "title:x", "%", "\x00", "𐍈", "-" * 200):
        site.read(f"search?q={quote(text)}", shapes.Hits)


def test_who_holds_an_answer_is_told_so_until_something_is_published(site: Site) -> None:
    first = site.get("articles?limit=3")
    again = site.get("articles?limit=3", If_None_Match=first.headers["etag"])
    put(site.newsroom, draft(1, text="Other words"))
    site.publish()
    later = site.get("articles?limit=3", If_None_Match=first.headers["etag"])

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert later.status_code == 200
    assert later.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "articles?limit=0",
        "articles?limit=201",
        "articles?limit=x",
        "articles?edition=RU",
        "articles?edition=" + "a" * 40,
        "articles?since=yesterday",
        "articles?until=2026-13-01T99",
        "articles?section=" + "x" * 1001,
        "articles?cursor=nonsense",
        "articles?cursor=" + "A" * 1001,
        "articles?cursor=WzEsMl0",
        "articles/x?revision=0",
        "articles/" + "x" * 250,
        "search",
        "search?q=",
        "search?q=" + "x" * 201,
        "search?q=x&offset=1001",
        "changes",
        "changes?since=-1",
        "changes?since=9007199254740992",
        "changes?since=0&cursor=WzE4NDQ2NzQ0MDczNzA5NTUxNjE1LCIiLCIiXQ",
    ],
)
def test_what_is_out_of_bounds_is_refused_with_a_word(site: Site, path: str) -> None:
    assert site.problem(path)["status"] == 400


def test_what_is_not_there_is_a_problem_document_too(site: Site) -> None:
    assert [site.problem(path)["status"] for path in ("", "nothing", "schema", "schema/swagger")] == [404] * 4
    assert site.server.ask("POST", "api/articles").status_code == 405


def test_answers_may_be_read_from_any_origin_and_are_inert(site: Site) -> None:
    for path in ("publication", "articles", "nothing", "openapi.json", "health"):
        got = site.get(path, Origin="https://elsewhere.example")
        assert got.headers["access-control-allow-origin"] == "*"
        assert got.headers["content-security-policy"].startswith("default-src 'none'")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["referrer-policy"] == "no-referrer"
        assert got.headers["server"] == "tamizdat"
        assert "set-cookie" not in got.headers
    assert site.server.ask("OPTIONS", "api/articles", Origin="https://elsewhere.example").status_code == 204


def test_a_head_request_is_answered_without_a_body(site: Site) -> None:
    head, got = site.server.ask("HEAD", "api/articles"), site.get("articles")

    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


def test_health_says_what_is_due_when(site: Site) -> None:
    told = site.read("health", shapes.Health)

    assert told.version == version_of(site)
    assert (told.fresh, told.in_step, told.resigns) == ("fresh", True, True)
    assert told.resign_due > told.signed
    assert set(told.expires) == {"root", "targets", "snapshot", "timestamp"}
    assert site.get("health").headers["cache-control"] == "no-store"


# -- the schema --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema(site: Site) -> Any:
    got = site.get("openapi.json")
    assert got.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    return got.json()


def test_the_schema_is_openapi_3_1_and_lists_every_path(schema: Any, tmp_path: Path) -> None:
    routes = create_api(Place(tmp_path, None, tmp_path / "serve.db")).routes

    assert schema["openapi"].startswith("3.1")
    assert schema["servers"] == [{"url": "..", "description": "This server"}]
    served = {route.path.replace(":path", "") for route in routes} - {"/api/openapi.json"}
    assert set(schema["paths"]) == served


def test_every_parameter_is_described_and_bounded(schema: Any) -> None:
    for path, methods in schema["paths"].items():
        for parameter in methods["get"].get("parameters", []):
            told = parameter["schema"]
            kinds = [told, *told.get("oneOf", [])]
            assert parameter.get("description"), (path, parameter["name"])
            assert any("maxLength" in kind or "maximum" in kind for kind in kinds), (path, parameter["name"])


def test_every_answer_is_described(schema: Any) -> None:
    for methods in schema["paths"].values():
        assert methods["get"]["summary"]
        assert methods["get"]["description"]
        for status, told in methods["get"]["responses"].items():
            kind = "application/json" if status == "200" else "application/problem+json"
            assert list(told["content"]) == [kind]
            assert told["content"][kind]["schema"]["$ref"].startswith("#/components/schemas/")
    assert "Paragraph" in schema["components"]["schemas"]


# -- when the library isn't there --------------------------------------------------------------------------------------


def test_the_tree_is_served_while_the_library_is_not_ready(tmp_path: Path) -> None:
    with make_newsroom(tmp_path / "newsroom") as newsroom:
        put(newsroom, draft(1))
        publish_now(newsroom)
        (newsroom.folder / "serve.db").mkdir()
        with serving(newsroom.folder) as server:
            assert server.get("head.tar.zst").status_code == 200
            got = server.get("api/articles")
            assert (got.status_code, got.json()["status"]) == (503, 503)
            assert got.headers["retry-after"]
            assert server.get("api/health").json()["in_step"] is False


def test_a_query_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tamizdat_server.api.reader.QUERY_SECONDS", 0.05)
    with make_newsroom(tmp_path / "newsroom") as newsroom:
        put(newsroom, draft(1))
        publish_now(newsroom)
        place = Place.of(newsroom.folder)
    Upkeep(place).look()
    reader = Reader(place)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    with pytest.raises(Failed) as failed, reader.shelf() as shelf:
        shelf.library.db.execute(endless).fetchall()

    assert failed.value.problem.status == HTTPStatus.SERVICE_UNAVAILABLE
    with pytest.raises((LibraryError, sqlite3.OperationalError)), reader.shelf() as shelf:
        shelf.library.db.execute("DELETE FROM articles")
