"""Pictures of articles: upright, without a word of metadata, in two sizes, each encoded once.

What a camera writes into a file (position, owner, serial number, comments) never gets into a publication: only the
pixels are taken over, into a new image.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.format.article import Image, Variant
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256
from tamizdat_server.durable import write_whole
from tamizdat_server.pixels import HUGE, RECIPE, Made, Unusable, make
from tamizdat_server.wrapping import newsroom_errors


class _Known(msgspec.Struct, frozen=True):
    """What was made of a file once, and what was said of it."""

    image: Image
    notes: list[str] = []


_decoder: Final = msgspec.json.Decoder(_Known)


class Pictures:
    """Makes pictures fit for publication and keeps them in `store`, as `<sha256>.webp`.

    The same source gives the same files for ever, since an encoder's next version would make other bytes of it.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self._known = store / "sources"
        self._bad: dict[str, str] = {}

    def add(self, data: bytes, *, alt: str, warn: Callable[[str], None] | None = None) -> Image | None:
        """The picture in its two sizes, its files written; None where none can be made of this file.

        `width` and `height` are those of the source, upright. `warn` hears, in words for people, why there is none, or
        what was lost. Raises: NewsroomError where the store refuses, NewsroomFull where it is full.
        """
        digest = sha256(data)
        try:
            with newsroom_errors(self.store):
                known = self._recall(digest) or self._make(digest, data)
        except Unusable as unusable:
            self._bad[digest] = unusable.reason
            if warn:
                warn(unusable.reason)
            return None
        return _told(known, alt, warn)

    def known(self, digest: str, *, alt: str, warn: Callable[[str], None] | None = None) -> Image | None:
        """What `add` made of the source of that SHA-256 once; None where it didn't, or where its files are gone."""
        try:
            known = self._recall(digest)
        except Unusable:
            return None
        return _told(known, alt, warn) if known else None

    def _recall(self, digest: str) -> _Known | None:
        if digest in self._bad:
            raise Unusable(self._bad[digest])
        try:
            known = _decoder.decode((self._known / f"{digest}.{RECIPE}.json").read_bytes())
        except (OSError, msgspec.MsgspecError):
            return None
        return known if all(map(self._is_there, known.image.variants)) else None

    def _make(self, digest: str, data: bytes) -> _Known:
        picture = make(data)
        if any(len(made.data) > LIMITS.media_bytes for made in picture.files):
            raise Unusable(HUGE)
        variants = [self._write(made) for made in picture.files]
        width, height = picture.size
        known = _Known(Image(width=width, height=height, variants=variants), picture.notes)
        write_whole(self._known / f"{digest}.{RECIPE}.json", msgspec.json.encode(known))
        return known

    def _write(self, made: Made) -> Variant:
        variant = Variant(made.role, sha256(made.data), "image/webp", *made.size, len(made.data))
        if not self._is_there(variant):
            write_whole(self.store / Path(variant.path).name, made.data)
        return variant

    def _is_there(self, variant: Variant) -> bool:
        try:
            return (self.store / Path(variant.path).name).stat().st_size == variant.bytes
        except FileNotFoundError:
            return False


def _told(known: _Known, alt: str, warn: Callable[[str], None] | None) -> Image:
    if warn:
        for note in known.notes:
            warn(note)
    return msgspec.structs.replace(known.image, alt=alt)
