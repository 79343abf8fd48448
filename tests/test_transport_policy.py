"""Which addresses may be contacted, and which redirects followed."""

import httpx
import pytest

from tamizdat.errors import ForbiddenAddress, TamizdatError, UsageError
from tamizdat.transport import Meter, open_mirror, open_source
from tamizdat.transport.policy import AddressPolicy, is_local_name, is_public, redirected

SIGNED = AddressPolicy()
TYPED = AddressPolicy(typed=True)
LAN = AddressPolicy(allow_private=True)
ONION = "http://vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion/"


@pytest.mark.parametrize(
    "url",
    ["https://news.example/", "https://news.example:8443/a/b/", "https://8.8.8.8/", "https://[2606:4700::1111]/",
     "https://новости.рф/", "https://xn--b1aew.xn--p1ai/"],
)  # fmt: skip
def test_a_signed_mirror_on_the_open_internet_may_be_contacted(url: str) -> None:
    assert str(SIGNED.base(url)).startswith("https://")


@pytest.mark.parametrize(
    "url",
    ["http://news.example/", "http://8.8.8.8/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/",
     "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/", "https://10.1.2.3/", "https://172.16.0.1/",
     "https://192.168.1.1/", "https://192.0.0.192/", "https://169.254.169.254/", "https://100.64.0.1/", "https://0.0.0.0/",
     "https://224.0.0.1/", "https://240.0.0.1/", "https://255.255.255.255/", "https://[::1]/", "https://[::]/",
     "https://[fe80::1]/", "https://[fc00::1]/", "https://[fec0::1]/", "https://[::ffff:10.0.0.1]/",
     "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[ff02::1]/", "https://localhost/",
     "https://localhost./", "https://a.localhost/", "https://printer.local/", "https://router/", "https://nas.lan/"],
)  # fmt: skip
def test_a_signed_mirror_in_clear_text_or_inside_a_private_network_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        SIGNED.base(url)


@pytest.mark.parametrize(
    "url",
    ["https://me@news.example/", "https://me:secret@news.example/", "https://@news.example/", "https://news.example/?q",
     "https://news.example/#x", "https://news.example/a b/", "https://news.example\\@evil.example/", "https:///x/",
     "https://news.example:0/", "https://news.example:99999/", "https://news.example:x/", "https://[::1/",
     "https://news.example/\n", "ftp://news.example/", "file:///etc/", "news.example", "", "https://" + "a" * 70_000],
)  # fmt: skip
@pytest.mark.parametrize("policy", [SIGNED, TYPED, LAN], ids=["signed", "typed", "lan"])
def test_what_is_no_plain_address_is_refused_whoever_gave_it(policy: AddressPolicy, url: str) -> None:
    with pytest.raises(UsageError if policy.typed else ForbiddenAddress) as caught:
        policy.base(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://news.example/", "http://127.0.0.1:8000/", "http://router/", "https://[::1]/"])
def test_what_the_reader_typed_himself_may_be_in_clear_text_and_private(url: str) -> None:
    assert TYPED.base(url)
    assert TYPED.permitted("router", ["192.168.1.1"]) == ["192.168.1.1"]


def test_the_switch_for_lans_allows_private_addresses_but_no_clear_text_to_the_internet() -> None:
    assert LAN.base("http://192.168.1.7:8000/")
    assert LAN.base("http://nas.local/")
    assert LAN.permitted("nas.local", ["192.168.1.7"]) == ["192.168.1.7"]
    with pytest.raises(ForbiddenAddress):
        LAN.base("http://news.example/")


def test_an_onion_address_is_contacted_through_a_proxy_only() -> None:
    for typed in (True, False):
        assert AddressPolicy(proxied=True, typed=typed).base(ONION)
        with pytest.raises(ForbiddenAddress, match="--proxy"):
            AddressPolicy(typed=typed).base(ONION)


def test_of_a_names_addresses_only_the_public_ones_are_left() -> None:
    assert SIGNED.permitted("news.example", ["10.0.0.1", "8.8.8.8", "::1"]) == ["8.8.8.8"]
    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.1"):
        SIGNED.permitted("news.example", ["10.0.0.1", "::1"])
    assert SIGNED.permitted("news.example", []) == []


def test_through_a_proxy_private_addresses_are_still_refused_by_their_spelling() -> None:
    with pytest.raises(ForbiddenAddress):
        AddressPolicy(proxied=True).base("https://192.168.1.1/")


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_seen_as_such_also_behind_nat64(address: str) -> None:
    assert is_public(address)
    assert not is_local_name(address)


def test_a_base_always_ends_in_a_slash_so_that_paths_go_below_it() -> None:
    assert str(TYPED.base("https://news.example/a").join("metadata/1.root.json")) == (
        "https://news.example/a/metadata/1.root.json"
    )


@pytest.mark.parametrize(
    ("asked", "location", "target"),
    [
        ("https://n.example/a/b", "/c", "https://n.example/c"),
        ("https://n.example/a/b", "c", "https://n.example/a/c"),
        ("https://n.example/a/b", "https://n.example:443/c#part", "https://n.example/c"),
        ("http://n.example/a", "https://n.example/a", "https://n.example/a"),
        ("http://n.example:8000/a", "https://n.example/a", None),
        ("http://n.example/a", "https://n.example:8443/a", None),
        ("https://n.example/a", "http://n.example/a", None),
        ("https://n.example/a", "https://m.n.example/a", None),
        ("https://n.example/a", "https://n.example:444/a", None),
        ("https://n.example/a", "//evil.example/a", None),
        ("https://n.example/a", "https://n.example@evil.example/a", None),
        ("https://n.example/a", "https://me@n.example/a", None),
        ("https://n.example/a", "?id=77", None),
        ("https://n.example/a", "javascript:alert(1)", None),
        ("https://n.example/a", "https://[::1/", None),
        ("https://n.example/a", "https://n.example:99999999/", None),
    ],
)
def test_a_redirect_is_followed_within_the_origin_or_to_its_own_https(
    asked: str, location: str, target: str | None
) -> None:
    found = redirected(httpx.URL(asked), location)
    assert (str(found) if found else None) == target


@pytest.mark.parametrize(
    "proxy", ["", "127.0.0.1:9050", "ftp://127.0.0.1/", "socks5h://", "socks4://h:1", "socks5h://h:0"]
)
def test_a_proxy_that_is_no_address_is_a_usage_error(proxy: str) -> None:
    with pytest.raises(UsageError, match=r"socks5h://127\.0\.0\.1:9050"):
        open_source("https://news.example/", meter=Meter(), proxy=proxy)


def test_mirrors_that_a_catalog_lists_get_the_strict_policy_and_no_folders() -> None:
    for place in ("http://127.0.0.1:1/", "/etc", "pack.tar.zst", "https://10.0.0.1/"):
        with pytest.raises(ForbiddenAddress):
            open_mirror(place, meter=Meter())
    open_mirror("https://news.example/", meter=Meter()).close()


def test_a_place_that_is_nothing_is_said_plainly() -> None:
    with pytest.raises(TamizdatError, match="no such folder or pack"):
        open_source("no/such/place", meter=Meter())
