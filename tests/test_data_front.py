"""What each answer of an archive carries, wherever it is shown: strict headers, no cookie, a word to search engines."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from conftest import Ferry
from hosting import Host, hosting, until
from tamizdat_server.data import DataOptions, Robots, create_data

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

PAGES = ("/", "/article/en/bridge", "/search?q=ferry", "/feed.atom", "/library", "/library/articles", "/library?sql=x")
REFUSED = ("/nowhere", "/-/versions", "/library/saved", "/library?sql=select+*+from+saved", "/library/articles?_size=x")
FILES = ("/static/archive.css", "/library/articles.json", "/library/articles.csv", "/robots.txt")


@pytest.fixture(scope="module", params=["alone", "in the server"])
def host(request: pytest.FixtureRequest, ferry: Ferry) -> Iterator[Host]:
    if request.param == "alone":
        with hosting("datasette", str(ferry.library)) as running:
            yield running
    else:
        with hosting("serve", str(ferry.newsroom), below="/data") as running:
            until(lambda: running.get("/").status_code == 200)
            yield running


@pytest.mark.parametrize("path", [*PAGES, *REFUSED, *FILES])
def test_every_answer_has_strict_headers_and_no_cookie(host: Host, path: str):
    answer = host.client.get(
        host.url + path, headers={"Cookie": "ds_messages=x; ds_actor=y", "Authorization": "Basic x"}
    )
    assert answer.status_code < 500
    fields = answer.headers
    assert "set-cookie" not in fields
    assert "default-src 'none'" in fields["content-security-policy"]
    assert "script-src" not in fields["content-security-policy"]
    assert "'unsafe-inline'" not in fields["content-security-policy"]
    assert "frame-ancestors 'none'" in fields["content-security-policy"]
    assert fields["referrer-policy"] == "no-referrer"
    assert fields["x-content-type-options"] == "nosniff"
    assert fields["access-control-allow-origin"] == "*"
    assert fields["cache-control"]
    assert fields.get("server", "tamizdat") == "tamizdat"
    assert "private" not in fields["cache-control"]
    for name in ("server", "x-powered-by", "via"):
        assert not any(word in fields.get(name, "").lower() for word in ("datasette", "uvicorn", "granian", "python"))


@pytest.mark.parametrize("path", [*PAGES, "/library/articles?_facet=section"])
def test_no_page_asks_for_a_cookie_or_runs_a_script(host: Host, path: str):
    page = host.get(path).text
    assert "csrftoken" not in page
    assert "<script" not in page
    assert 'method="post"' not in page.lower()


def test_the_forms_work_without_a_cookie(host: Host):
    sql = host.get("/library", sql="select key from articles where edition = :edition", edition="kk")
    assert (sql.status_code, "kk/bread" in sql.text) == (200, True)
    searched = host.get("/library/articles", _search="bridge")
    assert (searched.status_code, "en/bridge" in searched.text) == (200, True)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_is_taken_from_readers(host: Host, method: str):
    for path in ("/", "/library", "/library/articles", "/-/messages", "/-/logout"):
        answer = host.client.request(method, host.url + path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", [*PAGES, *FILES, "/nowhere"])
def test_a_head_is_answered_like_a_get_without_a_body(host: Host, path: str):
    head, get = host.client.head(host.url + path), host.client.get(host.url + path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_search_engines_are_kept_from_tables_and_queries(host: Host):
    assert "noindex" in host.get("/library/articles").headers["x-robots-tag"]
    assert "noindex" in host.get("/library", sql="select 1").headers["x-robots-tag"]
    assert "x-robots-tag" not in host.get("/article/en/bridge").headers


def test_an_address_with_a_slash_too_many_leads_to_the_one_without(host: Host):
    answer = host.get("/library/articles/")
    assert answer.status_code == 302
    assert httpx.URL(host.url).join(answer.headers["location"]) == httpx.URL(f"{host.url}/library/articles")


@pytest.mark.parametrize(("robots", "told"), [("none", "/\n"), ("pages", "/library\nDisallow: /search\n")])
def test_whoever_hosts_it_chooses_what_search_engines_may_list(ferry: Ferry, robots: Robots, told: str):
    app = create_data(ferry.library, options=DataOptions(robots=robots))

    async def ask(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://archive") as client:
            return await client.get(path)

    assert ("x-robots-tag" in asyncio.run(ask("/article/en/bridge")).headers) == (robots == "none")
    assert asyncio.run(ask("/robots.txt")).text == f"User-agent: *\nDisallow: {told}"
