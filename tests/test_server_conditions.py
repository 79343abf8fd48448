"""What a conditional or ranged GET is answered with, by RFC 9110."""

import pytest

from tamizdat.transport import HeldHead
from tamizdat.transport import conditions as client
from tamizdat_server.conditions import Answer, Version, answer, conditions, http_date

TAG = b'"' + b"a" * 64 + b'"'
OTHER = b'"' + b"b" * 64 + b'"'
THEN = 1_795_327_200
FILE = Version(TAG, THEN, 1000)


def decide(whole: bool = False, **fields: bytes) -> Answer:
    headers = [(name.replace("_", "-").encode(), value) for name, value in fields.items()]
    return answer(conditions(headers), FILE, whole=whole)


def test_without_conditions_the_whole_file_is_sent() -> None:
    assert decide() == Answer(200, 0, 1000)


@pytest.mark.parametrize("held", [TAG, b"W/" + TAG, OTHER + b", " + TAG, b"*", b' "x" ,W/' + TAG])
def test_who_holds_the_file_is_told_so(held: bytes) -> None:
    assert decide(if_none_match=held).status == 304


@pytest.mark.parametrize("held", [OTHER, b"W/" + OTHER, b"", b"a" * 64, b'"', b", ,"])
def test_who_holds_another_version_gets_the_file(held: bytes) -> None:
    assert decide(if_none_match=held).status == 200


def test_the_list_that_our_client_sends_is_understood() -> None:
    held = HeldHead("head.tar.zst", "a" * 64, FILE.size, FILE.modified)
    asked = {name.lower().encode(): value.encode() for name, value in client.conditions(held).items()}
    other = Version(OTHER, THEN, FILE.size)

    assert answer(conditions(list(asked.items())), FILE).status == 304
    assert answer(conditions(list(asked.items())), other).status == 200


def test_an_entity_tag_counts_more_than_a_date() -> None:
    assert decide(if_none_match=OTHER, if_modified_since=http_date(THEN)).status == 200
    assert decide(if_none_match=TAG, if_modified_since=http_date(THEN - 1)).status == 304


def test_tags_in_several_header_lines_count_together() -> None:
    asked = conditions([(b"if-none-match", OTHER), (b"if-none-match", TAG)])

    assert answer(asked, FILE).status == 304


@pytest.mark.parametrize(("seconds", "status"), [(THEN - 1, 200), (THEN, 304), (THEN + 86_400, 304)])
def test_a_file_older_than_the_date_is_not_sent_again(seconds: int, status: int) -> None:
    assert decide(if_modified_since=http_date(seconds)).status == status


@pytest.mark.parametrize("date", [b"yesterday", b"", b"\xff\xfe", b"Sun, 99 Nov 2026 06:00:00 GMT", b"0"])
def test_a_date_that_makes_no_sense_is_as_if_not_there(date: bytes) -> None:
    assert decide(if_modified_since=date).status == 200
    assert decide(if_unmodified_since=date).status == 200


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (b"bytes=0-0", (0, 1)),
        (b"bytes=0-999", (0, 1000)),
        (b"bytes=990-", (990, 1000)),
        (b"bytes=990-5000", (990, 1000)),
        (b"bytes=-10", (990, 1000)),
        (b"bytes=-5000", (0, 1000)),
        (b"bytes = 5-6", (5, 7)),
    ],
)
def test_a_single_range_is_sent(asked: bytes, part: tuple[int, int]) -> None:
    assert decide(range=asked) == Answer(206, *part)


@pytest.mark.parametrize("asked", [b"bytes=1000-", b"bytes=1000-2000", b"bytes=-0", b"bytes=999999999999999999-"])
def test_a_range_behind_the_end_is_refused(asked: bytes) -> None:
    assert decide(range=asked).status == 416


@pytest.mark.parametrize(
    "asked",
    [
        b"bytes=0-1,5-6",
        b"bytes=9-5",
        b"bytes=-",
        b"bytes=a-b",
        b"lines=1-2",
        b"",
        b"bytes=1",
        b"bytes=" + b"9" * 40 + b"-",
    ],
)
def test_anything_else_asked_as_a_range_gets_the_whole(asked: bytes) -> None:
    assert decide(range=asked) == Answer(200, 0, 1000)


@pytest.mark.parametrize("condition", [TAG, http_date(THEN)])
def test_a_range_of_the_same_version_is_sent(condition: bytes) -> None:
    assert decide(range=b"bytes=5-", if_range=condition).status == 206


@pytest.mark.parametrize("condition", [OTHER, b"W/" + TAG, http_date(THEN + 1), http_date(THEN - 1), b"nonsense", b""])
def test_a_range_of_another_version_gets_the_whole(condition: bytes) -> None:
    assert decide(range=b"bytes=5-", if_range=condition) == Answer(200, 0, 1000)


def test_ranges_do_not_apply_where_the_whole_is_described() -> None:
    assert decide(whole=True, range=b"bytes=5-6").status == 200


def test_a_precondition_that_fails_ends_the_request() -> None:
    assert decide(if_match=OTHER).status == 412
    assert decide(if_match=b"W/" + TAG).status == 412
    assert decide(if_unmodified_since=http_date(THEN - 1)).status == 412
    assert decide(if_match=TAG, if_unmodified_since=http_date(THEN - 1)).status == 200


def test_an_empty_file_has_no_range() -> None:
    empty = Version(TAG, THEN, 0)

    assert answer({"range": b"bytes=0-"}, empty).status == 416
    assert answer({}, empty) == Answer(200, 0, 0)
