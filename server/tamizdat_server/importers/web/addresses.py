"""Which addresses importers may contact: decided by their spelling, and again for whatever the name resolved to.

An importer fetches what other people wrote into a page or a feed. None of it may reach the newsroom's own machines,
whose routers, caches and cloud metadata trust everybody who can reach them.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import httpx

from tamizdat.errors import BadRedirect, ForbiddenAddress
from tamizdat.transport.policy import AddressPolicy, is_local_name

URL_CHARACTERS: Final = 8_000
# Web servers that people meet are at these ports or at high ones. What else listens below is no web server.
_LOW_PORTS: Final = (80, 443)
_HIGH_PORT: Final = 1024
# Answers from within Azure's virtual machines, although its number is a public one.
_METADATA: Final = (ipaddress.ip_address("168.63.129.16"),)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f\\]")


class WebPolicy(AddressPolicy, frozen=True):
    """What an importer may contact: http and https on the open internet; with `allow_private`, everywhere."""

    def url(self, text: str) -> httpx.URL:
        """An address that may be asked for, without its fragment. Raises: ForbiddenAddress."""
        shown = re.sub(r"//[^/?#]*@", "//…@", text, count=1)[:300]
        try:
            url = httpx.URL(text) if len(text) <= URL_CHARACTERS else httpx.URL()
        except (httpx.InvalidURL, ValueError) as error:
            raise ForbiddenAddress(where=shown, reason=f"not an address ({error})") from error
        reason = self._objection(text, url)
        if reason:
            raise ForbiddenAddress(where=shown, reason=reason)
        return url.copy_with(fragment=None)

    def redirected(self, asked: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads. Raises: BadRedirect where it leads from https into clear text; ForbiddenAddress."""
        try:
            target = self.url(str(asked.join(location)))
        except (httpx.InvalidURL, ValueError) as error:
            raise bad_redirect(asked, location) from error
        if not location or (asked.scheme, target.scheme) == ("https", "http"):
            raise bad_redirect(asked, location)
        return target

    def permitted(self, where: str, addresses: Sequence[str]) -> list[str]:
        """As `AddressPolicy.permitted`; and no cloud's metadata."""
        found = AddressPolicy.permitted(self, where, addresses)
        open_ones = [address for address in found if self.allow_private or not _is_metadata(address)]
        if found and not open_ones:
            raise ForbiddenAddress(where=where, reason="its name leads to a cloud's metadata")
        return open_ones

    def _objection(self, text: str, url: httpx.URL) -> str:
        if _UNPRINTABLE.search(text) or url.scheme not in ("http", "https") or not url.host:
            return "not an http or https address"
        if url.userinfo or "@" in urlsplit(text).netloc:
            return "an address may not hold a user name or password"
        if url.port is not None and url.port not in _LOW_PORTS and not _HIGH_PORT <= url.port < 65536:
            return f"no web server is at port {url.port}"
        host = url.raw_host.decode("ascii").rstrip(".")
        if host.endswith(".onion") and not self.proxied:
            return "an .onion address is reached through Tor only: --proxy socks5h://127.0.0.1:9050"
        if not self.allow_private and (is_local_name(host) or _is_metadata(host)):
            return "it is inside a private network (--allow-private permits that)"
        return ""


def bad_redirect(asked: httpx.URL, target: str) -> BadRedirect:
    """The error for a redirect that isn't followed."""
    return BadRedirect(where=origin_of(asked), path=asked.path, target=target[:200] or "nowhere")


def origin_of(url: httpx.URL) -> str:
    """Scheme, host and port, as messages name a server."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _is_metadata(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found) in _METADATA
