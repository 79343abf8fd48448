"""Bundles, frames, and the prefix of a delta."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from making.case import FORMAT, HASH, Case, compact, digest, in_file, ok, text
from making.frames import frame, rle_frame, skippable
from making.records import RETRACTION, article

PUBLICATION = digest(b"a root")
HEADER: dict[str, Any] = {
    "format": "tamizdat.bundle.1", "publication": PUBLICATION, "edition": "en", "kind": "delta", "records": 0,
    "from": 3, "to": 5,
}  # fmt: skip
ONE = HEADER | {"records": 1}
ASTRAL, FULL_WIDTH = "\U0001f600", "\uff41"  # in UTF-16 the first sorts below the second, in UTF-8 above


def plain(lines: list[dict[str, Any]], **members: Any) -> bytes:
    """A plain bundle of these lines, in this order; `members` replace the header's."""
    header = HEADER | {"records": len(lines)} | members
    if header["kind"] != "delta":
        header = {name: value for name, value in header.items() if name not in ("from", "to")}
    return "".join(compact(line) + "\n" for line in (header, *lines)).encode()


def keyed(*keys: str, **members: Any) -> list[dict[str, Any]]:
    """Short articles of these keys."""
    return [article(key=key, **members) for key in keys]


def revised(key: str, *revisions: int) -> list[dict[str, Any]]:
    """Revisions of an article."""
    return [article(key=key, revision=revision) for revision in revisions]


def tombstones(*keys: str) -> list[dict[str, Any]]:
    """Retractions of these keys."""
    return [RETRACTION | {"key": key} for key in keys]


def cases(frozen: Callable[[str, Callable[[], bytes]], bytes]) -> Iterator[Case]:
    """Every case of the kinds `bundle`, `frame` and `prefix`. `frozen` keeps what a compressor made."""
    for name, (raw, keys) in BUNDLES.items():
        yield _bundle(name, raw, ok({"keys": keys}))
    for name, raw in REFUSED.items():
        yield _bundle(f"no-{name}", raw, FORMAT)
    yield _bundle("no-other-publication", plain([], publication=digest(b"another")), {"error": "wrong-publication"})
    yield from _frames(frozen)
    yield from _prefixes()


def _bundle(name: str, raw: bytes, expect: dict[str, Any]) -> Case:
    asked = {"raw": text(raw.decode()), "publication": PUBLICATION, "edition": "en"}
    return Case(f"bundle/{name}", asked, expect)


BUNDLES: dict[str, tuple[bytes, list[str]]] = {
    "empty": (plain([]), []),
    "articles": (plain(keyed("a", "a/b", "a0", "b")), ["a", "a/b", "a0", "b"]),
    "retraction-among-articles": (plain([*keyed("a"), *tombstones("b")]), ["a", "b"]),
    "order-of-code-points": (plain(keyed("z", "ж", FULL_WIDTH, ASTRAL)), ["z", "ж", FULL_WIDTH, ASTRAL]),
    "capitals-first": (plain(keyed("Z", "a")), ["Z", "a"]),
    "segment": (plain(keyed("a", "b"), kind="segment"), ["a", "b"]),
    "tombstones": (plain(tombstones("a", "b"), kind="tombstones"), ["a", "b"]),
    "revisions": (plain([*revised("a", 1, 2, 10), *revised("b", 1)], kind="revisions"), ["a", "a", "a", "b"]),
    "unknown-header-member": (plain(keyed("a"), note="x"), ["a"]),
    "header-in-another-order": (
        plain(keyed("a")).replace(*(compact(h).encode() for h in (ONE, dict(reversed(ONE.items()))))),
        ["a"],
    ),
    "white-space-in-a-record": (plain(keyed("a")).replace(b'"key":"a"', b'"key": "a"'), ["a"]),
}  # fmt: skip
REFUSED = {
    "nothing": b"",
    "header-without-newline": plain([])[:-1],
    "last-line-without-newline": plain(keyed("a"))[:-1],
    "empty-line-at-the-end": plain(keyed("a")) + b"\n",
    "empty-line-within": plain(keyed("a", "b")).replace(b"}\n{", b"}\n\n{", 1),
    "trailing-bytes": plain(keyed("a")) + b"x",
    "trailing-nul": plain(keyed("a")) + b"\0",
    "too-few-records": plain(keyed("a"), records=2),
    "too-many-records": plain(keyed("a", "b"), records=1),
    "keys-out-of-order": plain(keyed("b", "a")),
    "key-twice": plain(keyed("a", "a")),
    "order-of-utf-16": plain(keyed(ASTRAL, FULL_WIDTH)),
    "order-of-folded-letters": plain(keyed("a", "B")),
    "revisions-out-of-order": plain(revised("a", 2, 1), kind="revisions"),
    "revision-twice": plain(revised("a", 2, 2), kind="revisions"),
    "two-revisions-in-a-delta": plain(revised("a", 1, 2)),
    "other-edition": plain([], edition="ru"),
    "record-of-another-edition": plain(keyed("a", edition="ru")),
    "retraction-in-a-segment": plain(tombstones("a"), kind="segment"),
    "article-in-tombstones": plain(keyed("a"), kind="tombstones"),
    "retraction-in-revisions": plain(tombstones("a"), kind="revisions"),
    "bad-record": plain(keyed("a", revision=0)),
    "unknown-kind": plain([], kind="patch"),
    "unknown-format": plain([], format="tamizdat.bundle.2"),
    "records-negative": plain([], records=-1),
    "records-as-fraction": plain([]).replace(b'"records":0', b'"records":0.0'),
    "million-and-one-records": plain([], records=1_000_001),
    "to-beyond-2-53": plain([], to=2**53),
    "header-is-no-object": b"[]\n",
    "header-with-byte-order-mark": b"\xef\xbb\xbf" + plain([]),
    "header-nested-too-deep": plain([]).replace(b'"to":5', b'"to":5,"x":' + b"[" * 128 + b"]" * 128),
    **{
        f"without-{name}": compact({n: v for n, v in HEADER.items() if n != name}).encode() + b"\n"
        for name in ("format", "publication", "edition", "kind", "records")
    },
}


# -- frames ------------------------------------------------------------------------------------------------------------

SHORT = b"short and plain\n"
LONG = b"".join(b"Line %d of a text that repeats itself, as news do.\n" % n for n in range(60))
PREFIX = LONG[:1500]


def _frames(frozen: Callable[[str, Callable[[], bytes]], bytes]) -> Iterator[Case]:
    for name, (data, raw) in _good_frames().items():
        yield _frame(name, data, raw)
    for name, data in _bad_frames().items():
        yield _frame(f"no-{name}", data, SHORT, expect=EITHER if name in _UNSEEN else FORMAT)
    paths = {name: f"frame/{name}.zst" for name in _COMPRESSED}
    files = {name: frozen(paths[name], make) for name, make in _COMPRESSED.items()}
    for case, (name, prefix, verdict) in {
        "compressed": ("compressed", b"", None),
        "needless-prefix": ("compressed", PREFIX, None),
        "no-checksum": ("with-checksum", b"", FORMAT),
        "compressed-with-prefix": ("with-prefix", PREFIX, None),
        "no-missing-prefix": ("with-prefix", b"", EITHER),
        # The decoder can't tell; only the digest of the plain bytes does.
        "no-wrong-prefix": ("with-prefix", PREFIX.replace(b"news", b"lies"), HASH),
    }.items():
        yield _frozen(case, paths[name], files[name], LONG, prefix=text(prefix.decode()), expect=verdict)
    flipped = bytearray(files["compressed"])
    flipped[len(flipped) // 2] ^= 1
    yield _frame("no-changed-byte", files["compressed"], LONG, expect=HASH, data=bytes(flipped))
    yield _frame("no-cut-on-the-way", files["compressed"], LONG, expect=HASH, data=files["compressed"][:-1])
    yield _frame("no-other-plain-bytes", frame(SHORT[::-1]), SHORT, expect=HASH)


# Some decoders see these, others give other bytes, which the digest then tells.
EITHER = {"error": ["format", "hash"]}
_UNSEEN = ("block-cut", "last-block-missing", "holds-less", "holds-more", "reserved-block-type")


def _frame(name: str, signed: bytes, raw: bytes, *, expect: dict[str, Any] | None = None, **given: Any) -> Case:
    """What a signed reference says of `signed` and `raw`, and the bytes that came: `signed`, unless `given` others."""
    ref = {"sha256": digest(signed), "bytes": len(signed), "raw_sha256": digest(raw), "raw_bytes": len(raw)}
    asked = {"data": signed, "reference": ref, "prefix": text("")} | given
    return Case(f"frame/{name}", asked, expect or ok({"raw_sha256": digest(raw)}))


def _frozen(name: str, file: str, data: bytes, raw: bytes, **more: Any) -> Case:
    case = _frame(name, data, raw, **{"data": in_file(file)} | more)
    return replace(case, files={file: data})


def _good_frames() -> dict[str, tuple[bytes, bytes]]:
    window_1k = 0x00
    return {
        "raw-block": (frame(SHORT), SHORT),
        "size-in-one-byte": (frame(SHORT, width=1), SHORT),
        "size-in-two-bytes": (frame(LONG[:1000], width=2), LONG[:1000]),
        "size-in-eight-bytes": (frame(SHORT, width=8), SHORT),
        "window-of-1-kib": (frame(SHORT, window=window_1k), SHORT),
        "rle-blocks": (rle_frame(0x0A, 300_000), b"\n" * 300_000),
        "padding-behind": (frame(SHORT) + skippable(bytes(100)), SHORT),
        "two-paddings-behind": (frame(SHORT) + skippable(b"") + skippable(b"x"), SHORT),
    }


def _bad_frames() -> dict[str, bytes]:
    good = frame(SHORT)
    size = len(SHORT)
    return {
        "nothing": b"",
        "magic": b"\x28\xb5\x2f\xfe" + good[4:],
        "plain-text": SHORT,
        "gzip": bytes.fromhex("1f8b0800000000000003") + SHORT,
        "header-cut": good[:5],
        "block-cut": good[:-1],
        "last-block-missing": good[: 4 + 1 + 4],
        "says-less": frame(SHORT, says=size - 1),
        "says-more": frame(SHORT, says=size + 1),
        "holds-less": frame(SHORT[:-1], says=size),
        "holds-more": frame(SHORT + b"x", says=size),
        "bomb": rle_frame(0, 1 << 28, says=size),
        "honest-bomb": rle_frame(0, 1 << 28),
        "without-size": frame(SHORT, width=0, window=0),
        "reserved-bit": frame(SHORT, flags=0x08),
        "dictionary-id": frame(SHORT, flags=0x01).replace(b"\xa1", b"\xa1\x07", 1),
        "window-too-large": frame(SHORT, window=0x01),
        "window-of-4-mib": frame(SHORT, window=0x60),
        "reserved-block-type": good[:9] + bytes([good[9] | 0x06]) + good[10:],
        "padding-ahead": skippable(bytes(10)) + good,
        "other-skippable-behind": good + skippable(b"x", number=1),
        "last-skippable-behind": good + skippable(b"x", number=15),
        "padding-cut": good + skippable(bytes(10))[:-1],
        "padding-header-cut": good + skippable(b"")[:5],
        "garbage-behind": good + b"x",
        "nul-behind": good + b"\0",
        "second-frame-behind": good + good,
        "second-empty-frame-behind": good + frame(b""),
    }


def _compress(raw: bytes, prefix: bytes = b"", *, checksum: bool = False) -> bytes:
    from backports import zstd

    p = zstd.CompressionParameter
    log = max((len(raw) + len(prefix) - 1).bit_length(), 10)
    options = {p.compression_level: 19, p.content_size_flag: 1, p.checksum_flag: int(checksum), p.window_log: log}
    given = zstd.ZstdDict(prefix, is_raw=True).as_prefix if prefix else None
    return zstd.compress(raw, options=options, zstd_dict=given)


_COMPRESSED: dict[str, Callable[[], bytes]] = {
    "compressed": lambda: _compress(LONG),
    "with-checksum": lambda: _compress(LONG, checksum=True),
    "with-prefix": lambda: _compress(LONG, PREFIX),
}


# -- the prefix of a delta ---------------------------------------------------------------------------------------------


def _day(number: int) -> str:
    return f"2026-11-{number:02}T06:00:00Z"


# Not in the prefix's order: by `published` descending (b and a share a day, so by key), then key.
LINES = {
    key: compact(article(key=key, published=_day(day), title=f"Title of {key}"))
    for key, day in (("a", 20), ("b", 20), ("c", 22), ("d", 1), ("e", 2), (FULL_WIDTH, 19), (ASTRAL, 19))
}
ORDER = ["c", "a", "b", FULL_WIDTH, ASTRAL, "e", "d"]


def _prefixes() -> Iterator[Case]:
    """Each case is of the articles in the member `articles` of the inputs: their lines, in no order."""
    sizes = [len(LINES[key].encode()) + 1 for key in ORDER]
    for name, (newest, also, keys) in {
        "all": (1 << 20, [], ORDER[::-1]),
        "exactly-three": (sum(sizes[:3]), [], ["b", "a", "c"]),
        "one-byte-short-of-three": (sum(sizes[:3]) - 1, [], ["a", "c"]),
        "none-fits": (sizes[0] - 1, [], []),
        "limit-0": (0, [], []),
        "astral-sorts-behind": (sum(sizes[:4]), [], [FULL_WIDTH, "b", "a", "c"]),
        "older-ones-besides": (sum(sizes[:2]), [4, 6], ["a", "c", ASTRAL, "d"]),
        "older-ones-as-listed": (sum(sizes[:2]), [6, 5], ["a", "c", "d", "e"]),
        "older-ones-alone": (0, [0, 5], ["c", "e"]),
    }.items():
        prefix = "".join(LINES[key] + "\n" for key in keys).encode()
        given = {"articles": "articles", "newest": newest, "also": also}
        value = {"keys": keys, "bytes": len(prefix), "name": digest(prefix)[:16] if prefix else ""}
        yield Case(f"prefix/{name}", given, ok(value))
