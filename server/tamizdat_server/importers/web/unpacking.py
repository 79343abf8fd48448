"""The body of an answer, read piece by piece and never beyond its limit, compressed or not."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

_GZIP: Final = 31  # what tells zlib to expect gzip's own header
_PIECE: Final = 64 * 1024


class OverLimit(Exception):
    """The body is larger than it may be."""


class BadBody(Exception):
    """The body isn't what the headers say; the message says how."""


def read_body(pieces: Iterable[bytes], *, encoding: str, limit: int) -> bytes:
    """The whole body, decompressed. Raises: OverLimit as soon as it passes `limit` bytes; BadBody."""
    encoding = encoding.strip().lower()
    if encoding in ("gzip", "x-gzip"):
        pieces = _unzipped(pieces)
    elif encoding not in ("", "identity"):
        raise BadBody(f"it sends {encoding[:20]} although gzip or plain bytes were asked for")
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limit:
            raise OverLimit
    return bytes(body)


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip members hold, in pieces of bounded size: a bomb is noticed while it unfolds."""
    inflater = zlib.decompressobj(_GZIP)
    begun = False
    for piece in pieces:
        waiting = piece
        while waiting:
            if inflater.eof:
                # Bytes after the last member are no news: servers pad with zeros.
                if not waiting.startswith(b"\x1f\x8b"):
                    break
                inflater = zlib.decompressobj(_GZIP)
            begun = True
            try:
                yield inflater.decompress(waiting, _PIECE)
            except zlib.error as error:
                raise BadBody("what it sends as gzip is none") from error
            waiting = inflater.unconsumed_tail or inflater.unused_data
    yield inflater.flush()
    if begun and not inflater.eof:
        raise BadBody("what it sends as gzip ends too early")
