"""What an import of a WordPress site takes away, and what must never be taken for a deletion."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import httpd
import wpserver
from leaks import Secrets, leaks, published
from newsrooms import publish_now
from tamizdat.errors import SourceBrokeOff, TransportError, UnreadableSource
from tamizdat_server.importers.report import Silent
from wpdesk import Desk, counts
from wpserver import Author, WordPress, refuse, say


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress() as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path, site: WordPress) -> Iterator[Desk]:
    desk = Desk(tmp_path / "newsroom", site)
    with desk.newsroom:
        yield desk


# -- while it changes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_number", [3, 4])
@pytest.mark.parametrize(
    "act",
    [
        lambda site: site.delete(7),
        lambda site: (site.delete(7), site.write()),
        lambda site: (site.delete(*range(10, 90)), site.write(80)),
        lambda site: site.edit(101, body="<p>Иначе.</p>"),
        lambda site: site.write(3),
    ],
    ids=["deleted", "deleted and published", "eighty of each", "edited", "published"],
)
def test_what_happens_between_two_pages_loses_and_doubles_nothing(
    site: WordPress, desk: Desk, act: Callable[[WordPress], object], request_number: int
) -> None:
    site.write(205)
    site.before("posts", act, request=request_number)

    desk.bring()
    desk.bring(confirm=True)

    assert desk.numbers() == sorted(site.posts)
    assert counts(desk.bring()) == (0, 0, 0, 0)


def test_a_list_that_never_stands_still_is_read_without_taking_anything_away(site: WordPress, desk: Desk) -> None:
    site.write(250)
    desk.bring()
    for number in range(1, 30):
        site.before("posts", lambda site, number=number: site.delete(number), request=number)

    report = desk.bring()

    assert counts(report) == (0, 0, 0, 0)
    assert "deleted can't be told" in report.skipped[0].reason
    assert len(desk.numbers()) == 250


def test_a_deletion_during_the_import_is_found_by_the_next_one(site: WordPress, desk: Desk) -> None:
    site.write(250)
    site.before("posts", lambda site: site.delete(120), request=6)
    desk.bring()

    desk.bring()

    assert 120 not in desk.numbers()


# -- what goes ---------------------------------------------------------------------------------------------------------


def test_two_deleted_of_three_hundred_go(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    site.delete(5, 250)

    assert counts(desk.bring()) == (0, 0, 2, 0)
    assert {5, 250}.isdisjoint(desk.numbers())


def test_ten_deleted_are_held_until_somebody_confirms(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    site.delete(*range(1, 11))

    assert counts(desk.bring()) == (0, 0, 0, 10)
    assert counts(desk.bring()) == (0, 0, 0, 10)
    assert len(desk.numbers()) == 300
    assert counts(desk.bring(confirm=True)) == (0, 0, 10, 0)
    assert len(desk.numbers()) == 290


def test_what_gets_a_password_or_becomes_private_goes_and_comes_back(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    site.edit(5, password="letmein")
    site.edit(6, status="private")

    assert desk.bring().removed == 2
    assert {5, 6}.isdisjoint(desk.numbers())
    site.edit(5, password="")
    site.edit(6, status="publish")
    desk.bring()
    assert {5, 6} <= {*desk.numbers()}


def test_what_is_hidden_and_held_goes_when_it_is_confirmed_later(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    publish_now(desk.newsroom)
    for number in range(1, 11):
        site.edit(number, password="letmein")

    assert counts(desk.bring()) == (0, 0, 0, 10)
    assert counts(desk.bring(confirm=True)) == (0, 0, 10, 0)


def test_no_draft_protected_or_other_text_ever_comes_in(site: WordPress, desk: Desk) -> None:
    site.write(2)
    for status in ("draft", "pending", "private", "trash", "future"):
        site.write(status=status, body="<p>SECRET</p>")
    site.write(password="letmein", body="<p>SECRET</p>")
    site.write(type="page", body="<p>About us</p>")
    site.write(type="donor", body="<p>SECRET</p>")

    report = desk.bring()

    assert desk.numbers() == [1, 2]
    assert [(item.source.split()[2], item.hidden) for item in report.skipped] == [("8", True)]
    assert b"SECRET" not in b"".join(row[0] for row in desk.newsroom.db.execute("SELECT draft FROM articles"))


def test_a_site_that_shows_in_its_list_what_it_should_not_is_not_believed(site: WordPress, desk: Desk) -> None:
    answers = [
        {"id": 1, "status": "draft", "type": "post"},
        {"id": 2, "status": "publish", "type": "donor"},
        {"id": 3, "content": {"rendered": "<p>SECRET</p>", "protected": 1}},
        {"id": 4, "content": {"rendered": "<p>SECRET</p>", "protected": "yes"}},
    ]
    for answer in answers:
        answer.update({key: value for key, value in _ANSWER.items() if key not in answer})
    site.fail("posts", _told(answers))

    report = desk.bring()

    assert desk.numbers() == []
    assert len(report.skipped) >= 4


def test_nothing_that_a_site_keeps_to_itself_reaches_readers(site: WordPress, desk: Desk) -> None:
    careless = {
        "meta": {"_note": "secret-note"},
        "author_email": "secret.source@example.org",
        "_links": {"author": [{"href": f"{site.url}wp-json/wp/v2/users/1?secret-link"}]},
        "yoast_head_json": {"author": "secret-login"},
        "ip": "198.51.100.7",
    }
    site.write(2, author=Author(name="secret-login", login="secret-login"), extra=careless, body="<p>Открыто.</p>")
    site.write(
        author=Author(name="Secret.Source@example.org", login="s"), body="<p>Открыто.</p><!-- secret-comment -->"
    )
    site.write(status="draft", title="secret-title", slug="secret-slug", body="secret-body")
    site.write(password="letmein", title="secret-title", slug="secret-slug", body="secret-body")
    strings = {"secret", "letmein", "198.51.100.7"}
    desk.bring()
    site.closed = {"posts": 401}
    site.write(1, author=Author(name="secret-login", login="secret-login"), extra=careless, body="<p>Открыто.</p>")
    desk.bring()
    publish_now(desk.newsroom)

    assert len(desk.numbers()) == 4
    assert leaks(Secrets(strings=strings), published(desk.newsroom.public, {})) == []


def test_pages_come_when_asked_for_and_stay_when_not(site: WordPress, desk: Desk) -> None:
    site.write(300)
    (page,) = site.write(type="page", title="О нас", path="about/")

    assert counts(desk.bring(pages=True)) == (301, 0, 0, 0)
    assert desk.drafts()[page].key == "about"
    assert counts(desk.bring()) == (0, 0, 0, 0)
    desk.pass_time(days=8)
    assert counts(desk.bring()) == (0, 0, 0, 0)


# -- what breaks -------------------------------------------------------------------------------------------------------

BROKEN: dict[str, httpd.Mode] = {
    "an empty list": wpserver.empty,
    "half a list": wpserver.truncated,
    "a portal": httpd.portal,
    "500": refuse(500, code="internal_server_error"),
    "502 from what stands before it": say(b"<html>Bad gateway", status=502),
    "401": refuse(401),
    "nothing": say(b""),
    "null": say(b"null"),
    "false": say(b"false"),
    "an object": say(b'{"posts": []}'),
    "nested": say(b"[" * 200_000),
    "no answer": httpd.hang_up,
    "a total of nothing": say(b'[{"id":1}]', X_WP_Total="0", X_WP_TotalPages="0"),
    "a huge total": say(b'[{"id":1}]', X_WP_Total="99999999", X_WP_TotalPages="999999"),
    "few posts, and a total that agrees with none": say(b'[{"id":1},{"id":2}]', X_WP_Total="250"),
    "negative numbers": say(b'[{"id":-1},{"id":0}]', X_WP_Total="2", X_WP_TotalPages="1"),
    "numbers that are none": say(b'[{"id":"x"},{"id":[1]},7,null]', X_WP_Total="4", X_WP_TotalPages="1"),
    "the same post for ever": say(b'[{"id":1},{"id":1}]', X_WP_Total="300", X_WP_TotalPages="3"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_api_is_never_taken_for_a_deletion(site: WordPress, desk: Desk, broken: str) -> None:
    site.write(60)
    desk.bring()
    publish_now(desk.newsroom)
    before = desk.drafts()
    site.delete(5)
    site.closed = {"feed/atom": 404, "feed/rss": 404}
    for first in (1, 2, 3):
        site.faults.clear()
        site.fail("posts", BROKEN[broken], first=first)

        with suppress(UnreadableSource, SourceBrokeOff, TransportError):
            assert desk.bring().removed == 0

        assert {number: draft for number, draft in desk.drafts().items() if number != 5} == {
            number: draft for number, draft in before.items() if number != 5
        }
    site.faults.clear()
    desk.bring(confirm=True)
    assert desk.numbers() == sorted(site.posts)


def test_a_site_that_is_empty_all_of_a_sudden_keeps_its_articles(site: WordPress, desk: Desk) -> None:
    site.write(120)
    desk.bring()
    site.posts.clear()

    assert counts(desk.bring(confirm=True)) == (0, 0, 0, 0)
    assert len(desk.numbers()) == 120


def test_a_site_that_counts_posts_it_does_not_show_is_read_and_nothing_taken_away(site: WordPress, desk: Desk) -> None:
    site.write(250)
    site.unread = frozenset((3, 99, 100, 101, 240))

    assert desk.bring().added == 245
    site.unread |= {7}
    assert counts(desk.bring()) == (0, 0, 0, 0)


def test_a_site_that_does_not_count_is_read_and_nothing_taken_away(site: WordPress, desk: Desk) -> None:
    site.totals = False
    site.write(250)

    assert desk.bring().added == 250
    site.delete(3)
    assert counts(desk.bring()) == (0, 0, 0, 0)


def test_one_post_at_which_the_site_fails_stops_no_other_one(site: WordPress, desk: Desk) -> None:
    site.write(130)
    site.faults.append(lambda asked: refuse(500) if "42" in asked.words.get("include", "").split(",") else None)

    report = desk.bring()

    assert report.added == 129
    assert [(item.source.split()[2], item.hidden) for item in report.skipped] == [("42", False)]
    assert "fails (500" in report.skipped[0].reason
    site.faults.clear()
    assert counts(desk.bring()) == (1, 0, 0, 0)


def test_a_weak_server_is_asked_for_fewer_at_a_time(site: WordPress, desk: Desk) -> None:
    site.write(400)
    site.faults.append(lambda asked: refuse(500) if asked.words.get("include", "").count(",") >= 30 else None)

    assert counts(desk.bring()) == (400, 0, 0, 0)

    asked = sum("include" in request.words for request in site.requests)
    assert asked <= 7 + 12


def test_one_post_that_nobody_could_read_stops_no_other_one(site: WordPress, desk: Desk) -> None:
    site.fail(
        "posts",
        _told([{**_ANSWER, "id": 1}, {**_ANSWER, "id": 2, "content": 7}, {**_ANSWER, "id": 3, "link": "javascript:x"}]),
    )

    report = desk.bring()

    assert desk.numbers() == [1, 3]
    assert desk.drafts()[3].source_url == ""
    assert [item.source.split()[2] for item in report.skipped] == ["2"]


def test_an_import_that_was_interrupted_goes_on_where_it_ended(site: WordPress, desk: Desk) -> None:
    site.write(450)

    class Interrupted(Silent):
        def read(self, items: int, *, total: int | None) -> None:
            if items == 250:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.bring(progress=Interrupted())
    kept = desk.numbers()
    assert len(kept) >= 200

    report = desk.bring()

    assert len(desk.numbers()) == 450
    assert report.added == 450 - len(kept)
    assert min(site.fetched()) > 200


def test_an_import_that_was_killed_goes_on_where_it_ended(site: WordPress, desk: Desk) -> None:
    site.write(350)
    words = ["import", "wordpress", site.url, "--to", str(desk.newsroom.folder), "--allow-private"]
    site.faults.append(lambda asked: process.kill() if asked.words.get("include", "").startswith("201,") else None)
    process = subprocess.Popen([sys.executable, "-m", "tamizdat", *words], stderr=subprocess.PIPE)
    process.communicate(timeout=120)
    assert process.returncode < 0
    kept = desk.numbers()
    assert len(kept) > 150
    site.faults.clear()

    assert counts(desk.bring(pictures=True)) == (350 - len(kept), 0, 0, 0)
    assert site.fetched()[0] > 100  # a page of a hundred at most comes twice
    assert desk.numbers() == sorted(site.posts)


def test_a_site_that_breaks_off_says_so_and_the_next_import_goes_on(site: WordPress, desk: Desk) -> None:
    site.write(450)
    site.fail("posts", refuse(503, Retry_After="0"), first=9)

    with pytest.raises(SourceBrokeOff, match=r"too busy.*import it again"):
        desk.bring()

    kept = len(desk.numbers())
    assert kept == 200
    site.faults.clear()
    assert desk.bring().added == 450 - kept


def test_a_site_that_asks_for_rest_gets_it_and_is_asked_again(site: WordPress, desk: Desk) -> None:
    site.write(130)
    site.fail("posts", refuse(429, Retry_After="0"), first=2, last=3)
    site.fail("posts", refuse(503, Retry_After="0"), first=6, last=6)

    assert counts(desk.bring()) == (130, 0, 0, 0)


def test_a_connection_that_is_lost_once_is_tried_again(site: WordPress, desk: Desk) -> None:
    site.write(130)
    site.fail("posts", httpd.hang_up, first=3, last=3)

    assert counts(desk.bring()) == (130, 0, 0, 0)


def test_a_dry_run_reports_the_same_and_changes_nothing(site: WordPress, desk: Desk) -> None:
    site.write(30)

    report = desk.bring(dry_run=True)

    assert counts(report) == (30, 0, 0, 0)
    assert desk.numbers() == []
    assert counts(desk.bring()) == (30, 0, 0, 0)


# -- inside ------------------------------------------------------------------------------------------------------------

_ANSWER = {
    "id": 1,
    "type": "post",
    "status": "publish",
    "date_gmt": "2024-01-01T00:00:00",
    "modified_gmt": "2024-01-01T00:00:00",
    "title": {"rendered": "A title"},
    "content": {"rendered": "<p>Текст о мосте.</p>", "protected": False},
}


def _told(answers: list[dict[str, object]]) -> httpd.Mode:
    import json

    body = json.dumps(answers).encode()
    return say(body, X_WP_Total=str(len(answers)), X_WP_TotalPages="1", Content_Type="application/json")
