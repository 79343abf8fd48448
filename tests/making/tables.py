"""What is written out of the code: the errors' table and the worked example in docs/format.md, the records' schema."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from making.bundles import plain
from making.case import compact, digest
from making.frames import frame
from making.records import DAY, article
from tamizdat import errors
from tamizdat.errors import TamizdatError
from tamizdat.format.article import Article, Retraction


def errors_table() -> str:
    """Every error in the order of its definition: class, code, exit code, meaning."""
    found = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, TamizdatError)]
    rows = [f"| `{e.__name__}` | `{e.code}` | {e.exit_code} | {_meaning(e)} |" for e in found]
    return "\n".join(["| error | code | exit code | meaning |", "| --- | --- | --- | --- |", *rows])


def _meaning(error: type[TamizdatError]) -> str:
    return " ".join((error.__doc__ or "").strip().split("\n\n")[0].split()).rstrip(".")


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a record, for any library that checks by it."""
    (found,), definitions = msgspec.json.schema_components([Article | Retraction], ref_template="#/$defs/{name}")
    text = json.dumps({"$defs": definitions, **found})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of tamizdat format 1",
        "description": "Advisory: docs/format.md, section 5, has rules that no schema can say.",
        # In ECMA 262, `$` is the very end.
        **json.loads(text.replace("\\\\Z", "$")),
    }


def example() -> str:
    """A bundle, its digests, its frame, and a prefix, in bytes."""
    records = [article(key="a", title="Ä", published=DAY), article(key="b", published="2026-11-21T06:00:00Z")]
    raw = plain(records, publication="0" * 64, **{"from": 0, "to": 1})
    data = frame(raw)
    lines = [compact(record) + "\n" for record in records]
    return "\n".join(
        [
            f"A delta from version 0 to 1 with two short articles, {len(raw)} bytes (each line ends in one `\\n`):",
            "",
            "```",
            *raw.decode().splitlines(),
            "```",
            "",
            f"It begins with `{_spaced(raw[:8])}` and ends with `{_spaced(raw[-4:])}`; `Ä` is `c3 84`. `raw_sha256`:",
            "",
            f"    {digest(raw)}",
            "",
            f"As one frame with one raw block it has {len(data)} bytes (any compressor's frame would do as well):",
            "",
            "```",
            f"{_spaced(data[:4])}   magic",
            f"{_spaced(data[4:5])}            single segment, size in four bytes, no checksum, no dictionary id",
            f"{_spaced(data[5:9])}   content size {len(raw)}",
            f"{_spaced(data[9:12])}      last block, raw, {len(raw)} bytes; they follow",
            "```",
            "",
            f"`sha256`, by which its path is `bundles/{digest(data)[:8]}….jsonl.zst`:",
            "",
            f"    {digest(data)}",
            "",
            "A reader who applied it holds at version 1 these prefixes:",
            "",
            "| `newest` | `also` | lines | bytes | name |",
            "| --- | --- | --- | --- | --- |",
            f"| 1,048,576 | | `b`, then `a`, which was published later | {_named(lines[::-1])}",
            f"| {len(lines[0].encode())} | | `a`; both don't fit | {_named(lines[:1])}",
            f"| {len(lines[0].encode())} | 1 | `a`, then `b` | {_named(lines)}",
        ]
    )


def _named(lines: list[str]) -> str:
    prefix = "".join(lines).encode()
    return f"{len(prefix)} | `{digest(prefix)[:16]}` |"


def _spaced(data: bytes) -> str:
    return data.hex(" ")


def put(document: str, name: str, text: str) -> str:
    """The document with `text` between the markers of this name."""
    start = document.index("-->", document.index(f"<!-- {name}:begin")) + 3
    end = document.index(f"<!-- {name}:end -->")
    return f"{document[:start]}\n\n{text}\n\n{document[end:]}"


def blocks() -> Iterator[tuple[str, str]]:
    """What belongs between the markers of docs/format.md."""
    yield "errors", errors_table()
    yield "example", example()
