"""Which addresses may be contacted: decided purely, before a name is resolved and again for what it resolved to.

A mirror list is signed, but whoever signs it must not be able to send readers' machines into their own networks, and a
mirror must not be able to pass readers on to somebody else. docs/format.md, section 10, has the rules.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

import httpx
import msgspec

from tamizdat.errors import ForbiddenAddress, UsageError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Kept for protocols, and for one cloud's metadata: Pythons of 2023 took most of it for public.
_PROTOCOLS: Final = ipaddress.IPv4Network("192.0.0.0/24")
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f\\]")
_NUMERIC_LABEL: Final = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)")


class AddressPolicy(msgspec.Struct, frozen=True):
    """What may be contacted.

    `typed`: the reader typed the address himself, and so may mean his own network or plain http. `allow_private`:
    the switch for tests and LANs. `proxied`: names are resolved by a proxy, out of our sight.
    """

    typed: bool = False
    allow_private: bool = False
    proxied: bool = False

    def base(self, text: str) -> httpx.URL:
        """The URL of a publication, ending in a slash.

        Raises: UsageError where the reader typed something that is no address; ForbiddenAddress.
        """
        url = self._parse(text)
        host = url.raw_host.decode("ascii").rstrip(".")
        if host.endswith(".onion"):
            if not self.proxied:
                raise ForbiddenAddress(
                    where=text, reason="an .onion address is reached through Tor only: --proxy socks5h://127.0.0.1:9050"
                )
        elif not self.typed:
            self._check_signed(url, host)
        return url if url.path.endswith("/") else url.copy_with(path=url.path + "/")

    def permitted(self, where: str, addresses: Sequence[str]) -> list[str]:
        """Those of the resolved `addresses` that may be connected to. Raises: ForbiddenAddress where none may."""
        if self.typed or self.allow_private or self.proxied:
            return list(addresses)
        public = [address for address in addresses if is_public(address)]
        if addresses and not public:
            raise ForbiddenAddress(where=where, reason=f"its name leads into a private network ({addresses[0]})")
        return public

    def _parse(self, text: str) -> httpx.URL:
        try:
            url = httpx.URL(text)
        except (httpx.InvalidURL, ValueError) as error:
            raise self._malformed(text, f"not an address ({error})") from error
        port = url.port is None or 0 < url.port < 65536
        if _UNPRINTABLE.search(text) or url.scheme not in ("http", "https") or not url.host or not port:
            raise self._malformed(text, "not an https address")
        if url.userinfo or "@" in text.split("/")[2]:
            raise self._malformed(text, "an address may not hold a user name or password")
        if "?" in text or "#" in text:
            raise self._malformed(text, "an address may not hold '?' or '#'")
        return url

    def _check_signed(self, url: httpx.URL, host: str) -> None:
        local = is_local_name(host)
        if local and not self.allow_private:
            raise ForbiddenAddress(where=str(url), reason="it is inside a private network")
        if url.scheme != "https" and not local:
            raise ForbiddenAddress(where=str(url), reason="only https and .onion addresses are")

    def _malformed(self, text: str, reason: str) -> UsageError | ForbiddenAddress:
        shown = re.sub(r"//[^/]*@", "//…@", text, count=1)
        return UsageError(f"{shown}: {reason}") if self.typed else ForbiddenAddress(where=shown, reason=reason)


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet, whatever it is wrapped in."""
    found = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if isinstance(found, ipaddress.IPv6Address) and found.is_site_local:
        return False
    if found in _PROTOCOLS:
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def is_local_name(host: str) -> bool:
    """Whether a URL's host is in a private network by its spelling alone, or is an IP address in disguise."""
    host = host.rstrip(".").lower()
    try:
        return not is_public(host)
    except ValueError:
        pass
    # `127.1`, `2130706433` and `0x7f.1` are spellings of 127.0.0.1 that resolvers understand.
    numeric = _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]) is not None
    return numeric or "." not in host or host.endswith(_LOCAL_NAMES)


def redirected(asked: httpx.URL, location: str) -> httpx.URL | None:
    """Where a redirect leads, if it may be followed: to the same origin, or from http to https of the same host.

    The latter tells nobody anything new, and hosts that insist on https are common.
    """
    try:
        target = asked.join(location).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        return None
    same = (target.scheme, target.host, target.port) == (asked.scheme, asked.host, asked.port)
    secured = (asked.scheme, target.scheme, asked.host, asked.port) == ("http", "https", target.host, target.port)
    secured = secured and asked.port is None
    return target if (same or secured) and not target.userinfo and not target.query else None


def _unwrapped(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one stands for, if it does (mapped, 6to4, NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
