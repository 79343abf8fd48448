"""Paragraphs of a classic WordPress text, which its editor keeps as blank lines: what the site makes of them.

A blank line ends a paragraph, a line's end within one is a break, and nothing is touched inside of `pre` and scripts.
"""

import re
from itertools import pairwise
from typing import Final

from tamizdat_server.importers.wordpress.verbatim import verbatim

_BLOCK_NAMES: Final = (
    "address article aside blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li main map math menu nav"
    " noframes ol option p section select summary table tbody td tfoot th thead tr ul"
).replace(" ", "|")
_BLOCK: Final = re.compile(rf"(</?(?:{_BLOCK_NAMES})(?:\s[^<>]*)?/?>)", re.IGNORECASE)
_TAG_ACROSS_LINES: Final = re.compile(r"<[A-Za-z/][^<>\n]*\n[^<>]*>")
# A paragraph that its own look hides has to keep it, and no other paragraph does.
_HIDDEN: Final = re.compile(
    r"<p(?=\s[^<>]*?(?:\bhidden\b|display|visibility|font-size|position))(\s[^<>]*+)>((?:(?!</?p[\s>]).)*+)</p\s*+>",
    re.IGNORECASE | re.DOTALL,
)
_KEPT: Final = re.compile("\0([0-9]+)\0")
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n\s*")
_BREAK_AT_END: Final = re.compile(r"<br\s{0,8}/?>", re.IGNORECASE)
_NAME: Final = re.compile(r"</?(\w+)")
# Their text is a paragraph even where it is alone in them.
_ALWAYS: Final = frozenset(("p", "blockquote"))


def paragraphs(text: str) -> str:
    """A classic text as HTML."""
    text, kept = _without_verbatim(text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))
    text = _HIDDEN.sub(r"<div\1>\2</div>", text)
    text = _TAG_ACROSS_LINES.sub(lambda found: found[0].replace("\n", " "), text)
    pieces = ["", *_BLOCK.split(text), ""]
    out: list[str] = []
    for (before, inner), (_, after) in pairwise(pairwise(pieces)):
        out.append(_marked(inner, before, after) if not _BLOCK.fullmatch(inner) else _tag(inner))
    return _KEPT.sub(lambda found: kept[int(found[1])], "".join(out))


def _without_verbatim(text: str) -> tuple[str, list[str]]:
    """The text with a mark for each part that must stay as it is, and those parts."""
    kept: list[str] = []
    parts: list[str] = []
    at = 0
    for name, start, end in verbatim(text):
        if name == "code":
            continue
        # What stands apart as a block ends the paragraph before it; a comment is part of its line.
        mark = f"\0{len(kept)}\0" if name == "!--" else f"\n\n\0{len(kept)}\0\n\n"
        parts += [text[at:start], mark]
        kept.append(text[start:end])
        at = end
    return "".join([*parts, text[at:]]), kept


def _tag(tag: str) -> str:
    # Each stretch of text gets a paragraph of its own below, inside of those that the author wrote, too.
    return "\n" if _named(tag) == "p" else tag


def _marked(text: str, before: str, after: str) -> str:
    chunks = [chunk for chunk in (chunk.strip() for chunk in _BLANK_LINE.split(text)) if chunk]
    if not chunks:
        return "\n"
    alone = len(chunks) == 1 and before and _named(before) == _named(after) and not before.startswith("</")
    if alone and _named(before) not in _ALWAYS:
        return _lines(chunks[0])
    return "".join(chunk if _KEPT.fullmatch(chunk) else f"<p>{_lines(chunk)}</p>\n" for chunk in chunks)


def _lines(text: str) -> str:
    *lines, last = (line.rstrip(" \t") for line in text.split("\n"))
    return (
        "".join(
            f"{line}\n" if _BREAK_AT_END.search(line, max(0, len(line) - 14)) else f"{line}<br>\n" for line in lines
        )
        + last
    )


def _named(tag: str) -> str:
    found = _NAME.match(tag)
    return found[1].lower() if found else ""
