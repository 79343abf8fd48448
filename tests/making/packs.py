"""Tar and packs: everything odd that an entry can be."""

from collections.abc import Callable, Iterator
from typing import Any

from making.case import FORMAT, Case, digest, in_file, ok
from making.frames import frame, rle_frame, skippable

DAMAGED = {"error": "damaged-pack"}
BLOCK = 512
ROOT, TIMESTAMP = ("metadata/1.root.json", b'{"root":1}'), ("metadata/timestamp.json", b'{"timestamp":1}')
PICTURE = b"not really a picture"
FILES = [ROOT, TIMESTAMP, (f"media/{digest(PICTURE)}.png", PICTURE), (f"bundles/{digest(b'')}.jsonl", b"")]


def header(name: str | bytes, length: int, **fields: bytes) -> bytes:
    """The header of a file; `fields` replace what stands in one."""
    encoded = name.encode() if isinstance(name, str) else name
    values = {
        "name": encoded, "mode": b"0000644\0", "uid": b"0000000\0", "gid": b"0000000\0", "size": b"%011o\0" % length,
        "mtime": b"00000000000\0", "checksum": b" " * 8, "typeflag": b"0", "linkname": b"", "magic": b"ustar\0",
        "version": b"00", "uname": b"", "gname": b"", "devmajor": b"0000000\0", "devminor": b"0000000\0", "prefix": b"",
        "rest": b"",
    } | fields  # fmt: skip
    widths = (100, 8, 8, 8, 12, 12, 8, 1, 100, 6, 2, 32, 32, 8, 8, 155, 12)
    data = b"".join(value.ljust(width, b"\0") for value, width in zip(values.values(), widths, strict=True))
    assert len(data) == BLOCK
    return data if "checksum" in fields else data[:148] + b"%06o\0 " % sum(data) + data[156:]


def entry(name: str | bytes, data: bytes, **fields: bytes) -> bytes:
    """A file with its header and its padding."""
    return header(name, len(data), **fields) + data + bytes(-len(data) % BLOCK)


END = bytes(2 * BLOCK)
FIRST = entry(*ROOT)


def tar(*entries: bytes) -> bytes:
    """These entries, and the end."""
    return b"".join(entries) + END


def seal(data: bytes) -> bytes:
    """The skippable frame with the digest of all that stands ahead of it."""
    return data + skippable(bytes.fromhex(digest(data)))


GOOD = tar(*(entry(*file) for file in FILES))
PACK = seal(frame(GOOD))


def cases(frozen: Callable[[str, Callable[[], bytes]], bytes]) -> Iterator[Case]:
    """Every case of the kinds `tar` and `pack`. `frozen` keeps what a compressor made."""
    held = {name: digest(data) for name, data in FILES}
    yield _tar("plain", GOOD, ok(held))
    yield _tar("empty", END, ok({}))
    full = entry(ROOT[0], b"x" * BLOCK)
    yield _tar("content-of-a-whole-block", tar(full), ok({ROOT[0]: digest(b"x" * BLOCK)}))
    for name, data in ODD.items():
        yield _tar(f"no-{name}", data, FORMAT)
    yield _pack("plain", seal(frame(GOOD)), ok(held))
    path = "pack/compressed.tar.zst"
    yield Case("pack/compressed", {"data": in_file(path)}, ok(held), files={path: frozen(path, _compressed)})
    yield _pack("padding-ahead-of-the-seal", seal(frame(GOOD) + skippable(bytes(20))), ok(held))
    for name, data in _broken_packs().items():
        yield _pack(f"no-{name}", data, DAMAGED)
    for name, data in _odd_packs().items():
        yield _pack(f"no-{name}", data, FORMAT)


def _tar(name: str, data: bytes, expect: dict[str, Any]) -> Case:
    return Case(f"tar/{name}", {"data": data}, expect)


def _pack(name: str, data: bytes, expect: dict[str, Any]) -> Case:
    return Case(f"pack/{name}", {"data": data}, expect)


PAX = b"30 mtime=1795327200.123456789\n"
ODD = {
    "absolute-path": tar(entry("/metadata/1.root.json", b"")),
    "dot-dot": tar(entry("metadata/../../x", b"")),
    "dot-slash": tar(entry("./metadata/1.root.json", b"")),
    "other-path": tar(entry("index.html", b"")),
    "head": tar(entry("head.tar.zst", b"")),
    "empty-name": tar(entry("", b"")),
    "name-with-nul-within": tar(entry(b"metadata/1.root.json\0x", b"")),
    "name-not-ascii": tar(entry("metadata/é.root.json", b"")),
    "same-path-twice": tar(FIRST, FIRST),
    "symlink": tar(header(ROOT[0], 0, typeflag=b"2", linkname=b"/etc/passwd")),
    "hard-link": tar(header(ROOT[0], 0, typeflag=b"1", linkname=b"metadata/timestamp.json")),
    "directory": tar(header("metadata/", 0, typeflag=b"5")),
    "directory-with-a-file-s-name": tar(header(ROOT[0], 0, typeflag=b"5")),
    "character-device": tar(header(ROOT[0], 0, typeflag=b"3")),
    "fifo": tar(header(ROOT[0], 0, typeflag=b"6")),
    "old-typeflag": tar(entry(*ROOT, typeflag=b"\0")),
    "pax-header": tar(header("PaxHeader/x", len(PAX), typeflag=b"x") + PAX + bytes(BLOCK - len(PAX)), FIRST),
    "global-pax-header": tar(
        header("pax_global_header", len(PAX), typeflag=b"g") + PAX + bytes(BLOCK - len(PAX)), FIRST
    ),
    "gnu-long-name": tar(header("././@LongLink", 5, typeflag=b"L") + b"abcd\0" + bytes(BLOCK - 5), FIRST),
    "gnu-magic": tar(entry(*ROOT, magic=b"ustar ", version=b" \0")),
    "old-magic": tar(entry(*ROOT, magic=b"", version=b"")),
    "prefix-field": tar(entry("1.root.json", b"", prefix=b"metadata")),
    "executable": tar(entry(*ROOT, mode=b"0000755\0")),
    "owner": tar(entry(*ROOT, uid=b"0001750\0")),
    "owner-name": tar(entry(*ROOT, uname=b"root")),
    "time": tar(entry(*ROOT, mtime=b"15301041140\0")),
    "link-name": tar(entry(*ROOT, linkname=b"x")),
    "rest-of-the-header": tar(entry(*ROOT, rest=b"x")),
    "bad-checksum": tar(entry(*ROOT, checksum=b"000000\0 ")),
    "checksum-written-otherwise": tar(FIRST[:148] + b"0" + FIRST[148:154] + b"\0" + FIRST[156:]),
    "size-with-spaces": tar(entry(*ROOT, size=b"         12\0")),
    "size-without-zeros": tar(entry(*ROOT, size=b"12\0")),
    "size-binary": tar(entry(*ROOT, size=b"\x80" + (10).to_bytes(11, "big"))),
    "size-with-underscore": tar(entry(*ROOT, size=b"0000000_012\0")),
    "size-negative": tar(entry(*ROOT, size=b"-0000000012\0")),
    "size-beyond-the-end": header(ROOT[0], 5000) + bytes(3 * BLOCK),
    "size-beyond-128-mib": tar(header(ROOT[0], 134_217_729)),
    "padding-not-zero": FIRST[:-1] + b"x" + END,
    "nothing": b"",
    "end-of-one-block": FIRST + bytes(BLOCK),
    "no-end": FIRST,
    "cut-in-a-header": FIRST + FIRST[:100],
    "cut-in-content": FIRST[: BLOCK + 3],
    "bytes-behind-the-end": tar(FIRST) + b"x",
    "zeros-behind-the-end": tar(FIRST) + bytes(BLOCK),
    "file-behind-the-end": tar(FIRST) + tar(entry(*TIMESTAMP)),
    "one-zero-block-within": FIRST + bytes(BLOCK) + entry(*TIMESTAMP) + END,
}


def _broken_packs() -> dict[str, bytes]:
    good = seal(frame(GOOD))
    return {
        "nothing": b"",
        "seal-alone-cut": good[-40:-1],
        "cut": good[:-1],
        "cut-in-half": good[: len(good) // 2],
        "without-seal": frame(GOOD),
        "wrong-seal": frame(GOOD) + skippable(bytes(32)),
        "seal-of-another-number": frame(GOOD) + skippable(bytes.fromhex(digest(frame(GOOD))), number=1),
        "short-seal": frame(GOOD) + skippable(bytes.fromhex(digest(frame(GOOD)))[:31]),
        "bytes-behind-the-seal": good + b"\0",
        "changed-byte": good[:300] + bytes([good[300] ^ 1]) + good[301:],
        "web-page": b"<!doctype html><title>Log in</title>" + b" " * 100,
    }


def _odd_packs() -> dict[str, bytes]:
    return {
        "padding-first": seal(skippable(b"x") + frame(GOOD)),
        "two-frames": seal(frame(GOOD) + frame(GOOD)),
        "bytes-behind-the-frame": seal(frame(GOOD) + b"x"),
        "frame-cut": seal(frame(GOOD)[:-10]),
        "plain-tar": seal(GOOD),
        "size-not-said": seal(frame(GOOD, width=0, window=0x18)),
        "larger-than-16-mib": seal(rle_frame(0, 16_777_217)),
        "odd-entry": seal(frame(ODD["symlink"])),
        "nothing-sealed": seal(b""),
    }


def _compressed() -> bytes:
    from backports import zstd

    p = zstd.CompressionParameter
    return seal(zstd.compress(GOOD, options={p.compression_level: 19, p.content_size_flag: 1, p.checksum_flag: 0}))
