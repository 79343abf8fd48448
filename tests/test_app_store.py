"""What the reader app keeps in a browser: whole whatever befalls it, in chromium's IndexedDB."""

from collections.abc import Iterator
from typing import Any

import pytest

from app_engine import ARTICLES, Site, Tab, engine_site
from browser import chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with engine_site(tmp_path_factory.mktemp("engine")) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def whole(browser: Any, site: Site) -> str:
    """The digest of what a reader holds who was never interrupted."""
    context = browser.new_context()
    tab = Tab(context, site)
    tab.trust()
    assert tab.sync()["articles"] == ARTICLES
    found = tab.look()
    assert found["wrong"] == []
    context.close()
    return found["digest"]


def test_indexeddb_keeps_what_every_store_promises(context: Any, site: Site):
    page = context.new_page()
    page.goto(f"{site.url}store.html")
    found = page.evaluate("judge()")
    assert len(found) > 10
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_page_that_is_open_while_all_is_deleted_makes_no_new_database(context: Any, site: Site):
    page = context.new_page()
    page.goto(f"{site.url}store.html")
    write = "kept.commit({removals: [], puts: [{table: 'saved', key: ['a'], row: true}]})"
    page.evaluate(f"open().then((store) => {{ globalThis.kept = store; return {write}; }})")
    storage = {"origin": site.url.rstrip("/"), "storageTypes": "indexeddb"}
    context.new_cdp_session(page).send("Storage.clearDataForOrigin", storage)

    assert page.evaluate(f"{write}.then(() => 'written', ({{code}}) => code)") == "library"

    assert page.evaluate("indexedDB.databases()") == []


def test_what_was_synced_is_listed_read_and_found_by_the_other_worker(context: Any, site: Site):
    tab = Tab(context, site)
    tab.trust()
    assert tab.sync()["complete"]
    assert tab.titles()[0] == f"On a{ARTICLES - 1:03}, 1"
    assert len(tab.titles(section="section 1")) == len(range(1, ARTICLES, 3))
    place = {"publication": site.publication, "edition": "en", "key": "a010"}
    pictures = tab.page.evaluate("place => engine.reading.article(place).then(view => view.pictures)", place)
    assert tab.page.evaluate("sha => engine.reading.picture(sha).then(blob => blob.type)", pictures[0]) == "image/png"
    tab.page.wait_for_function("news.some(each => each.kind === 'indexed' && each.indexed === each.held)")
    found = tab.page.evaluate("p => engine.reading.search(p, 'a010', 10, 0)", site.publication)
    assert [hit["card"]["key"] for hit in found["hits"]] == ["a010"]


def test_marks_and_saved_articles_are_there_when_the_page_is_opened_anew(context: Any, site: Site):
    tab = Tab(context, site)
    tab.trust()
    tab.sync()
    place = {"publication": site.publication, "edition": "en", "key": "a005"}
    tab.page.evaluate("place => engine.reading.save(place, true)", place)
    tab.page.evaluate("place => engine.reading.mark(place, {read: true, position: 0.5})", place)
    tab.page.close()
    again = Tab(context, site)
    assert again.begin() == "kept"
    assert again.titles(saved=True, edition="") == ["On a005, 1"]
    assert len(again.titles(unread=True)) == ARTICLES - 1
    view = again.page.evaluate("place => engine.reading.article(place)", place)
    assert (view["saved"], view["read"], view["position"]) == (True, True, 0.5)


@pytest.mark.parametrize(
    "puts", [*(5, 90, 140), *(pytest.param(puts, marks=pytest.mark.long) for puts in range(1, 150, 7))]
)
def test_worker_stopped_within_a_commit_leaves_a_whole_library_that_goes_on(
    context: Any, site: Site, whole: str, puts: int
):
    tab = Tab(context, site)
    tab.trust()
    tab.page.evaluate("kill()")
    assert tab.sync_until_death(puts)
    assert tab.look()["wrong"] == []
    tab.begin()
    assert tab.sync_when_free()["complete"]
    assert tab.look() == {"wrong": [], "digest": whole, "articles": ARTICLES}


def test_paused_sync_says_so_and_the_next_one_goes_on(context: Any, site: Site, whole: str):
    tab = Tab(context, site)
    tab.trust()
    codes = tab.page.evaluate(
        "p => Promise.all([new Promise(on => engine.syncing.sync({publication: p},"
        " ({step}) => step === 'fetching' && engine.syncing.pause()).catch(({code}) => on(code))),"
        " engine.syncing.plan({publication: p}).catch(({code}) => code)])",
        site.publication,
    )
    assert codes == ["stopped", "locked"]
    assert tab.look()["wrong"] == []
    assert tab.sync()["complete"]
    assert tab.look()["digest"] == whole


def test_pages_closed_while_they_sync_lose_nothing(context: Any, site: Site, whole: str):
    Tab(context, site).trust()
    for _ in range(4):
        tab = Tab(context, site)
        tab.begin()
        tab.page.evaluate(
            "p => new Promise(on => { const told = ({step}) => step === 'applying' && on(0);"
            " engine.syncing.sync({publication: p}, told).then(() => on(0), () => on(0)) })",
            site.publication,
        )
        tab.page.close()
    last = Tab(context, site)
    last.begin()
    assert last.sync_when_free()["complete"]
    assert last.look() == {"wrong": [], "digest": whole, "articles": ARTICLES}


def test_full_storage_is_told_and_what_is_there_stays(context: Any, site: Site, whole: str):
    tab = Tab(context, site)
    devtools = context.new_cdp_session(tab.page)
    quota = {"origin": site.url.rstrip("/")}
    tab.begin()
    empty = tab.page.evaluate("navigator.storage.estimate().then(found => found.usage)")
    tab.page.evaluate("kill()")
    devtools.send("Storage.overrideQuotaForOrigin", quota | {"quotaSize": empty + 12_000})
    tab.trust()
    assert tab.sync()["code"] == "disk-full"
    found = tab.look()
    assert (found["wrong"], found["articles"] < ARTICLES) == ([], True)
    assert [each["title"] for each in tab.page.evaluate("engine.reading.publications()")] == ["The Desk"]
    devtools.send("Storage.overrideQuotaForOrigin", quota)
    assert tab.sync()["complete"]
    assert tab.look()["digest"] == whole


@pytest.mark.parametrize("how", ["", "?lockless"])
def test_of_two_pages_that_sync_at_once_one_at_least_ends_well_and_nothing_is_mixed(
    context: Any, site: Site, whole: str, how: str
):
    Tab(context, site, how=how).trust()
    tabs = [Tab(context, site, how=how) for _ in range(2)]
    for tab in tabs:
        tab.begin()
        tab.page.evaluate(
            "p => { window.end = engine.syncing.sync({publication: p}, () => {}).then(() => 'done', e => e.code) }",
            site.publication,
        )
    ends = [tab.page.evaluate("window.end") for tab in tabs]
    assert set(ends) <= {"done", "locked"}
    assert "done" in ends
    assert tabs[0].look() == {"wrong": [], "digest": whole, "articles": ARTICLES}


def test_where_storage_is_denied_everything_works_in_memory_and_that_is_told(context: Any, site: Site):
    tab = Tab(context, site, how="?denied")
    tab.trust()
    assert tab.page.evaluate("engine.reading.surroundings()")["storage"] == "memory"
    assert tab.sync()["complete"]
    assert len(tab.titles()) == ARTICLES
    tab.page.wait_for_function("news.some(each => each.kind === 'indexed' && each.indexed === each.held)")
    assert tab.page.evaluate("p => engine.reading.search(p, 'a010', 10, 0)", site.publication)["found"] == 1


def test_without_the_browsers_cryptography_the_apps_own_is_loaded_and_says_the_same(
    context: Any, site: Site, whole: str
):
    tab = Tab(context, site, how="?bare")
    tab.trust()
    assert tab.page.evaluate("engine.reading.surroundings()")["crypto"] == "own"
    assert tab.sync()["complete"]
    assert tab.look()["digest"] == whole


def test_other_pages_are_told_what_a_sync_brought(context: Any, site: Site):
    tab, other = Tab(context, site), Tab(context, site)
    other.begin()
    tab.trust()
    tab.sync()
    other.page.wait_for_function("news.some(each => each.kind === 'changed')")
    assert len(other.titles()) == ARTICLES
    found = "p => engine.reading.search(p, 'a010', 10, 0).then(page => page.found === 1)"
    other.page.wait_for_function(found, arg=site.publication)  # whichever page builds the index


def test_wiping_leaves_no_database_also_while_other_pages_are_open(context: Any, site: Site):
    tab, other = Tab(context, site), Tab(context, site)
    tab.trust()
    tab.sync()
    other.begin()
    tab.page.evaluate("engine.syncing.wipe()")
    assert tab.page.evaluate("indexedDB.databases()") == []
    assert {"kind": "wiped"} in tab.page.evaluate("news")
    code = other.page.evaluate("engine.reading.publications().catch(error => error.code)")
    assert code == "library"


def test_newer_library_is_left_alone_and_told(context: Any, site: Site):
    tab = Tab(context, site)
    newer = "new Promise(done => { const o = indexedDB.open('tamizdat', 99); o.onsuccess = () => {%s done() } })"
    tab.page.evaluate(newer % "o.result.close();")
    code = tab.page.evaluate("begin().catch(error => error.code)")
    assert code == "newer-schema"
    assert tab.page.evaluate("indexedDB.databases().then(all => all.map(one => one.version))") == [99]
