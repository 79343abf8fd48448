"""Records: one line each, valid and not, and their plain text."""

from collections.abc import Iterator
from typing import Any

from making.case import FORMAT, SAME, Case, compact, hexed, ok, parts, text

DAY = "2026-11-22T06:00:00Z"
DIGEST = "0123456789abcdef" * 4
BASE: dict[str, Any] = {
    "type": "article", "key": "a", "edition": "en", "revision": 1, "title": "T", "published": DAY, "updated": DAY,
}  # fmt: skip
RETRACTION: dict[str, Any] = {"type": "retraction", "key": "a", "edition": "en", "revision": 2, "at": DAY}
VARIANT = {"role": "preview", "sha256": DIGEST, "type": "image/jpeg", "width": 320, "height": 200, "bytes": 9000}
IMAGE = {"width": 1600, "height": 1000, "variants": [VARIANT], "alt": "A bridge"}
PARAGRAPH = {"type": "paragraph", "text": ["words"]}


def article(**members: Any) -> dict[str, Any]:
    """A short article with these members."""
    return BASE | members


def body(*blocks: Any) -> dict[str, Any]:
    """A short article with these blocks."""
    return article(body=list(blocks))


def paragraph(*inlines: Any) -> dict[str, Any]:
    """A paragraph with these inlines."""
    return {"type": "paragraph", "text": list(inlines)}


def cases() -> Iterator[Case]:
    """Every case of the kinds `record` and `plain-text`."""
    for name, record in (VALID | FULL).items():
        yield Case(f"record/{name}", {"line": text(compact(record))}, SAME)
    for name, (line, record) in LENIENT.items():
        yield Case(f"record/{name}", {"line": text(line)}, ok(record))
    for name, (given, read) in LATER.items():
        yield Case(f"record/later-{name}", {"line": text(compact(given))}, ok(read))
    for name, record in REFUSED.items():
        yield Case(f"record/no-{name}", {"line": text(compact(record))}, FORMAT)
    for name, line in REFUSED_LINES.items():
        yield Case(f"record/no-{name}", {"line": line}, FORMAT)
    yield from _bounds()
    yield from _depths()
    for name, (record, plain) in PLAIN.items():
        yield Case(f"plain-text/{name}", {"line": text(compact(record))}, ok(plain))


BLOCKS: dict[str, Any] = {
    "paragraph": PARAGRAPH,
    "empty-paragraph": paragraph(),
    "heading": {"type": "heading", "level": 2, "text": ["H"]},
    "heading-4": {"type": "heading", "level": 4, "text": ["H"]},
    "quote": {"type": "quote", "blocks": [PARAGRAPH]},
    "list": {"type": "list", "items": [[PARAGRAPH], [PARAGRAPH, PARAGRAPH]]},
    "ordered-list": {"type": "list", "items": [[PARAGRAPH]], "ordered": True},
    "figure": {"type": "figure", "image": IMAGE, "caption": ["A ", {"type": "emphasis", "text": ["b"]}], "credit": "C"},
    "bare-figure": {"type": "figure", "image": {"width": 1, "height": 1, "variants": [VARIANT]}},
    "table": {"type": "table", "header": [["a"], ["b"]], "rows": [[["1"], ["2"]], [[], ["4"]]]},
    "headless-table": {"type": "table", "header": [], "rows": [[["1"]]]},
    "pre": {"type": "pre", "text": "x\n  y\t", "language": "python"},
    "rule": {"type": "rule"},
    "embed": {"type": "embed", "service": "Video", "url": "https://v.example/1", "title": "A film"},
}
INLINES: dict[str, Any] = {
    "string": "words",
    "empty-string": "",
    "strong": {"type": "strong", "text": ["s"]},
    "emphasis": {"type": "emphasis", "text": ["e", {"type": "strong", "text": ["s"]}]},
    "code": {"type": "code", "text": "x = 1"},
    "link": {"type": "link", "href": "https://n.example/a?b#c", "text": ["l"]},
    "mail-link": {"type": "link", "href": "MailTo:a@n.example", "text": ["l"]},
    "upper-case-link": {"type": "link", "href": "HTTP://n.example", "text": []},
    "break": {"type": "break"},
    "note": {"type": "note", "id": "1"},
}
VALID: dict[str, dict[str, Any]] = {
    "smallest": article(),
    **{f"block-{name}": body(block) for name, block in BLOCKS.items()},
    **{f"inline-{name}": body(paragraph(inline)) for name, inline in INLINES.items()},
    "retraction": RETRACTION,
    "retraction-with-notice": RETRACTION | {"notice": "We were wrong."},
    "footnotes": article(
        body=[paragraph({"type": "note", "id": "n 1".replace(" ", "-")})], footnotes={"n-1": [PARAGRAPH]}
    ),
    "footnote-called-type": article(footnotes={"type": [PARAGRAPH]}),
    "footnote-called-proto": article(footnotes={"__proto__": [PARAGRAPH]}),
    "29-february": article(published="2027-02-29T23:59:59Z"),
    "31-february": article(published="2026-02-31T00:00:00Z"),
    "year-0": article(published="0000-01-01T00:00:00Z"),
    "astral": article(title="😀 𐐷"),
    "decomposed": article(title="и\u0306"),
    "zero-width": article(title="a\u200b\u200e\u200f\ufeff"),
    "delete": article(title="a\x7fb"),
    "note-id-astral": article(footnotes={"😀" * 64: []}),
    "source-url": article(source_url="http://n.example/a b".replace(" ", "%20")),
}
FULL = {
    "full": article(
        key="2026/11/harvest", revision=3, title="Жатва", updated="2026-11-23T06:00:00Z", byline="А. Автор",
        place="Алматы", section="News", tags=["a", "б"], summary="Short.",
        corrections=[{"revision": 2, "at": DAY, "note": "A name."}], source_url="https://n.example/harvest",
        translation_group="harvest", cleared=1, image=IMAGE, body=list(BLOCKS.values()),
        footnotes={"1": [PARAGRAPH], "2": [{"type": "quote", "blocks": []}]},
    )
}  # fmt: skip
LINE = compact(BASE)


def with_raw(member: str) -> str:
    """A short article's line with this raw member at its end."""
    return f"{LINE[:-1]},{member}}}"


def with_title(raw: str) -> str:
    """A short article's line with this raw string for a title."""
    return LINE.replace('"T"', f'"{raw}"')


# What may be written otherwise than our writer does.
LENIENT: dict[str, tuple[str, dict[str, Any]]] = {
    "white-space": (f' {LINE.replace(":", " :", 1)}\t\r', BASE),
    "members-in-another-order": (compact(dict(reversed(BASE.items()))), BASE),
    "defaults-written-out": (compact(article(byline="", tags=[], cleared=0, body=[], footnotes={})), BASE),
    "image-null": (with_raw('"image":null'), BASE),
    "minus-zero": (with_raw('"cleared":-0'), BASE),
    "escaped-solidus": (with_title("a\\/b"), article(title="a/b")),
    "escaped-controls": (with_title('\\u0000\\u001f\\n\\t\\b\\f\\r\\"\\\\'), article(title='\0\x1f\n\t\b\f\r"\\')),
    "escaped-backslash-u": (with_title("\\\\u0041"), article(title="\\u0041")),
    "duplicate-member": (with_raw('"byline":"a","byline":"b"'), article(byline="b")),
    "unknown-member": (with_raw('"x":{"y":[null,true,"z"]}'), BASE),
    "unknown-member-called-proto": (with_raw('"__proto__":{"title":1}'), BASE),
    "unknown-member-in-a-block": (compact(body({"type": "rule", "x": 1})), body({"type": "rule"})),
    "unknown-member-in-a-variant": (
        compact(article(image=IMAGE | {"variants": [VARIANT | {"blurhash": "LE"}]})), article(image=IMAGE),
    ),
    "unknown-fraction": (with_raw('"x":[1.5,-0.0,1e400]'), BASE),
    "unknown-great-integer": (with_raw('"x":123456789012345678901234567890'), BASE),
    "unknown-member-nested-127-deep": (with_raw(f'"x":{"[" * 127}{"]" * 127}'), BASE),
    "brackets-in-a-string": (with_title("[{" * 200), article(title="[{" * 200)),
}  # fmt: skip
NEW = {"type": "gallery"}
# Nodes of a later format: as they stand, and as they are read.
LATER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "block-with-text": (body(NEW | {"text": ["a"]}), body(paragraph("a"))),
    "block-with-blocks": (body(NEW | {"blocks": [PARAGRAPH, {"type": "rule"}]}), body(PARAGRAPH, {"type": "rule"})),
    "block-with-both": (body(NEW | {"text": ["a"], "blocks": [PARAGRAPH]}), body(paragraph("a"))),
    "block-with-neither": (body(NEW, PARAGRAPH), body(PARAGRAPH)),
    "block-with-a-string": (body(NEW | {"text": "a"}), article()),
    "block-in-such-a-block": (body(NEW | {"blocks": [{"type": "x", "blocks": [PARAGRAPH]}]}), body(PARAGRAPH)),
    "inline-with-text": (body(paragraph("a", NEW | {"text": ["b"]}, "c")), body(paragraph("a", "b", "c"))),
    "inline-with-blocks": (body(paragraph("a", NEW | {"blocks": [PARAGRAPH]})), body(paragraph("a"))),
    "inline-in-such-an-inline": (
        body(paragraph(NEW | {"text": [{"type": "x", "text": ["b"]}, {"type": "break"}]})),
        body(paragraph("b", {"type": "break"})),
    ),
    "inline-in-such-a-block": (body(NEW | {"text": [{"type": "x", "text": ["b"]}]}), body(paragraph("b"))),
    "in-a-quote": (
        body({"type": "quote", "blocks": [NEW | {"text": ["a"]}]}),
        body({"type": "quote", "blocks": [paragraph("a")]}),
    ),
    "in-a-list": (
        body({"type": "list", "items": [[NEW | {"text": ["a"]}], [NEW]]}),
        body({"type": "list", "items": [[paragraph("a")], []]}),
    ),
    "in-a-table": (
        body({"type": "table", "header": [[NEW | {"text": ["h"]}]], "rows": [[["a", NEW]]]}),
        body({"type": "table", "header": [["h"]], "rows": [[["a"]]]}),
    ),
    "in-a-caption": (
        body(NEW, {"type": "figure", "image": IMAGE, "caption": [NEW | {"text": ["b"]}]}),
        body({"type": "figure", "image": IMAGE, "caption": ["b"]}),
    ),
    "in-a-link": (
        body(paragraph({"type": "link", "href": "https://n.example", "text": [NEW | {"text": ["b"]}]})),
        body(paragraph({"type": "link", "href": "https://n.example", "text": ["b"]})),
    ),
    "in-a-footnote": (
        article(footnotes={"type": [NEW | {"text": ["b"]}]}),
        article(footnotes={"type": [paragraph("b")]}),
    ),
    "in-an-unknown-member": (article(x=[NEW], body=[NEW]), article()),
}
REFUSED: dict[str, Any] = {
    "unknown-type": article(type="obituary"),
    "block-in-inlines": body(paragraph({"type": "rule"})),
    "inline-in-blocks": body({"type": "strong", "text": ["a"]}),
    "string-in-blocks": body("a"),
    "number-in-inlines": body(paragraph(1)),
    "node-without-type": body({"text": ["a"]}),
    "node-with-a-number-for-type": body({"type": 5, "text": ["a"]}),
    "later-node-with-a-number-in-it": body(NEW | {"text": ["a", 5]}),
    "heading-1": body({"type": "heading", "level": 1, "text": []}),
    "heading-5": body({"type": "heading", "level": 5, "text": []}),
    "heading-without-level": body({"type": "heading", "text": []}),
    "list-of-blocks-for-items": body({"type": "list", "items": [PARAGRAPH]}),
    "ordered-as-number": body({"type": "list", "items": [], "ordered": 1}),
    "figure-without-image": body({"type": "figure", "caption": []}),
    "pre-with-inlines": body({"type": "pre", "text": ["a"]}),
    "javascript-link": body(paragraph({"type": "link", "href": "javascript:alert(1)", "text": []})),
    "data-link": body(paragraph({"type": "link", "href": "data:text/html,x", "text": []})),
    "relative-link": body(paragraph({"type": "link", "href": "/a", "text": []})),
    "link-to-nothing": body(paragraph({"type": "link", "href": "https://", "text": []})),
    "link-with-space": body(paragraph({"type": "link", "href": "https://n.example/a b", "text": []})),
    "link-with-newline-last": body(paragraph({"type": "link", "href": "https://n.example/\n", "text": []})),
    "link-with-leading-space": body(paragraph({"type": "link", "href": " https://n.example/", "text": []})),
    "embed-of-a-script": body({"type": "embed", "service": "x", "url": "javascript:x"}),
    "source-url-mail": article(source_url="mailto:a@n.example"),
    "source-url-upper-case": article(source_url="HTTPS://n.example"),
    "source-url-newline": article(source_url="\n"),
    "image-without-variants": article(image=IMAGE | {"variants": []}),
    "image-of-nine-variants": article(image=IMAGE | {"variants": [VARIANT] * 9}),
    "image-of-width-0": article(image=IMAGE | {"width": 0}),
    "svg": article(image=IMAGE | {"variants": [VARIANT | {"type": "image/svg+xml"}]}),
    "variant-of-another-role": article(image=IMAGE | {"variants": [VARIANT | {"role": "huge"}]}),
    "variant-of-no-bytes": article(image=IMAGE | {"variants": [VARIANT | {"bytes": 0}]}),
    "variant-digest-in-upper-case": article(image=IMAGE | {"variants": [VARIANT | {"sha256": DIGEST.upper()}]}),
    "revision-0": article(revision=0),
    "revision-negative": article(revision=-1),
    "revision-as-string": article(revision="1"),
    "revision-as-boolean": article(revision=True),
    "revision-null": article(revision=None),
    "byline-null": article(byline=None),
    "byline-as-number": article(byline=1),
    "tags-as-string": article(tags="a"),
    "tag-null": article(tags=[None]),
    "body-null": article(body=None),
    "footnotes-as-list": article(footnotes=[]),
    "footnote-id-empty": article(footnotes={"": []}),
    "footnote-id-space": article(footnotes={"a b": []}),
    "footnote-id-newline-last": article(footnotes={"a\n": []}),
    "footnote-id-delete": article(footnotes={"a\x7f": []}),
    "key-newline-last": article(key="a\n"),
    "edition-newline-last": article(edition="en\n"),
    "edition-upper-case": article(edition="EN"),
    "time-without-z": article(published="2026-11-22T06:00:00"),
    "time-with-offset": article(published="2026-11-22T06:00:00+00:00"),
    "time-with-fraction": article(published="2026-11-22T06:00:00.5Z"),
    "time-lower-case": article(published="2026-11-22t06:00:00z"),
    "time-month-13": article(published="2026-13-22T06:00:00Z"),
    "time-day-32": article(published="2026-11-32T06:00:00Z"),
    "time-hour-24": article(published="2026-11-22T24:00:00Z"),
    "time-leap-second": article(published="2026-12-31T23:59:60Z"),
    "time-newline-last": article(published=DAY + "\n"),
    "time-in-other-digits": article(published="٢٠٢٦-11-22T06:00:00Z"),
    "retraction-without-at": {k: v for k, v in RETRACTION.items() if k != "at"},
    **{f"without-{name}": {k: v for k, v in BASE.items() if k != name} for name in BASE},
}
REFUSED_LINES = {
    "nothing": text(""),
    "array": text("[1]"),
    "null": text("null"),
    "two-objects": text(LINE + LINE),
    "cut": text(LINE[:-1]),
    "trailing-comma": text(LINE[:-1] + ",}"),
    "comment": text(LINE + "// x"),
    "byte-order-mark": text("\ufeff" + LINE),
    "nul-last": hexed(LINE.encode() + b"\0"),
    "raw-control": text(with_title("a\x01b")),
    "raw-tab": text(with_title("a\tb")),
    "raw-control-in-an-unknown-member": text(with_raw('"x":"\x1f"')),
    "bad-escape": text(with_title("\\x41")),
    "single-quotes": text(LINE.replace('"T"', "'T'")),
    "fraction-for-integer": text(LINE.replace('"revision":1', '"revision":1.0')),
    "exponent-for-integer": text(LINE.replace('"revision":1', '"revision":1e0')),
    "minus-zero-with-fraction": text(with_raw('"cleared":-0.0')),
    "fraction-within": text(compact(article(image=IMAGE)).replace('"width":1600', '"width":1600.0')),
    "integer-beyond-64-bits": text(LINE.replace('"revision":1', '"revision":18446744073709551617')),
    "integer-beyond-2-53": text(LINE.replace('"revision":1', '"revision":9007199254740993')),
    "leading-zero": text(LINE.replace('"revision":1', '"revision":01')),
    "plus-sign": text(LINE.replace('"revision":1', '"revision":+1')),
    "nan": text(with_raw('"x":NaN')),
    "needless-escape": text(with_title("\\u0041")),
    "needless-escape-in-a-name": text(with_raw('"\\u0078":1')),
    "upper-case-escape": text(with_title("\\u001F")),
    "escape-of-cyrillic": text(with_title("\\u0436")),
    "escape-behind-backslashes": text(with_title("\\\\\\u0041")),
    "lone-surrogate-escape": text(with_title("\\ud800")),
    "surrogate-pair-escape": text(with_title("\\ud83d\\ude00")),
    "encoded-surrogate": hexed(LINE.encode().replace(b'"T"', b'"\xed\xa0\x80"')),
    "overlong-encoding": hexed(LINE.encode().replace(b'"T"', b'"\xc0\xaf"')),
    "cut-encoding": hexed(LINE.encode().replace(b'"T"', b'"\xd0"')),
    "beyond-unicode": hexed(LINE.encode().replace(b'"T"', b'"\xf4\x90\x80\x80"')),
    "latin-1": hexed(LINE.encode().replace(b'"T"', b'"\xe9"')),
    "invalid-encoding-in-an-unknown-member": hexed(with_raw('"x":"?"').encode().replace(b"?", b"\xff")),
    "utf-16": hexed(LINE.encode("utf-16")),
    **{
        f"bidirectional-{ord(c):x}": text(with_title(f"a{c}b"))
        for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    },
    "bidirectional-in-an-unknown-member": text(with_raw('"x":"\u202e"')),
    "bidirectional-in-a-name": text(with_raw('"\u2066":1')),
}


def _bounds() -> Iterator[Case]:
    """Of each bounded value the greatest that may be, and one more."""
    quote = '"'
    lines: dict[str, tuple[str, str, int]] = {  # where a string goes, a character of it, its limit
        "title": (LINE.replace('"T"', "?"), "ж", 1000),
        "byline": (with_raw('"byline":?'), "😀", 1000),
        "tag": (with_raw('"tags":[?]'), "a", 1000),
        "summary": (with_raw('"summary":?'), "a", 200_000),
        "inline-text": (with_raw('"body":[{"type":"paragraph","text":[?]}]'), "ж", 200_000),
        "translation-group": (with_raw('"translation_group":?'), "a", 200),
        "footnote-id": (with_raw('"footnotes":{?:[]}'), "ж", 64),
    }
    for name, (line, character, limit) in lines.items():
        before, after = line.split("?")
        for more, verdict in ((0, None), (1, FORMAT)):
            given = parts((before + quote, 1), (character, limit + more), (quote + after, 1))
            yield Case(f"record/{'no-' if more else ''}{name}-of-{limit + more}-characters", {"line": given},
                       verdict or ok())  # fmt: skip
    url = '"body":[{"type":"embed","service":"x","url":"https://?"}]'
    counted: dict[str, tuple[str, str, int]] = {  # where elements go, one of them, how many at most
        "tags": (with_raw('"tags":[?"z"]'), '"a",', 99),
        "corrections": (
            with_raw(f'"corrections":[?{compact({"revision": 1, "at": DAY, "note": ""})}]'),
            compact({"revision": 1, "at": DAY, "note": ""}) + ",",
            999,
        ),
        "blocks": (with_raw('"body":[?{"type":"rule"}]'), '{"type":"rule"},', 19_999),
        "inlines": (with_raw('"body":[{"type":"paragraph","text":[?""]}]'), '"",', 19_999),
        "items": (with_raw('"body":[{"type":"list","items":[?[]]}]'), "[],", 9_999),
        "rows": (with_raw('"body":[{"type":"table","header":[],"rows":[?[]]}]'), "[],", 9_999),
        "columns": (with_raw('"body":[{"type":"table","header":[?[]],"rows":[]}]'), "[],", 99),
        "cells": (with_raw('"body":[{"type":"table","header":[],"rows":[[?[]]]}]'), "[],", 99),
        "href-characters": (with_raw(url), "a", 3992),
        "line-bytes": (with_raw('"x":["?",""]'), "a", 2_097_152 - len(with_raw('"x":["",""]'))),
    }
    for name, (line, one, limit) in counted.items():
        before, after = line.split("?")
        for more, verdict in ((0, None), (1, FORMAT)):
            given = parts((before, 1), (one, limit + more), (after, 1))
            yield Case(f"record/{'no-' if more else ''}{'more' if more else 'most'}-{name}", {"line": given},
                       verdict or ok())  # fmt: skip
    numbers: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "revision": (article(revision=2**31 - 1), article(revision=2**31)),
        "cleared": (article(cleared=2**31 - 1), article(cleared=2**31)),
        "cleared-below": (article(cleared=1), article(cleared=-1)),
        "pixels": (article(image=IMAGE | {"width": 100_000}), article(image=IMAGE | {"width": 100_001})),
        "picture-bytes": (
            article(image=IMAGE | {"variants": [VARIANT | {"bytes": 2**24}]}),
            article(image=IMAGE | {"variants": [VARIANT | {"bytes": 2**24 + 1}]}),
        ),
        "variants": (
            article(image=IMAGE | {"variants": [VARIANT] * 8}), article(image=IMAGE | {"variants": [VARIANT] * 9}),
        ),
    }  # fmt: skip
    for name, (most, more) in numbers.items():
        yield Case(f"record/bound-{name}", {"line": text(compact(most))}, SAME)
        yield Case(f"record/no-beyond-{name}", {"line": text(compact(more))}, FORMAT)


def _depths() -> Iterator[Case]:
    tail = '"body":['
    start = f"{LINE[:-1]},{tail}"
    kinds = {
        "quotes": ('{"type":"quote","blocks":[', '{"type":"rule"}', "]}"),
        "lists": ('{"type":"list","items":[[', '{"type":"rule"}', "]]}"),
    }
    for name, (before, inner, after) in kinds.items():
        for depth in (16, 17, 10_000):
            # The innermost block has depth `depth`.
            line = parts((start, 1), (before, depth - 1), (inner, 1), (after, depth - 1), ("]}", 1))
            yield Case(f"record/{'' if depth == 16 else 'no-'}{name}-{depth}-deep", {"line": line},
                       ok() if depth == 16 else FORMAT)  # fmt: skip
    strong, paragraph_start = '{"type":"strong","text":[', '{"type":"paragraph","text":['
    for depth in (16, 17, 10_000):
        line = parts((start + paragraph_start, 1), (strong, depth - 1), ('"a"', 1), ("]}", depth - 1), ("]}]}", 1))
        yield Case(f"record/{'' if depth == 16 else 'no-'}strong-{depth}-deep", {"line": line},
                   ok() if depth == 16 else FORMAT)  # fmt: skip
    quote = '{"type":"quote","blocks":['
    for quotes in (8, 9):
        line = parts(
            (start, 1),
            (quote, quotes),
            (paragraph_start, 1),
            (strong, 7),
            ('"a"', 1),
            ("]}", 7 + 1 + quotes),
            ("]}", 1),
        )
        yield Case(f"record/{'' if quotes == 8 else 'no-'}strong-in-quotes-{8 + quotes}-deep", {"line": line},
                   ok() if quotes == 8 else FORMAT)  # fmt: skip
    later = '{"type":"x","blocks":['
    line = parts((start, 1), (later, 60), ('{"type":"rule"}', 1), ("]}", 60), ("]}", 1))
    yield Case("record/later-blocks-60-deep", {"line": line}, ok(body({"type": "rule"})))
    for depth in (128, 10_000):  # the record itself is one more
        line = parts((f'{LINE[:-1]},"x":', 1), ("[", depth), ("]", depth), ("}", 1))
        yield Case(f"record/no-unknown-member-nested-{depth}-deep", {"line": line}, FORMAT)
    yield Case("record/no-brackets-without-end", {"line": parts(("[", 100_000))}, FORMAT)


PLAIN: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": (article(), ""),
    "retraction": (RETRACTION | {"notice": "We were wrong."}, "We were wrong."),
    "title-and-summary-are-not-in-it": (article(title="A", summary="B", byline="C"), ""),
    "paragraphs": (body(paragraph("a ", {"type": "strong", "text": ["b"]}, "c"), paragraph("d")), "a bc\nd"),
    "break-and-note": (body(paragraph("a", {"type": "break"}, "b", {"type": "note", "id": "1"}, "c")), "a\nbc"),
    "code-and-link": (
        body(paragraph({"type": "code", "text": "x"}, {"type": "link", "href": "https://n.example", "text": ["l"]})),
        "xl",
    ),
    "heading-quote-list": (
        body(
            {"type": "heading", "level": 2, "text": ["h"]},
            {"type": "quote", "blocks": [paragraph("q")]},
            {"type": "list", "items": [[paragraph("1")], [paragraph("2"), paragraph("3")]]},
        ),
        "h\nq\n1\n2\n3",
    ),
    "table": (
        body({"type": "table", "header": [["a"], ["b"]], "rows": [[["1"], ["2"]], [], [[], ["4"]]]}),
        "a\tb\n1\t2\n\t4",
    ),
    "headless-table": (body({"type": "table", "header": [], "rows": [[["1"]]]}), "1"),
    "figure": (body({"type": "figure", "image": IMAGE, "caption": ["c"], "credit": "d"}), "A bridge\nc\nd"),
    "bare-figure": (body({"type": "figure", "image": {"width": 1, "height": 1, "variants": [VARIANT]}}), ""),
    "pre": (body({"type": "pre", "text": "x\ny", "language": "python"}), "x\ny"),
    "rule-between": (body(paragraph("a"), {"type": "rule"}, paragraph("b")), "a\nb"),
    "empty-paragraph": (body(paragraph("a"), paragraph(), paragraph("b")), "a\n\nb"),
    "embed-with-title": (
        body({"type": "embed", "service": "Video", "url": "https://v.example", "title": "A film"}), "A film",
    ),
    "embed-without-title": (body({"type": "embed", "service": "Video", "url": "https://v.example"}), "https://v.example"),
    "footnotes-last-by-id": (
        article(body=[paragraph("a")], footnotes={"b": [paragraph("two")], "10": [paragraph("one")], "2": []}),
        "a\none\ntwo",
    ),
    "lead-image-is-not-in-it": (article(image=IMAGE, body=[paragraph("a")]), "a"),
    "later-nodes": (body(NEW | {"text": ["n"]}, paragraph("a", NEW | {"text": ["b"]})), "n\nab"),
}  # fmt: skip
