"""Text as the format wants it: NFC, without control or direction-changing characters, inside its bounds."""

import html
import re
import unicodedata
import zlib
from typing import Final

LINE_CHARACTERS: Final = 1_000
KEY_CHARACTERS: Final = 200

_unwanted = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"  # format.md 5.2
)
_line_ends = re.compile("\r\n?|[\u2028\u2029]")
_spaces = re.compile(r"[ \t\n]+")
_tags = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s+[\w-]+=[^<>]*|\s*/?)>")
# Possessive, and never begun in the middle: a name of a million letters takes one look.
_address = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)+")
_empty_brackets = re.compile(r"<\s*(?:mailto:\s*)?>|\(\s*(?:mailto:\s*)?\)|\[\s*(?:mailto:\s*)?\]", re.IGNORECASE)
_key_blanks = re.compile(r"[\s\x00-\x20\x7f-\xa0\\]+")


def clean(text: str) -> str:
    """NFC, line ends as newlines, and nothing that changes direction or controls a terminal."""
    if "\r" in text or "\u2028" in text or "\u2029" in text:
        text = _line_ends.sub("\n", text)
    text = _unwanted.sub("", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def words(text: str) -> str:
    """The words of a field that may hold entities and tags, on one line."""
    if "<" in text:
        text = _tags.sub("", _without_comments(text))
    if "&" in text:
        text = html.unescape(text)
    return _spaces.sub(" ", clean(text)).strip()


def _without_comments(text: str) -> str:
    """Comments that end; what only looks like the beginning of one is text."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    return "".join([*parts, text[at:]])


def line(text: str, limit: int = LINE_CHARACTERS) -> str:
    """`words`, cut at a word's end to at most `limit` characters."""
    text = words(text)
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip() + "…"


def without_addresses(name: str) -> str:
    """A byline without e-mail addresses: `Name <a@b.c>` and `a@b.c (Name)` are both `Name`."""
    name = _address.sub("", name)
    name = _empty_brackets.sub("", name).strip(" \t,;<>")
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1]
    return name.strip()


def key_of(path: str) -> str:
    """The key of an article at this path (POSIX, without its extension): always one that the format allows.

    What the format forbids becomes `-`. A path too long is cut, and keeps a digest of the whole so as to stay unique.
    """
    parts = [_key_blanks.sub("-", clean(part).strip()) for part in path.split("/")]
    # Browsers resolve `..` in an address: such a key's page couldn't be asked for.
    key = "/".join(part for part in parts if part not in ("", ".", "..")) or "article"
    if len(key) <= KEY_CHARACTERS:
        return key
    digest = f"{zlib.crc32(key.encode()):08x}"
    return key[: KEY_CHARACTERS - len(digest) - 1].rstrip("-/") + "-" + digest
