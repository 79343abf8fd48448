"""Pages are read beside the event loop: each sees one state of the library, in its time, and not too many at once."""

import ast
import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

import httpx
import pytest

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

from conftest import CHECKOUT
from shelf import article, delta, keys, shelf
from tamizdat.errors import LibraryError, NotALibrary
from tamizdat.library import Library
from tamizdat_server.archive import finding
from tamizdat_server.archive.readers import Busy, Readers, TooSlow
from tamizdat_server.data import create_data
from tamizdat_server.data.factory import DataOptions, create_datasette

FOREVER = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
PLUGINS = sorted((CHECKOUT / "datasette" / "plugins").glob("*.py"))
# What Datasette 0.65.5 and 1.0a37 both have, with the arguments that both hand over.
SHARED = {
    "actor_from_request", "asgi_wrapper", "database_actions", "extra_body_script", "extra_css_urls", "extra_js_urls",
    "extra_template_vars", "filters_from_request", "forbidden", "handle_exception", "menu_links", "prepare_connection",
    "prepare_jinja2_environment", "publish_subcommand", "register_commands", "register_facet_classes",
    "register_magic_parameters", "register_output_renderer", "register_routes", "render_cell", "startup",
    "table_actions",
}  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with shelf(tmp_path / "library.db") as made:
        made.apply_delta(delta(article("one")), to=1)
        yield made


def count(db: Connection) -> int:
    return db.execute("SELECT count(*) FROM articles").fetchone()[0]


def test_a_page_sees_one_state_of_the_library_while_a_sync_goes_on(library: Library):
    readers = Readers(library.path)

    def work(db: Connection) -> tuple[int, int]:
        before = count(db)
        with Library.open(library.path) as other:
            other.apply_delta(delta(article(f"new-{before}")), to=2)
        return before, count(db)

    async def read() -> list[tuple[int, int]]:
        return [await readers.read(work) for _ in range(2)]

    assert asyncio.run(read()) == [(1, 1), (2, 2)]
    readers.close()
    assert len(keys(library)) == 3


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_is_read(library: Library):
    readers = Readers(library.path, at_once=1, seconds=0.05)
    with pytest.raises(TooSlow):
        asyncio.run(readers.read(lambda db: db.execute(FOREVER).fetchone()))
    assert asyncio.run(readers.read(count)) == 1
    readers.close()


def test_what_would_wait_too_long_is_turned_away_at_once(library: Library):
    readers = Readers(library.path, at_once=1, waiting=1)
    gate = threading.Event()

    def hold(db: Connection) -> int:
        gate.wait()
        return count(db)

    async def crowd() -> list[int]:
        waiting = [asyncio.ensure_future(readers.read(hold)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await readers.read(count)
        gate.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(crowd()) == [1, 1]
    assert asyncio.run(readers.read(count)) == 1
    readers.close()


def test_the_event_loop_goes_on_while_pages_are_read(library: Library):
    readers = Readers(library.path)
    gate = threading.Event()

    async def meanwhile() -> int:
        reading = asyncio.ensure_future(readers.read(lambda db: (gate.wait(), count(db))[1]))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not reading.done()
        gate.set()
        return await reading

    assert asyncio.run(meanwhile()) == 1
    readers.close()


def test_a_crowd_of_slow_searches_leaves_other_pages_answering(library: Library, monkeypatch: pytest.MonkeyPatch):
    gate = threading.Event()
    monkeypatch.setattr(finding, "search", lambda *words, **more: gate.wait() and [])

    async def crowd() -> tuple[int, list[int]]:
        transport = httpx.ASGITransport(app=create_data(library.path))
        async with httpx.AsyncClient(transport=transport, base_url="http://archive.example") as client:
            await client.get("/about")
            searches = [asyncio.ensure_future(client.get("/search?q=the")) for _ in range(200)]
            await asyncio.sleep(0)
            page = await client.get("/article/one")
            gate.set()
            return page.status_code, [answer.status_code for answer in await asyncio.gather(*searches)]

    page, searches = asyncio.run(crowd())
    assert page == 200
    assert set(searches) == {200, 503}
    assert searches.count(200) == 18


def test_nothing_can_be_written_by_the_way(library: Library):
    readers = Readers(library.path)
    with pytest.raises(LibraryError):
        asyncio.run(readers.read(lambda db: db.execute("DELETE FROM articles")))
    assert asyncio.run(readers.read(count)) == 1
    readers.close()


def test_another_file_in_the_librarys_place_is_read_from_the_next_page_on(library: Library, tmp_path: Path):
    readers = Readers(tmp_path / "there.db")
    with pytest.raises(NotALibrary):
        asyncio.run(readers.read(count))
    for number in (1, 2):
        with shelf(tmp_path / f"{number}.db") as made:
            made.apply_delta(delta(*(article(f"{n}") for n in range(number))), to=1)
        (tmp_path / f"{number}.db").replace(tmp_path / "there.db")
        assert asyncio.run(readers.read(count)) == number
    readers.close()


def test_a_datasette_that_is_let_go_of_takes_the_archives_connections_with_it(library: Library):
    async def visit() -> weakref.ref[object]:
        made = create_datasette(library.path, base_url="/", options=DataOptions())
        await made.invoke_startup()
        assert (await made.client.get("/article/one")).status_code == 200
        made.executor.shutdown()
        return weakref.ref(made)

    before = threading.active_count()
    kept = asyncio.run(visit())
    gc.collect()
    assert kept() is None
    assert threading.active_count() <= before


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.name)
def test_a_plugin_uses_only_hooks_that_datasette_has_now_and_will_have(path: Path):
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if hasattr(node, "decorator_list")]
    hooks = {node.name for node in functions if any("hookimpl" in ast.dump(used) for used in node.decorator_list)}
    assert hooks
    assert hooks <= SHARED
