"""The door of the newsroom API, by itself."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from newsrooms import make_newsroom
from tamizdat_server.api.newsroom.door import Door, Meter
from tamizdat_server.desk.store import Desk
from tamizdat_server.desk.tokens import add_token


def asked(door: Door, *headers: tuple[bytes, bytes], path: str = "/api/newsroom/articles") -> dict[str, Any]:
    """The start of the answer to one request."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": list(headers)}
    asyncio.run(door(scope, receive, send))
    return sent[0]


async def elsewhere(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})


def broken(_folder: Path) -> Any:
    raise ModuleNotFoundError("No module named 'lxml'", name="lxml")


@pytest.fixture
def newsroom(tmp_path: Path) -> Path:
    make_newsroom(tmp_path / "newsroom").close()
    return tmp_path / "newsroom"


def test_without_the_extra_for_newsrooms_a_bearer_is_told_and_a_stranger_is_not(newsroom: Path):
    with Desk.open(newsroom) as desk:
        token, _ = add_token(desk, "CMS", ["read"], now=int(time.time()))
    bearer = (b"authorization", f"Bearer {token}".encode())

    assert asked(Door(newsroom, broken, otherwise=elsewhere), bearer)["status"] == 501
    assert asked(Door(newsroom, broken, otherwise=elsewhere))["status"] == 401


def test_two_tokens_at_once_are_none(newsroom: Path):
    with Desk.open(newsroom) as desk:
        token, _ = add_token(desk, "CMS", ["read"], now=int(time.time()))
    bearer = (b"authorization", f"Bearer {token}".encode())

    assert asked(Door(newsroom, broken, otherwise=elsewhere), bearer, bearer)["status"] == 401


def test_a_desk_that_is_just_being_made_or_is_damaged_lets_nobody_in(newsroom: Path):
    (newsroom / "desk.db").touch()
    assert asked(Door(newsroom, broken, otherwise=elsewhere))["status"] == 404
    (newsroom / "desk.db").write_bytes(b"not a database, but long enough to look at" * 100)
    assert asked(Door(newsroom, broken, otherwise=elsewhere))["status"] == 503


def test_a_newsroom_without_a_desk_gets_none_by_being_asked(newsroom: Path):
    assert asked(Door(newsroom, broken, otherwise=elsewhere))["status"] == 404
    assert not (newsroom / "desk.db").exists()


def test_a_meter_says_how_long_to_wait():
    meter = Meter(2)

    assert [meter.wait(), meter.wait()] == [0, 0]
    assert 1 <= meter.wait() <= 60
