"""Addresses last: whatever a key is made of goes into a path and comes out again, also where a server decodes it."""

import re
from urllib.parse import unquote, urljoin, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from tamizdat.library.archive import Cursor
from tamizdat_server.archive.links import RESERVED, cursor_query, decode, encode, parse_cursor
from tamizdat_server.archive.routes import ROUTES

segments = st.one_of(
    st.text(st.characters(exclude_characters="/\\", exclude_categories=["Cs", "Cc", "Zs"]), min_size=1, max_size=12),
    st.sampled_from([*sorted(RESERVED), "~", "~~", "%2F", "a?b", "#", "revision", "1"]),
)
keys = st.lists(segments, min_size=1, max_size=5).map("/".join)


@given(keys)
def test_a_key_comes_out_of_its_address_whether_or_not_a_server_decodes_it(key: str):
    assert decode(encode(key)) == key
    assert decode(unquote(encode(key))) == key


@given(keys)
def test_an_address_survives_a_browser_and_means_the_article_and_nothing_else(key: str):
    path = f"/article/{encode(key)}"
    assert path.isascii()
    assert urlsplit(urljoin("http://a.example/x/y", path)).path == path
    matched = [pattern for pattern, _ in ROUTES if re.match(pattern, path)]
    assert matched[0].endswith(r"/article/(?P<key>.+?)/?$")


@given(st.text(max_size=30).filter(bool))
def test_a_section_or_a_tag_may_be_any_text(name: str):
    assert decode(encode(name)) == name


@given(st.text(max_size=20), keys)
def test_a_place_in_a_list_is_read_back(published: str, key: str):
    place = Cursor(published.replace(" ", ""), key)
    assert parse_cursor(cursor_query(place, "after")["after"]) == place


def test_no_place_is_none():
    assert parse_cursor("") is None
    assert cursor_query(None, "after") == {}
