"""A library goes through many versions while people browse: no error, no half version, and every new one appears.

Each article says in its text with which version it came, and every article is revised in every version. So a page that
shows two articles, or an article and the version of the publication, gives itself away if they don't agree.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from hosting import Host, hosting, until
from publishing import Desk

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

ARTICLES = 5
CLIENTS = 8
_MARK = re.compile(r"mark-(\d+)-mark")


def revise(desk: Desk, version: int) -> None:
    """Publish the next version: every article says its number, and some come and go."""
    for number in range(ARTICLES):
        desk.put(f"en/{number}", f"mark-{version}-mark", title=f"mark-{version}-mark", summary=f"mark-{version}-mark")
    if version % 5 == 3:
        desk.put(f"en/passing-{version}", f"mark-{version}-mark", title=f"mark-{version}-mark")
    elif version % 5 == 4:
        desk.retract(f"en/passing-{version - 1}")
    desk.publish(after=60)
    assert desk.catalog().version == version


ONE_SQL = (
    "select title, text, (select version from editions) as version from articles where key not like 'en/passing-%'"
)


@dataclass
class Browser:
    """Somebody who looks at one page after the other. `wrong`: what should never be seen."""

    url: str
    seen: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    wrong: list[str] = field(default_factory=list[str])
    pages: int = 0

    def browse(self, over: threading.Event, begin: int) -> None:
        looks = (self.front, self.list, self.article, self.query, self.table, self.search, self.revisions)
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            while not over.is_set():
                look = looks[(self.pages + begin) % len(looks)]
                try:
                    look(client)
                except httpx.TransportError as error:
                    self.wrong.append(f"{look.__name__}: {error!r}")
                self.pages += 1

    def text(self, client: httpx.Client, path: str, **arguments: str) -> str:
        answer = client.get(self.url + path, params=arguments or None)
        if answer.status_code != 200:
            self.wrong.append(f"{path}: {answer.status_code} {answer.text[-300:]}")
            return ""
        return answer.text

    def agree(self, what: str, marks: set[str]) -> None:
        if len(marks) > 1:
            self.wrong.append(f"{what} shows versions {sorted(marks)}")
        self.seen.update((what, int(mark)) for mark in marks)

    def front(self, client: httpx.Client) -> None:
        self.agree("front page", set(_MARK.findall(newest(self.text(client, "/")))))

    def list(self, client: httpx.Client) -> None:
        self.agree("list", set(_MARK.findall(newest(self.text(client, "/edition/en")))))

    def article(self, client: httpx.Client) -> None:
        page = self.text(client, f"/article/en/{self.pages % ARTICLES}").partition("<main")[2]
        self.agree("article", set(_MARK.findall(page)))

    def query(self, client: httpx.Client) -> None:
        answer = self.text(client, "/library.json", sql=ONE_SQL, _shape="array")
        marks = set(_MARK.findall(answer)) | set(re.findall(r'"version": (\d+)', answer))
        self.agree("query", marks)

    def table(self, client: httpx.Client) -> None:
        rows = self.text(client, "/library/articles.json", _shape="array", key__not="en/x")
        fixed = [row for row in rows.split('"key": "en/') if row[:2] in {f'{n}"' for n in range(ARTICLES)}]
        self.agree("table", set(_MARK.findall(" ".join(fixed))))

    def search(self, client: httpx.Client) -> None:
        self.text(client, "/search", q="mark")

    def revisions(self, client: httpx.Client) -> None:
        self.text(client, "/versions")
        self.text(client, "/feed.atom")


def newest(page: str) -> str:
    """What a list says of the articles that change in every version; those that come and go stand elsewhere."""
    items = re.split(r"<(?:li|article)\b", page)
    return " ".join(item for item in items if re.search(r"/article/en/\d+\"", item))


@contextmanager
def crowd(host: Host) -> Iterator[list[Browser]]:
    """Eight who browse until the block ends."""
    over = threading.Event()
    browsers = [Browser(host.url) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=b.browse, args=(over, n)) for n, b in enumerate(browsers)]
    for thread in threads:
        thread.start()
    try:
        yield browsers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def version(host: Host) -> int:
    rows = host.sql("select version from editions").json()["rows"]
    return rows[0][0] if rows else 0


@contextmanager
def alone(desk: Desk, folder: Path) -> Iterator[Host]:
    address = f"{desk.public}#{desk.newsroom.fingerprint}"
    with hosting("datasette", str(folder / "library.db"), "--sync", address, "--every", "1s") as host:
        yield host


@contextmanager
def in_the_server(desk: Desk, _folder: Path) -> Iterator[Host]:
    with hosting("serve", str(desk.newsroom.folder), below="/data") as host:
        yield host


@pytest.mark.parametrize("place", [alone, in_the_server], ids=["alone", "in the server"])
@pytest.mark.parametrize("versions", [6, pytest.param(100, marks=pytest.mark.long)])
def test_nobody_who_browses_sees_an_error_or_half_a_version(place: object, versions: int, tmp_path: Path):
    desk = Desk(tmp_path / "newsroom")
    revise(desk, 1)
    with place(desk, tmp_path) as host:
        until(lambda: host.get("/").status_code == 200 and version(host) == 1)
        with crowd(host) as browsers:
            for number in range(2, versions + 1):
                revise(desk, number)
                until(lambda number=number: version(host) == number)
        assert version(host) == versions
    assert [wrong for browser in browsers for wrong in browser.wrong] == []
    assert all(browser.pages > 5 for browser in browsers)
    seen = set().union(*(browser.seen for browser in browsers))
    for what in ("front page", "list", "article", "query", "table"):
        assert len({number for page, number in seen if page == what}) > 1, what
    assert len({number for _, number in seen}) > versions // 2
