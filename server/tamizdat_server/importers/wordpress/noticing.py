"""Noticing what couldn't be fetched for an article, so that it is tried once more another time."""

from collections.abc import Mapping

from tamizdat.errors import ForbiddenAddress, TooLarge, TransportError
from tamizdat_server.importers.web.fetching import Fetched, Fetcher


class NoticingFetcher:
    """A fetcher that notices failures which may have passed tomorrow: of the network, or of a server."""

    def __init__(self, inner: Fetcher) -> None:
        self._inner = inner
        self._failed = False

    def get(self, url: str, *, max_bytes: int, accept: str = "*/*", headers: Mapping[str, str] = {}) -> Fetched:
        """As the fetcher's own."""
        try:
            answer = self._inner.get(url, max_bytes=max_bytes, accept=accept, headers=headers)
        except (ForbiddenAddress, TooLarge):
            raise
        except TransportError:
            self._failed = True
            raise
        self._failed = self._failed or answer.status >= 500 or answer.status == 429
        return answer

    def is_failing(self, url: str) -> bool:
        """As the fetcher's own."""
        is_failing = self._inner.is_failing(url)
        self._failed = self._failed or is_failing
        return is_failing

    def noticed(self) -> bool:
        """Whether something failed since this was asked last."""
        failed, self._failed = self._failed, False
        return failed
