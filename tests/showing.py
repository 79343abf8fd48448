"""The archive as people meet it: real processes that show the sample, and the kinds of pages that there are."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus

import httpx

SQL: Final = "SELECT id, title, line FROM articles JOIN records USING (id) WHERE title LIKE :like"
SLOW_SQL: Final = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

ARCHIVE: Final = {
    "front": "/",
    "edition": "/edition/en",
    "edition-kk": "/edition/kk",
    "topics": "/edition/ru/topics",
    "section": "/section/Town",
    "tag": "/tag/bridge",
    "year": "/year/{year}",
    "article": "/article/en/bridge",
    "article-ru": "/article/ru/bridge",
    "retracted": "/article/en/gravel",
    "revision": "/article/en/bridge/revision/1",
    "diff": "/article/en/bridge/diff/2",
    "retractions": "/retractions",
    "corrections": "/corrections",
    "versions": "/versions",
    "version": "/version/4",
    "search": "/search",
    "found": "/search?q=bridge",
    "not-found": "/search?q=zeppelin",
    "about": "/about",
    "missing": "/article/en/no-such-article",
}
DATA: Final = {
    "tables": "/library",
    "table": "/library/articles",
    "table-filtered": "/library/articles?_search=bridge&edition=en&_sort=title",
    "table-facets": "/library/articles?_facet=section&_facet=edition&_size=3",
    "table-empty": "/library/articles?edition=de",
    "table-pictures": "/library/images",
    "table-changes": "/library/changes",
    "row": "/library/articles/1",
    "row-record": "/library/records/1",
    "row-tag": "/library/tags/1,bridge",
    "query": "/library/translations",
    "query-search": "/library/full-text?words=bridge",
    "query-none": "/library/images-without-words",
    "sql": f"/library?sql={quote_plus(SQL)}&like=%25bridge%25",
    "sql-wrong": "/library?sql=SELECT+*+FROM+nowhere",
    "sql-slow": f"/library?sql={quote_plus(SLOW_SQL)}",
    "metadata": "/-/metadata",
    "closed": "/library/saved",
    "refused": "/library/articles?_searchmode=raw",
    "nowhere": "/library/nowhere",
}
PAGES: Final = ARCHIVE | DATA
"""Name → place below the archive's root, of every kind of page that the sample has."""

ERRORS: Final = {
    "retracted": 410, "missing": 404, "sql-wrong": 400, "sql-slow": 400, "closed": 403, "refused": 400, "nowhere": 404,
}  # fmt: skip
"""The status of those that are no plain success."""


def place(name: str) -> str:
    return PAGES[name].format(year=time.gmtime().tm_year)


@contextmanager
def running(*arguments: str, at: str = "/") -> Iterator[str]:
    """Run a command of tamizdat that serves until it is ended; the URL at which `at` answers, without its slash."""
    command = [sys.executable, "-m", "tamizdat", *arguments]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            url = _url(process)
            _wait(url + at)
            yield (url + at).rstrip("/")
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        found = [word.rstrip("/") for word in line.split() if word.startswith("http://127.0.0.1:")]
        if found:
            return found[0]
    raise AssertionError("".join(said))


def _wait(url: str) -> None:
    """A server syncs its own library first."""
    for _ in range(200):
        if httpx.get(url, follow_redirects=True, trust_env=False).status_code == 200:
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing but errors at {url}")


def archive_alone(library: Path) -> AbstractContextManager[str]:
    """`tamizdat datasette` on a library, at a port of its own."""
    return running("datasette", str(library), "--port", "0")


def archive_in_server(newsroom: Path) -> AbstractContextManager[str]:
    """`tamizdat serve` on a newsroom, which shows the archive below /data/."""
    return running("serve", str(newsroom), "--port", "0", at="/data/")
