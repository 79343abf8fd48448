"""What strangers may try with a public archive: each attempt is refused with a readable page, and costs little."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from conftest import Ferry
from hosting import SLOW_SQL, Host, hosting, until
from tamizdat_server.data.rules import refusal

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

MEGABYTE = 1_000_000
# What all processes of an archive may take in the end, whatever is asked: its own, and four that run queries.
MEMORY = 600 * MEGABYTE
LONG_LIST = "'[' || replace(hex(zeroblob(900000)), '00', '1,') || '1]'"
ORDINARY = ("/", "/article/en/bridge", "/edition/ru", "/retractions", "/feed.atom", "/library/articles/1")


@pytest.fixture(scope="module")
def host(ferry: Ferry) -> Iterator[Host]:
    with hosting("datasette", str(ferry.library)) as running:
        yield running


def readable(answer: httpx.Response) -> bool:
    """Whether a refusal tells people, or programs, what is the matter."""
    if answer.headers["content-type"].startswith("application/json"):
        return bool(answer.json()["error"]) and answer.json()["ok"] is False
    return "<h1>" in answer.text and "Traceback" not in answer.text and "<title>" in answer.text


@pytest.mark.parametrize(
    ("path", "arguments", "status"),
    [
        ("/library/articles", {"_facet": "text"}, 400),
        ("/library/articles", {"_facet": "summary"}, 400),
        ("/library/records", {"_facet": "line"}, 400),
        ("/library/articles", {"_facet": '{"simple": "text"}'}, 400),
        ("/library/articles", {"_facet_array": "text"}, 400),
        ("/library/articles", {"_facet_date": "text"}, 400),
        ("/library/articles", {"_facet": "section", "_facet_size": "max"}, 400),
        ("/library/articles", {"_facet": "section", "_facet_size": "100000"}, 400),
        ("/library/articles", {"_searchmode": "raw", "_search": "a* OR b*"}, 400),
        ("/library/articles", {"_size": "1000000"}, 400),
        ("/library/articles", {"_size": "-1"}, 400),
        ("/library/articles", {"_size": "many"}, 400),
        ("/library/articles", {"_timelimit": "forever"}, 400),
        ("/library/articles", {"_sort": "nowhere"}, 400),
        ("/library/articles", {"_through": "nonsense"}, 400),
        ("/library/articles", {"_shape": "nonsense"}, 200),
        ("/library/articles.json", {"_shape": "nonsense"}, 400),
        ("/library/articles.csv", {"_stream": "1"}, 400),
        ("/library/articles", {"_where": "nonsense("}, 400),
        ("/library/articles", {"_where": f"({SLOW_SQL}) > 0"}, 400),
        ("/library/articles", {"x": "y" * 9000}, 414),
        ("/library", {"sql": SLOW_SQL}, 400),
        ("/library.json", {"sql": SLOW_SQL}, 400),
        ("/library.csv", {"sql": SLOW_SQL}, 400),
        ("/library.csv", {"sql": "select * from saved"}, 400),
        ("/library", {"sql": "delete from articles"}, 400),
        ("/library", {"sql": "select '\0'"}, 400),
        ("/library.db", {}, 403),
        ("/~6cibrary", {"sql": "select 1"}, 404),
        ("/%6cibrary", {"sql": "select 1"}, 404),
        ("/_memory", {"sql": "select 1"}, 404),
        ("/_internal", {}, 404),
        ("/:memory:", {}, 404),
        ("//example.com/", {}, 404),
        ("/library/media/1.blob", {"_blob_column": "data"}, 404),
        ("/-/versions", {}, 404),
        ("/-/versions.json", {}, 404),
        ("/-/allow-debug", {}, 404),
        ("/-/permissions", {}, 404),
        ("/-/logout", {}, 404),
        ("/-/messages", {}, 404),
        ("/-/threads", {}, 404),
        ("/-/databases.json", {}, 404),
        ("/-/settings", {}, 404),
        ("/-/config", {}, 404),
        ("/-/actor.json", {}, 404),
        ("/-/auth-token", {"token": "x"}, 404),
        ("/-/patterns", {}, 404),
    ],
)
def test_an_abuse_is_refused_with_a_readable_page(host: Host, path: str, arguments: dict[str, str], status: int):
    answer = host.get(path, **arguments)
    assert answer.status_code == status, answer.text
    assert status == 200 or readable(answer), answer.text


@pytest.mark.parametrize(
    "sql",
    [
        "select hex(zeroblob(1000000000))",
        "select printf('%.*c', 2000000000, 'x')",
        "select randomblob(1000000000)",
        "select group_concat(text) from articles, (select 1 from articles a, articles b, articles c, articles d)",
        "select a.text from articles a, articles b, articles c, articles d",
        "select count(*) from records a, records b, records c, records d, records e, records f, records g, records h",
        "with recursive n(i, t) as (select 1, hex(zeroblob(1000000)) union all select i + 1, t from n) select * from n",
        "with recursive n(i, t) as (select 1, zeroblob(2e6) union select i + 1, t from n) select 1 from n order by t",
        "select * from json_each(printf('[%.*c1]', 4000000, ' '))",
        f"select count(*) from json_each({LONG_LIST}) a, json_each({LONG_LIST}) b, json_each({LONG_LIST}) c",
        "select instr(printf('%.*c', 3000000, 'a'), printf('%.*c', 1500000, 'a') || 'b')",
        "select replace(printf('%.*c', 3000000, 'a'), printf('%.*c', 1500000, 'a') || 'b', '')",
        "select trim(printf('%.*c', 3000000, 'a'), printf('%.*c', 1000000, 'b') || 'a')",
        "select count(*) from articles_fts where articles_fts match replace(hex(zeroblob(99999)), '0', 'b* OR ')||'b'",
        "select count(*) from articles where text like '%" + "a%b%" * 45 + "'",
        "select '" + "a' || '" * 2000 + "'",
        "select " + "(" * 500 + "1" + ")" * 500,
        " union all ".join(["select 1"] * 100),
        "select " + ", ".join(["text"] * 500) + " from articles",
    ],
    ids=lambda sql: sql[:48],
)
def test_no_query_takes_the_machine(host: Host, sql: str):
    """It is refused, or its answer is small; and none of the processes that run queries grew beyond its bound."""
    answer = host.client.get(host.url + "/library.json", params={"sql": sql})
    assert answer.status_code in (200, 400, 414), answer.text
    assert len(answer.content) < 16 * MEGABYTE
    assert answer.status_code == 200 or answer.json()["error"]
    assert host.memory() < MEMORY


def test_a_table_is_handed_out_by_the_page(host: Host):
    whole = host.get("/library/articles.json", _size="max").json()
    assert len(whole["rows"]) == 12
    rows = host.sql("with recursive n(i) as (select 1 union all select i + 1 from n limit 9999) select i from n").json()
    assert (len(rows["rows"]), rows["truncated"]) == (500, True)
    csv = host.get(
        "/library.csv", sql="with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    )
    assert len(csv.text.splitlines()) == 501


def test_pages_deep_in_a_table_cost_no_more_than_the_first(host: Host):
    page = host.get("/library/articles.json", _size="5", _sort="id").json()
    seen = len(page["rows"])
    while page["next"]:
        page = host.get("/library/articles.json", _size="5", _sort="id", _next=page["next"]).json()
        seen += len(page["rows"])
    assert seen == 12
    assert host.get("/library/articles.json", _next="99999,99999").status_code == 200
    assert "offset" not in str(page["query"]["sql"]).lower()


def test_ordinary_pages_are_answered_while_two_hundred_slow_queries_wait(host: Host):
    """Not by the clock: the pages have their answers while slow queries are still without theirs."""
    with ThreadPoolExecutor(200) as crowd, many() as client:
        pending = [crowd.submit(slow, client, host.url) for _ in range(200)]
        until(lambda: any(query.done() for query in pending))
        for path in ORDINARY:
            answer = host.get(path)
            assert answer.status_code == 200, (path, answer.text)
        assert unanswered(pending) > 0
        answers = [query.result() for query in pending]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {400, 503}
    assert len(refused) > 100
    assert all(readable(answer) and int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert host.memory() < MEMORY


def test_tables_are_answered_while_slow_queries_take_every_turn_of_theirs(host: Host):
    with ThreadPoolExecutor(4) as crowd, many() as client:
        pending = [crowd.submit(slow, client, host.url) for _ in range(4)]
        assert host.get("/library/articles").status_code == 200
        assert host.get("/library/articles", _facet="section").status_code == 200
        assert unanswered(pending) > 0


def test_whoever_takes_an_answer_slowly_keeps_nobody_from_a_turn(host: Host):
    large = (
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 3) select hex(zeroblob(1000000)) from n"
    )
    request = httpx.Request("GET", f"{host.url}/library.json", params={"sql": large}).url.raw_path
    slow_readers = [host.connect(receive_bytes=4096) for _ in range(12)]
    for reader in slow_readers:
        reader.sendall(b"GET " + request + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    for reader in slow_readers:
        assert reader.recv(12).startswith(b"HTTP/1.1")
    assert host.sql("select 1").json()["rows"] == [[1]]
    for reader in slow_readers:
        reader.close()


def test_nothing_that_was_asked_stands_in_the_log(host: Host):
    host.sql("select 'a telling word' from nowhere")
    host.get("/article/a-telling-word")
    host.get("/library/articles", _sort="a-telling-word")
    host.get("/search", q="a telling word")
    time.sleep(0.2)
    assert not [line for line in host.log if "telling" in line or "Traceback" in line or "127.0.0.1 " in line]


def test_what_may_be_asked_is_decided_without_asking_anything():
    assert refusal("GET", "", "", {}) is None
    assert refusal("GET", "tag/%D1%80%D0%B5%D0%BA%D0%B0", "", {}) is None
    assert refusal("GET", "library/articles", "", {"_size": ["max"], "_facet": ["section", "edition"]}) is None
    assert refusal("GET", "static/archive.css", "", {}) is None
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"):
        refused = refusal(method, "", "", {})
        assert refused is not None
        assert refused.status == 405


def many() -> httpx.Client:
    """A client that opens as many connections as it is asked for."""
    return httpx.Client(limits=httpx.Limits(max_connections=None), timeout=120, trust_env=False)


def slow(client: httpx.Client, url: str) -> httpx.Response:
    return client.get(f"{url}/library", params={"sql": SLOW_SQL})


def unanswered(pending: list[Future[httpx.Response]]) -> int:
    return sum(not query.done() for query in pending)
