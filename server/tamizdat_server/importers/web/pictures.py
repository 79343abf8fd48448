"""Pictures of the web: from an export's uploads where they are at hand, else fetched, and asked for once."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tamizdat.errors import ForbiddenAddress, TooLarge, TransportError
from tamizdat.format.article import Image
from tamizdat.format.names import sha256
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.web.fetching import Fetched, Fetcher
from tamizdat_server.importers.web.memory import AddressBook, Remembered
from tamizdat_server.importers.web.originals import addresses, find_upload
from tamizdat_server.oddities import EMPTY, PAGE, kind_of

Warn = Callable[[str], None]

PICTURE_BYTES: Final = 32 * 1024 * 1024
ACCEPT: Final = "image/avif,image/webp,image/png,image/jpeg,image/gif;q=0.9,*/*;q=0.1"
LEFT_OUT: Final = "pictures were left out, as was asked for: their words stay"
NOT_AT_HAND: Final = "pictures that aren't among the uploads were left out: their words stay"
PRIVATE: Final = "pictures inside a private network weren't fetched (--allow-private permits it): their words stay"
TOO_LARGE: Final = "pictures of more than 32 MB weren't fetched: their words stay"
GONE: Final = "pictures that aren't at their address any more were left out: their words stay"
_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Gallery:
    """The pictures that an import's options let it have."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._book = AddressBook(options.store.store / "sources" / "addresses")

    def picture(self, address: str, *, alt: str, warn: Warn) -> Image | None:
        """The picture at an http or https address; None where there is none to be had, and `warn` hears why."""
        if self._options.pictures == "none":
            warn(LEFT_OUT)
            return None
        for folder in self._options.uploads:
            if file := find_upload(folder, address):
                return self._from_file(file, alt, warn)
        fetcher = self._options.fetcher
        if self._options.pictures == "local" or fetcher is None:
            warn(NOT_AT_HAND)
            return None
        return self._from_web(fetcher, address, alt, warn)

    def _from_file(self, file: Path, alt: str, warn: Warn) -> Image | None:
        try:
            data = file.read_bytes() if file.stat().st_size <= PICTURE_BYTES else None
        except OSError:
            warn("pictures among the uploads that can't be opened were left out: their words stay")
            return None
        if data is None:
            warn(TOO_LARGE)
            return None
        return self._options.store.add(data, alt=alt, warn=warn)

    def _from_web(self, fetcher: Fetcher, address: str, alt: str, warn: Warn) -> Image | None:
        """The whole picture where it can be had, else the one that the page shows; the last one's failure is told."""
        reasons: list[str] = []
        for place in addresses(address):
            notes: list[str] = []
            image = self._asked(fetcher, place, alt, notes.append)
            if image is not None:
                for note in notes:
                    warn(note)
                return image
            reasons = notes
        for reason in reasons:
            warn(reason)
        return None

    def _asked(self, fetcher: Fetcher, address: str, alt: str, warn: Warn) -> Image | None:
        before = self._book.recall(address)
        held = before if before and before.digest and self._options.store.known(before.digest, alt="") else None
        if before and before.is_fresh(self._options.now) and (held or before.why):
            return self._remembered(before, alt, warn)
        try:
            answer = self._answer(fetcher, address, held.conditions() if held else {})
        except TransportError as error:
            if held:  # What was had before stands while its host is out of reach.
                return self._remembered(held, alt, warn)
            warn(_why(error, address))
            return None
        if held and answer.status == HTTPStatus.NOT_MODIFIED:
            self._book.remember(address, msgspec.structs.replace(held, asked=self._options.now))
            return self._remembered(held, alt, warn)
        if held and not _replaces(answer):
            return self._remembered(held, alt, warn)
        return self._taken(address, answer, alt, warn)

    def _answer(self, fetcher: Fetcher, address: str, conditions: dict[str, str]) -> Fetched:
        if fetcher.is_failing(address):
            raise TransportError("not asked again")
        return fetcher.get(address, max_bytes=PICTURE_BYTES, accept=ACCEPT, headers=conditions)

    def _remembered(self, what: Remembered, alt: str, warn: Warn) -> Image | None:
        if what.why:
            warn(what.why)
        return self._options.store.known(what.digest, alt=alt, warn=warn) if what.digest else None

    def _taken(self, address: str, answer: Fetched, alt: str, warn: Warn) -> Image | None:
        if answer.status != HTTPStatus.OK:
            is_gone = answer.status in (*_GONE, HTTPStatus.FORBIDDEN)
            if is_gone:
                self._book.remember(address, Remembered(self._options.now, why=GONE))
            warn(GONE if is_gone else _unreachable(address))
            return None
        reasons: list[str] = []
        image = self._options.store.add(answer.body, alt=alt, warn=reasons.append)
        etag, modified = (answer.headers.get(name, "")[:200] for name in ("etag", "last-modified"))
        digest, why = (sha256(answer.body), "") if image else ("", reasons[0])
        self._book.remember(address, Remembered(self._options.now, digest, why, etag, modified))
        for reason in reasons:
            warn(reason)
        return image


def _replaces(answer: Fetched) -> bool:
    """Whether an answer says what has become of a picture, and not that its host is busy or asks who is there."""
    return answer.status in _GONE or (answer.status == HTTPStatus.OK and kind_of(answer.body) not in (PAGE, EMPTY))


def _why(error: TransportError, address: str) -> str:
    if isinstance(error, ForbiddenAddress):
        return PRIVATE
    return TOO_LARGE if isinstance(error, TooLarge) else _unreachable(address)


def _unreachable(address: str) -> str:
    return f"pictures at {urlsplit(address).hostname} couldn't be fetched: their words stay"
