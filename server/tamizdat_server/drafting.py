"""From a draft to the article that it will be: cleaned text, one digest of all that is wanted, strict checks."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from tamizdat.errors import FormatError
from tamizdat.format.article import Article, Correction, encode_record
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256
from tamizdat_server.draft import Draft

_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_encoder: Final = msgspec.json.Encoder()
_drafts: Final = msgspec.json.Decoder(Draft)
# An article must fit into a segment of its own even where nothing can be compressed.
_LINE_BYTES: Final = LIMITS.segment_bytes - 4096


class Note(msgspec.Struct, frozen=True):
    """A correction that waits for the revision that will carry it."""

    at: str
    note: str


def clean_text(text: str) -> str:
    """Normal form C, without bidirectional override characters, which could make a line read otherwise than it is."""
    return unicodedata.normalize("NFC", _BIDI.sub("", text))


def clean(draft: Draft) -> Draft:
    """The draft with all of its text cleaned."""
    # On the whole JSON at once: no character of its syntax takes part in any composition.
    encoded = _encoder.encode(draft).decode()
    cleaned = clean_text(encoded)
    return draft if cleaned == encoded else _drafts.decode(cleaned)


def encode_draft(draft: Draft) -> bytes:
    return _encoder.encode(draft)


def decode_draft(data: bytes) -> Draft:
    return _drafts.decode(data)


def digest_of(wanted: Mapping[str, Any]) -> str:
    """Names all that the next record of an article would be made of; the same as before: nothing to publish."""
    stands = None if wanted["retracted"] is None else wanted["notice"]
    content = b"" if wanted["retracted"] is not None else wanted["draft"]
    return sha256(_encoder.encode([sha256(content), wanted["published"], stands, sha256(wanted["notes"])]))


def article_of(
    draft: Draft,
    *,
    revision: int,
    published: str,
    updated: str,
    corrections: Sequence[Correction] = (),
    cleared: int = 0,
) -> bytes:
    """The line of an article. Raises: FormatError where it is out of bounds, or its key no part of an address."""
    if {".", ".."} & {*draft.key.split("/")}:
        raise FormatError("a key with a part that is '.' or '..', which addresses lose", path=draft.key)
    article = Article(
        key=draft.key,
        edition=draft.edition,
        revision=revision,
        title=draft.title,
        published=published,
        updated=updated,
        byline=draft.byline,
        place=draft.place,
        section=draft.section,
        tags=draft.tags,
        summary=draft.summary,
        corrections=list(corrections),
        source_url=draft.source_url,
        translation_group=draft.translation_group,
        cleared=cleared,
        image=draft.image,
        body=draft.body,
        footnotes=draft.footnotes,
    )
    line = encode_record(article)
    if len(line) > _LINE_BYTES:
        raise FormatError(f"an article of {len(line)} bytes, where at most {_LINE_BYTES} may be", path=draft.key)
    return line


def corrected(earlier: Sequence[Correction], notes: Sequence[Note], *, revision: int) -> list[Correction]:
    """The corrections that this revision carries: the earlier ones, and those that waited for it."""
    return [*earlier, *(Correction(revision=revision, at=note.at, note=note.note) for note in notes)]
