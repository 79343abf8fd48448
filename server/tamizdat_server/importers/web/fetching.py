"""What is fetched of other people's sites."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Fetched(msgspec.Struct, frozen=True):
    """An answer, whole: `url` is where it came from in the end; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher(Protocol):
    """Fetches from the open web, bounded in bytes, time and redirects; never from private addresses unless told."""

    def get(self, url: str, *, max_bytes: int, accept: str = "*/*") -> Fetched:
        """The answer, whatever its status. Raises: TransportError (ForbiddenAddress, TooLarge, TooSlow …)."""
        ...
