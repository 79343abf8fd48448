"""Whatever stands behind the question mark: a page, or a refusal that can be read; never a fault of the mirror's."""

import random
from collections.abc import Iterator

import pytest

from conftest import Ferry
from hosting import Host, hosting

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

PLACES = """
    / /search /edition/en /article/en/bridge /tag/bridge /section/Town /year/2026 /versions /version/2 /feed.atom /about
    /retractions /library /library/articles /library/articles/1 /library/tags /library/tags/1,bridge /library/changes
    /library/articles_fts /library/media /library/publications /library/full-text /library/translations
""".split()
FORMATS = ("", "", "", ".json", ".csv", ".blob", ".jsono", ".x", ".json.csv", "/")
NAMES = """
    _facet _facet_date _facet_array _facet_size _size _next _sort _sort_desc _sort_by_desc _where _through _labels
    _label _col _nocol _nocount _nofacet _nosuggest _shape _json _json_infinity _nl _search _search_title _searchmode
    _fts_table _fts_pk _filter_column _filter_op _filter_value _filter_column_1 _trace _extra _timelimit _ttl _header
    _blob_column _blob_hash _show_sql _hide_sql _dl _stream _context sql q page edition section tag since until cursor
    before after title__contains title__glob title__gt title__in title__isnull published__date tags__arraycontains
    id__like rowid xx__exact words
""".split()
VALUES = (
    "", "1", "-1", "x", "max", "[]", "{}", '{"table":"tags","column":"tag","value":"x"}', "on", "off", "title", "text",
    '{"table":"x","column":"y","value":"z"}', "nowhere", "id", "'", '"', "a,b,c", "~", "$null,1", "%", "*", "a" * 300,
    "select 1", "1=1", "articles_fts", "articles", "река", "қазақ", "\x7f", "\0", "0x10", "1e999", "9" * 20, "null",
    "raw", "escaped", "array", "objects", "object", "arrayfirst", "arrays", "2026-11-22", ":x", "_", "<b>&", "../..",
)  # fmt: skip


@pytest.fixture(scope="module")
def host(ferry: Ferry) -> Iterator[Host]:
    with hosting("datasette", str(ferry.library)) as running:
        yield running


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.long)])
def test_no_arguments_make_a_page_fail(host: Host, count: int):
    chance, faults = random.Random(count), list[object]()
    for _ in range(count):
        path = chance.choice(PLACES) + chance.choice(FORMATS)
        arguments = [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.choice([1, 1, 2, 3]))]
        answer = host.client.get(host.url + path, params=arguments)
        readable = "html" not in answer.headers["content-type"] or "<h1>" in answer.text
        if answer.status_code >= 500 or (answer.status_code >= 400 and not readable):
            faults.append((path, arguments, answer.status_code))
    assert faults == []
    assert not [line for line in host.log if "failed" in line or "Traceback" in line]
