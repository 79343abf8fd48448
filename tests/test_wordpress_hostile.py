"""What a site's API may answer and must not do: fill memory, run for ever, end in a traceback, or reach inside."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import httpd
from tamizdat.errors import TamizdatError
from tamizdat_server.images import Pictures
from tamizdat_server.importers.items import Complete, Imported, Item, Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.importers.wordpress import open_wordpress
from tamizdat_server.importers.wordpress.api import Api
from tamizdat_server.importers.wordpress.listing import Walk, whole_list
from tamizdat_server.importers.wordpress.site import find_site
from wpdesk import NOW
from wpserver import WordPress, say


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress() as site:
        yield site


def read(site: WordPress, folder: Path) -> list[Item]:
    """All items of an import. Raises: TamizdatError, and nothing else."""
    with closing(Web(allow_private=True)) as web:
        options = Options(store=Pictures(folder), now=NOW, editions=["ru"], fetcher=web, pictures="none")
        return list(open_wordpress(site.url, options).items)


def test_a_list_of_ten_thousand_posts_is_read_in_a_hundred_small_requests(site: WordPress) -> None:
    site.write(10_000)
    with closing(Web(allow_private=True)) as web:
        api = Api(find_site(site.url, web), web)
        site.httpd.forget()

        listing = whole_list(api, Walk("posts"))

    assert listing.whole
    assert len(listing.posts) == 10_000
    assert site.httpd.requests == 101
    assert site.httpd.bytes < 250_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[" * 500_000,
        b'[{"id":1,"content":' + b'{"a":' * 300_000,
        b'[{"id":1,"id":2,"id":3}]',
        b'[{"id":1e400}]',
        b'[{"id":1.5}]',
        b'[{"id":99999999999999999999999}]',
        b'[{"id":true}]',
        b'{"0":{"id":1}}',
        b"\xff\xfe[\x00]\x00",
        b"\x00" * 10_000,
        b'[{"id":1,"modified_gmt":"9999-99-99T99:99:99","date_gmt":"-001-01-01T00:00:00"}]',
        b'[{"id":1,"modified_gmt":"0001-01-01T00:00:00"}]',
    ],
    ids=range(12),
)
def test_an_answer_that_means_harm_ends_in_words(site: WordPress, tmp_path: Path, body: bytes) -> None:
    site.closed = {"feed/atom": 404, "feed/rss": 404}
    site.fail("posts", say(body, X_WP_Total="1", X_WP_TotalPages="1"))

    try:
        items = read(site, tmp_path)
    except TamizdatError:
        return

    assert not any(isinstance(item, Imported) for item in items)


def test_an_answer_without_end_is_cut_off(site: WordPress, tmp_path: Path) -> None:
    site.write(3)
    site.fail("posts", httpd.endless, first=2)

    with pytest.raises(TamizdatError, match="larger than 32 MB"):
        read(site, tmp_path)


def test_a_list_without_end_is_left(site: WordPress, tmp_path: Path) -> None:
    pages = iter(range(1, 10_000))

    def page(handler: httpd.Handler, file: Path | None) -> None:
        first = next(pages) * 100
        rows = [{"id": first + number, "modified_gmt": "2024-01-01T00:00:00"} for number in range(100)]
        handler.answer(200, json.dumps(rows).encode(), X_WP_Total="299999", X_WP_TotalPages="3000")

    site.fail("posts", page)

    items = read(site, tmp_path)

    assert site.asked("posts") < 60
    assert not any(isinstance(item, Imported | Complete) for item in items)


def test_links_that_run_are_not_taken_over(site: WordPress, tmp_path: Path) -> None:
    site.write(body='<p><a href="javascript:alert(1)">там</a> <a href="data:x,y">тут</a></p>')
    told = [{**site._told(site.posts[1], embed=True), "link": "javascript:alert(1)"}]
    site.fail("posts", say(json.dumps(told).encode(), X_WP_Total="1", X_WP_TotalPages="1"))

    (article,) = [item for item in read(site, tmp_path) if isinstance(item, Imported)]

    assert article.draft.source_url == ""
    assert "javascript" not in str(article.draft)


# -- whatever comes ----------------------------------------------------------------------------------------------------

_NUMBERS = st.integers() | st.floats()
_ANYTHING = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.text(max_size=20) | st.sampled_from(["", "0000-00-00T00:00:00", "<p>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_TOTALS = st.sampled_from(["1", "3", "0", "-1", "x", "", "99999999999999999999", "3.5", "٣"])


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield from _places(inner, (*path, name))


def _changed(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _changed(value[path[0]], path[1:], other)
    return copy


_POSTS: Any = [
    {
        "id": number,
        "date": "2024-01-01T05:00:00",
        "date_gmt": "2024-01-01T00:00:00",
        "modified": "2024-01-01T05:00:00",
        "modified_gmt": "2024-01-01T00:00:00",
        "slug": f"post-{number}",
        "status": "publish",
        "type": "post",
        "link": f"https://example.kz/post-{number}/",
        "title": {"rendered": f"Статья {number}"},
        "content": {"rendered": "<p>Текст <b>о</b> мосте.</p>", "protected": False},
        "excerpt": {"rendered": "<p>Текст</p>", "protected": False},
        "lang": "ru",
        "translations": {"ru": number, "kk": 7},
        "wpml_translations": [{"locale": "ru_RU", "id": 3}],
        "_embedded": {
            "author": [{"name": "Айгүль", "slug": "a"}],
            "wp:term": [[{"name": "Новости", "taxonomy": "category"}], [{"name": "мост", "taxonomy": "post_tag"}]],
            "wp:featuredmedia": [{"source_url": "https://example.kz/a.png", "caption": {"rendered": "Фото"}}],
        },
    }
    for number in (1, 2, 3)
]


@st.composite
def _answers(draw: st.DrawFn) -> tuple[bytes, dict[str, str]]:
    """Three posts as WordPress tells of them, some of it exchanged for something else, or the end cut off."""
    posts: Any = _POSTS
    for _ in range(draw(st.integers(0, 3))):
        posts = _changed(posts, draw(st.sampled_from([*_places(posts)])), draw(_ANYTHING))
    body = json.dumps(posts).encode()
    if draw(st.integers(0, 9)) == 0:
        body = body[: draw(st.integers(0, len(body)))]
    headers = {"X_WP_Total": draw(_TOTALS), "X_WP_TotalPages": draw(_TOTALS)}
    return body, headers if draw(st.booleans()) else {"X_WP_Total": "3", "X_WP_TotalPages": "1"}


@st.composite
def _indexes(draw: st.DrawFn) -> bytes:
    """The root of an API, some of it exchanged."""
    index: Any = {"home": "https://x.kz", "gmt_offset": 5, "timezone_string": "", "namespaces": ["wp/v2", "pll/v1"]}
    for _ in range(draw(st.integers(0, 2))):
        index = _changed(index, draw(st.sampled_from([*_places(index)])), draw(_ANYTHING))
    return json.dumps(index).encode()


def _never_a_traceback(folder: Path, index: bytes, answers: list[tuple[bytes, dict[str, str]]]) -> None:
    with WordPress() as site:
        site.fail("index", say(index))
        for route in ("posts", "pages"):
            for place, (body, headers) in enumerate(answers, 1):
                last = place if place < len(answers) else 1_000_000
                site.fail(route, say(body, **headers), first=place, last=last)
        try:
            items = read(site, folder)
        except TamizdatError:
            return
        assert all(item.source.startswith("wordpress ") for item in items if isinstance(item, Imported | Skipped))


_ARGUMENTS = {"index": _indexes(), "answers": st.lists(_answers(), min_size=1, max_size=4)}
_QUIETLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=_QUIETLY, derandomize=True)
@given(**_ARGUMENTS)
def test_whatever_an_api_answers_ends_in_items_or_words(
    tmp_path: Path, index: bytes, answers: list[tuple[bytes, dict[str, str]]]
) -> None:
    _never_a_traceback(tmp_path, index, answers)


@pytest.mark.long
@settings(max_examples=3_000, deadline=None, suppress_health_check=_QUIETLY)
@given(**_ARGUMENTS)
def test_whatever_an_api_answers_ends_in_items_or_words_three_thousand_times(
    tmp_path: Path, index: bytes, answers: list[tuple[bytes, dict[str, str]]]
) -> None:
    _never_a_traceback(tmp_path, index, answers)
