"""The newsroom API at a real server: who gets in, articles and what is said about them."""

import io
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image as Pillow

from conftest import CHECKOUT
from desking import ALL, Office, office, problem
from serving import serving, until
from tamizdat.format.limits import LIMITS
from tamizdat.library import Library
from tamizdat_server.api.newsroom import door
from tamizdat_server.api.newsroom.schema import document
from tamizdat_server.clock import rfc3339

MANY = 101


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("api") / "newsroom") as found:
        yield found


def picture_file() -> bytes:
    out = io.BytesIO()
    exif = Pillow.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    Pillow.new("RGB", (1200, 600), (90, 20, 160)).save(out, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    return out.getvalue()


# -- the door ----------------------------------------------------------------------------------------------------------


def test_a_token_works_at_once_in_a_running_server_and_is_revoked_at_once(desk: Office):
    token = desk.add("short-lived", "read")
    assert desk.ask("GET", "articles", token=token).status_code == 200

    desk.revoke("short-lived")

    refused = desk.ask("GET", "articles", token=token)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (
        401,
        'Bearer realm="newsroom", error="invalid_token"',
    )


def test_who_shows_no_token_a_wrong_one_or_one_of_another_scheme_stays_out(desk: Office):
    for field in ({}, {"Authorization": "Bearer tamizdat_"}, {"Authorization": f"Basic {desk.token}"}):
        got = httpx.get(f"{desk.server.url}api/newsroom/articles", headers=field)
        assert got.status_code == 401
        assert got.headers["www-authenticate"].startswith('Bearer realm="newsroom"')
        assert problem(got).title == "Unauthorized"
    assert httpx.get(f"{desk.server.url}api/newsroom/articles?token={desk.token}").status_code == 401
    in_cookie = {"Cookie": f"token={desk.token}"}
    assert httpx.get(f"{desk.server.url}api/newsroom/articles", headers=in_cookie).status_code == 401


def test_an_expired_token_opens_nothing_and_its_bearer_is_told_since_when(desk: Office):
    token = desk.add("old", "read")
    with sqlite3.connect(desk.folder / "desk.db") as db:
        db.execute("UPDATE tokens SET expires = '2020-01-01T00:00:00Z' WHERE name = 'old'")

    got = desk.ask("GET", "articles", token=token)

    assert got.status_code == 401
    assert "2020-01-01" in problem(got).detail


SCOPES = {
    ("GET", "articles"): ["read"],
    ("GET", "articles/x"): ["read"],
    ("POST", "articles"): ["write"],
    ("PUT", "articles/x"): ["write"],
    ("POST", "corrections"): ["write"],
    ("POST", "retractions"): ["write"],
    ("DELETE", "retractions/x"): ["write"],
    ("POST", "pictures"): ["write"],
    ("POST", "imports/site"): ["import"],
    ("POST", "publish"): ["publish"],
    ("GET", "audit"): ["read"],
}


@pytest.mark.parametrize(("method", "path"), SCOPES)
def test_a_token_does_only_what_it_may(desk: Office, method: str, path: str):
    needed = SCOPES[method, path]
    name = f"all but for {method} {path}".replace("/", " ")
    token = desk.add(name, *[scope for scope in ALL if scope not in needed])

    got = desk.ask(method, path, token=token, content=b"{}")

    assert got.status_code == 403
    assert needed[0] in problem(got).detail
    desk.revoke(name)


def test_the_hook_needs_both_scopes(desk: Office):
    for number, scope in enumerate(("import", "publish")):
        token = desk.add(f"half {number}", scope)
        assert desk.ask("POST", "hook/site", token=token).status_code == 403


def test_to_confirm_what_is_gone_needs_the_scope_write_too(desk: Office):
    token = desk.add("importer", "import")

    assert desk.ask("POST", "imports/site?confirm=true", token=token).status_code == 403


def test_every_answer_is_private_and_lets_no_other_origin_in(desk: Office):
    url = f"{desk.server.url}api/newsroom/"
    asked = {"Authorization": f"Bearer {desk.token}", "Origin": "https://elsewhere.example"}
    answers = [
        httpx.get(f"{url}articles", headers=asked),
        httpx.get(f"{url}articles"),
        httpx.get(f"{url}nothing", headers=asked),
        httpx.get(f"{url}openapi.json"),
        httpx.options(f"{url}articles", headers={**asked, "Access-Control-Request-Method": "PUT"}),
    ]
    for got in answers:
        assert not [name for name in got.headers if name.startswith("access-control")]
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["cross-origin-resource-policy"] == "same-origin"
        assert got.headers["content-security-policy"].startswith("default-src 'none'")
        assert got.headers["server"] == "tamizdat"
        assert "set-cookie" not in got.headers
    assert [got.status_code for got in answers] == [200, 401, 404, 200, 204]


def test_too_many_requests_by_one_token_keep_no_other_out(desk: Office):
    url = f"{desk.server.url}api/newsroom/nothing"
    with httpx.Client(headers={"Authorization": f"Bearer {desk.add('busy', 'read')}"}) as client:
        told = [client.get(url) for _ in range(door.REQUESTS_PER_MINUTE + 1)]

    assert {got.status_code for got in told[:-1]} == {404}
    assert told[-1].status_code == 429
    assert 0 < int(told[-1].headers["retry-after"]) <= 60
    assert desk.ask("GET", "articles").status_code == 200


def test_many_wrong_tokens_are_told_to_wait_a_right_one_is_let_in_and_without_any_there_is_no_such_api(tmp_path: Path):
    with office(tmp_path / "newsroom") as found:
        url = f"{found.server.url}api/newsroom/articles"
        with httpx.Client(headers={"Authorization": "Bearer wrong"}) as client:
            told = [client.get(url).status_code for _ in range(door.WRONG_PER_MINUTE + 2)]

        assert (told[0], told[-1]) == (401, 429)
        assert found.ask("GET", "articles").status_code == 200
        found.revoke("all")
        for method, path in (("GET", "articles"), ("POST", "publish"), ("GET", "openapi.json"), ("PUT", "articles/x")):
            got = httpx.request(method, f"{found.server.url}api/newsroom/{path}", headers={"Authorization": "Bearer x"})
            other = httpx.request(method, f"{found.server.url}api/nothing/{path}")
            assert (got.status_code, got.content) == (404, other.content)
            assert {**got.headers, "date": ""} == {**other.headers, "date": ""}
        found.server.end()
        assert found.server.log.count("wrong tokens") == 1
        assert found.token not in found.server.log


def test_a_port_of_its_own_answers_for_the_newsroom_alone_and_the_other_for_readers_alone(tmp_path: Path):
    with office(tmp_path / "newsroom", role="newsroom") as found:
        assert found.ask("GET", "articles").status_code == 200
        assert found.publish()["state"] == "done"
        for path in ("", "api/publication", "api/health", "data/", "metadata/timestamp.json"):
            assert found.server.get(path).status_code == 404
        token = found.token
    with serving(tmp_path / "newsroom", role="readers") as server:
        assert server.get("metadata/timestamp.json").status_code == 200
        assert server.get("api/newsroom/articles", Authorization=f"Bearer {token}").status_code == 404


# -- articles ----------------------------------------------------------------------------------------------------------


def test_an_article_goes_from_new_to_published_to_changed_and_readers_see_what_was_published_only(desk: Office):
    def state() -> str:
        return desk.get("articles/2026/bridge")["state"]

    assert desk.put("2026/bridge", "First words.").status_code == 201
    assert state() == "new"
    desk.publish()
    assert state() == "published"
    assert desk.put("2026/bridge", "SECRET-DRAFT of the next words.").status_code == 200
    assert state() == "changed"

    until(lambda: desk.server.get("api/articles/2026/bridge").status_code == 200)
    for path in ("api/articles/2026/bridge", "api/articles", "api/search?q=secret-draft", "head.tar.zst"):
        assert b"SECRET-DRAFT" not in desk.server.get(path).content
    with Library.open(desk.folder / "serve.db", readonly=True) as library:
        assert not [*library.rows("SELECT 1 FROM articles WHERE text LIKE '%SECRET-DRAFT%'", [])]


def test_the_same_article_again_changes_nothing(desk: Office):
    first, second = desk.put("again", "Words."), desk.put("again", "Words.")

    assert (first.status_code, first.json()["outcome"]) == (201, "added")
    assert (second.status_code, second.json()["outcome"]) == (200, "unchanged")
    assert first.headers["etag"] == second.headers["etag"]


def test_of_two_editors_the_second_doesnt_undo_what_he_hasnt_seen(desk: Office):
    tag = desk.put("shared", "First.").headers["etag"]
    assert desk.put("shared", "Ann's.", headers={"If-Match": tag}).status_code == 200

    late = desk.put("shared", "Bob's.", headers={"If-Match": tag})

    assert late.status_code == 412
    told = desk.ask("GET", "articles/shared")
    assert told.json()["body"] == [{"type": "paragraph", "text": ["Ann's."]}]
    assert desk.put("shared", "Bob's.", headers={"If-Match": told.headers["etag"]}).status_code == 200
    assert desk.put("nobody's", headers={"If-Match": tag}).status_code == 412
    assert desk.put("shared", headers={"If-None-Match": "*"}).status_code == 412


def test_a_new_article_takes_no_key_that_is_taken(desk: Office):
    said = {"key": "posted", "title": "One", "edition": "en", "markdown": "x"}
    assert desk.ask("POST", "articles", json=said).status_code == 201

    assert desk.ask("POST", "articles", json=said).status_code == 409


def test_markdown_html_and_blocks_come_to_the_same_blocks(desk: Office):
    block = {"type": "paragraph", "text": ["A ", {"type": "strong", "text": ["bold"]}, " word."]}
    for name, text in (("markdown", "A **bold** word."), ("html", "<p>A <b>bold</b> word.</p>"), ("blocks", [block])):
        said = {"title": "T", "edition": "en", name: text}
        assert desk.ask("PUT", f"articles/as-{name}", json=said).status_code == 201
        assert desk.get(f"articles/as-{name}")["body"] == [block]


def test_what_of_a_text_cant_be_kept_is_told(desk: Office):
    said = {
        "title": "T",
        "edition": "en",
        "html": "<p>Hi<script>alert(1)</script></p><img src=https://a.example/b.png>",
    }

    got = desk.ask("PUT", "articles/warned", json=said).json()

    assert any("not fetched" in warning for warning in got["warnings"])
    assert "alert" not in json.dumps(desk.get("articles/warned")["body"])


WRONG: dict[str, dict[str, Any]] = {
    "no title": {"edition": "en", "markdown": "x"},
    "an empty title": {"title": "", "edition": "en", "markdown": "x"},
    "no text": {"title": "T", "edition": "en"},
    "two texts": {"title": "T", "edition": "en", "markdown": "x", "html": "y"},
    "an unknown field": {"title": "T", "edition": "en", "markdown": "x", "autor": "A"},
    "a number for a title": {"title": 5, "edition": "en", "markdown": "x"},
    "a time that is none": {"title": "T", "edition": "en", "markdown": "x", "published": "yesterday"},
    "a text that no article can hold": {"title": "T", "edition": "en", "markdown": "x" * (LIMITS.segment_bytes + 1)},
    "notes without blocks": {"title": "T", "edition": "en", "markdown": "x", "footnotes": {"1": []}},
    "a script's address": {"title": "T", "edition": "en", "markdown": "x", "source_url": "javascript:alert(1)"},
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG.keys())
def test_what_isnt_as_described_is_refused_and_nothing_is_changed(desk: Office, said: dict[str, Any]):
    assert desk.ask("PUT", "articles/refused", json=said).status_code == 400
    assert desk.ask("GET", "articles/refused").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 200_000, b'{"a":' * 90_000])
def test_bytes_that_are_no_article_are_a_bad_request(desk: Office, body: bytes):
    assert desk.ask("PUT", "articles/refused", content=body).status_code == 400


def test_what_the_format_forbids_is_named(desk: Office):
    deep: Any = {"type": "paragraph", "text": ["x"]}
    for _ in range(40):
        deep = {"type": "quote", "blocks": [deep]}
    got = desk.ask("PUT", "articles/deep", json={"title": "T", "edition": "en", "blocks": [deep]})

    assert (got.status_code, problem(got).code) == (422, "format")
    assert desk.ask("PUT", "articles/kk", json={"title": "T", "edition": "kk", "markdown": "x"}).status_code == 422
    assert desk.ask("PUT", "articles/a%20b", json={"title": "T", "edition": "en", "markdown": "x"}).status_code == 400


def test_an_article_that_is_planned_for_later_isnt_taken_before(desk: Office):
    soon, later = (rfc3339(int(time.time()) + ahead) for ahead in (60, 3600))
    got = desk.put("planned", published=later)

    assert (got.status_code, later in problem(got).detail) == (422, True)
    assert desk.ask("GET", "articles/planned").status_code == 404
    assert desk.put("on-time", published=soon).status_code == 201


def test_a_hundred_megabytes_are_refused_and_the_server_goes_on(desk: Office):
    for path in ("articles/large", "pictures", "publish"):
        method = "PUT" if "/" in path else "POST"
        with httpx.Client(trust_env=False, timeout=60) as client:
            try:
                got = client.request(
                    method,
                    f"{desk.server.url}api/newsroom/{path}",
                    headers={"Authorization": f"Bearer {desk.token}"},
                    content=(b"x" * 1_000_000 for _ in range(MANY)),
                )
                assert got.status_code in (413, 202)
            except httpx.TransportError:
                pass  # it hung up on us
    assert desk.ask("GET", "articles").status_code == 200


def test_an_imported_article_that_is_changed_here_keeps_its_source_and_a_warning_says_what_follows(tmp_path: Path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.md").write_text("---\ntitle: One\ndate: 2026-01-01\nlang: en\n---\nAs imported.\n")
    config = f"\n[imports.site]\nkind = 'markdown'\nsource = '{folder}'\n"
    with office(tmp_path / "newsroom", config=config) as found:
        found.done(found.ask("POST", "imports/site").json()["id"])

        got = found.put("one", "Changed here.").json()

        assert (got["outcome"], got["article"]["source"]) == ("revised", "one.md")
        assert any("next import" in warning for warning in got["warnings"])
        found.done(found.ask("POST", "imports/site").json()["id"])
        assert found.get("articles/one")["body"] == [{"type": "paragraph", "text": ["As imported."]}]
        assert [one["key"] for one in found.get("articles")["articles"]] == ["one"]


def test_pages_of_articles_hold_each_once(desk: Office):
    for number in range(7):
        desk.put(f"n{number}", edition="ru")
    keys, path = [], "articles?edition=ru&limit=3"
    while path:
        page = desk.get(path)
        keys += [one["key"] for one in page["articles"]]
        path = page["next"] and f"articles?edition=ru&limit=3&cursor={page['next']}"

    assert sorted(keys) == [f"n{number}" for number in range(7)]
    assert len(desk.get("articles?edition=ru&state=new")["articles"]) == 7
    assert desk.get("articles?edition=ru&state=published")["articles"] == []
    assert desk.ask("GET", "articles?cursor=nonsense").status_code == 400
    assert desk.ask("GET", "articles?limit=0").status_code == 400


# -- corrections, retractions ------------------------------------------------------------------------------------------


def test_a_correction_goes_with_the_change_or_after_it_and_counts_once(desk: Office):
    desk.put("wrong", "Five tonnes.")
    unseen = desk.put("wrong", "3.5 tonnes.", correction="Not five tonnes.").json()
    assert any("nothing of the article was published" in warning for warning in unseen["warnings"])
    desk.put("wrong", "Five tonnes.")
    desk.publish()

    for _ in range(2):
        desk.put("wrong", "3.5 tonnes.", correction="Not five tonnes.")
        assert desk.ask("POST", "corrections", json={"key": "wrong", "note": "By the bridge."}).status_code == 200

    notes = [one["note"] for one in desk.get("articles/wrong")["corrections"]]
    assert notes == ["Not five tonnes.", "By the bridge."]
    desk.publish()
    until(lambda: len(desk.server.get("api/articles/wrong").json()["corrections"]) == 2)


def test_what_was_never_published_has_nothing_to_correct(desk: Office):
    desk.put("unseen")

    assert desk.ask("POST", "corrections", json={"key": "unseen", "note": "Oops."}).status_code == 409
    assert desk.ask("POST", "corrections", json={"key": "nothing", "note": "Oops."}).status_code == 404


def test_a_retraction_reaches_readers_no_text_undoes_it_and_its_end_does(desk: Office):
    desk.put("bad", "We named the wrong man.")
    desk.publish()
    said = {"key": "bad", "notice": "We apologise."}
    assert desk.ask("POST", "retractions", json=said).json()["state"] == "retracted"
    desk.publish()
    until(lambda: desk.server.get("api/articles/bad").status_code == 410)
    assert desk.server.get("api/articles/bad").json()["notice"] == "We apologise."

    assert desk.put("bad", "Again.").status_code == 409
    assert desk.ask("DELETE", "retractions/bad").status_code == 200
    assert desk.ask("DELETE", "retractions/bad").status_code == 409
    assert desk.ask("DELETE", "retractions/nothing").status_code == 404
    assert desk.ask("POST", "retractions", json={"key": "nothing"}).status_code == 404


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_a_picture_that_was_handed_in_is_named_in_any_form_of_text_and_tells_nothing_of_its_camera(desk: Office):
    got = desk.ask("POST", "pictures?alt=A%20bridge", content=picture_file())
    assert got.status_code == 201
    image, path = got.json()["image"], got.json()["path"]

    for name, text in (
        ("markdown", f"![]({path})"),
        ("html", f"<img src='{path}'>"),
        ("blocks", [{"type": "figure", "image": image}]),
    ):
        said = {"title": "T", "edition": "en", name: text, "image": image}
        assert desk.ask("PUT", f"articles/pictured-{name}", json=said).status_code == 201
        [block] = desk.get(f"articles/pictured-{name}")["body"]
        assert block["image"] == image
    desk.publish()
    public = [*(desk.folder / "public" / "media").iterdir()]
    assert public
    assert not any(b"SECRET" in file.read_bytes() for file in [*public, *(desk.folder / "media").glob("*.webp")])


def test_what_is_no_picture_and_pictures_that_nobody_handed_in_are_refused(desk: Office):
    for data in (b"", b"words", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture_file()[:200]):
        got = desk.ask("POST", "pictures", content=data)
        assert (got.status_code, problem(got).code) == (422, "picture")
    variant = {"role": "standard", "sha256": "0" * 64, "type": "image/webp", "width": 1, "height": 1, "bytes": 1}
    said = {"title": "T", "edition": "en", "markdown": "x", "image": {"width": 1, "height": 1, "variants": [variant]}}
    assert desk.ask("PUT", "articles/unpictured", json=said).status_code == 422


# -- the log, the schema -----------------------------------------------------------------------------------------------


def test_the_log_says_who_did_what_and_never_a_token(desk: Office):
    cms = desk.add("The CMS", "write")
    said = {"title": "T", "edition": "en", "markdown": "x"}
    desk.ask("PUT", "articles/logged", json=said, token=cms)
    entries, path = [], "audit?limit=20"
    while path:
        page = desk.get(path)
        entries += page["entries"]
        path = page["next"] and f"audit?limit=20&cursor={page['next']}"

    told = [(one["who"], one["action"], one["subject"]) for one in entries]
    assert ("The CMS", "article added", "logged") in told
    assert ("", "token added", "The CMS") in told
    assert [one["at"] for one in entries] == sorted((one["at"] for one in entries), reverse=True)
    assert len(entries) == len(desk.get("audit?limit=200")["entries"])
    assert cms not in json.dumps(entries)
    assert "tamizdat_" not in json.dumps(entries)


def test_no_file_of_the_newsroom_holds_a_token(desk: Office):
    for file in desk.folder.rglob("*"):
        if file.is_file():
            assert desk.token.removeprefix("tamizdat_").encode() not in file.read_bytes(), file


def test_the_schema_names_every_route_its_token_and_how_each_can_be_refused(desk: Office):
    told = httpx.get(f"{desk.server.url}api/newsroom/openapi.json")

    assert told.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    schema = told.json()
    assert schema["openapi"].startswith("3.1")
    assert told.content == document()
    assert schema["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    assert schema["security"] == [{"token": []}]
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            assert {"401", "403", "429", "503"} <= route["responses"].keys(), (path, method)
            assert route["summary"]
            assert re.search(r"scopes? ", route["description"]), path
    assert "api/newsroom" not in desk.server.get("api/openapi.json").text


def test_who_has_no_token_is_answered_before_the_body_is_read(desk: Office):
    with desk.server.connect() as half:
        half.sendall(b"POST /api/newsroom/pictures HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        assert b" 401 " in half.recv(4096)


def test_every_route_answers_as_the_schema_says_it_does(desk: Office):
    text = {"title": "T", "edition": "en", "markdown": "x"}
    asked: list[tuple[str, str, int, dict[str, Any]]] = [
        ("POST", "articles", 201, {"json": {"key": "round", **text}}),
        ("PUT", "articles/round", 200, {"json": text}),
        ("GET", "articles", 200, {}),
        ("GET", "articles/round", 200, {}),
        ("POST", "publish", 202, {}),
        ("GET", "jobs", 200, {}),
        ("POST", "corrections", 200, {"json": {"key": "round", "note": "Wrong."}}),
        ("POST", "retractions", 200, {"json": {"key": "round"}}),
        ("DELETE", "retractions/round", 200, {}),
        ("POST", "pictures", 201, {"content": picture_file()}),
        ("GET", "imports", 200, {}),
        ("POST", "imports/none", 404, {}),
        ("POST", "hook/none", 404, {}),
        ("GET", "audit", 200, {}),
    ]
    visited = set[tuple[str, str]]()
    for method, path, status, more in asked:
        got = desk.ask(method, path, **more)
        assert got.status_code == status, (method, path, got.text)
        visited.add((method, path.split("/")[0] + ("/" if "/" in path else "")))
        if path == "publish":
            desk.done(got.json()["id"])
    visited.add(("GET", "jobs/"))

    described = {
        (method.upper(), re.sub(r"\{.*\}$", "", path.removeprefix("/api/newsroom/")))
        for path, methods in json.loads(document())["paths"].items()
        for method in methods
    }
    assert visited == described


def test_the_routes_that_the_newsrooms_document_names_are_there():
    text = (CHECKOUT / "docs" / "newsroom.md").read_text(encoding="utf-8")
    section = text.partition("## 13")[2]
    paths = {re.sub(r"\{.*\}", "", path) for path in json.loads(document())["paths"]}
    named = re.findall(r"(?:GET|POST|PUT|DELETE) `?(?:…|/api/newsroom)(/[a-z]+/?)", section)

    assert len(named) > 8
    assert {f"/api/newsroom{path}" for path in named} <= paths
