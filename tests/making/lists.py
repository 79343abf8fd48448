"""The catalog, the lists, site.json."""

from collections.abc import Iterator
from typing import Any

from making.case import FORMAT, HASH, SAME, Case, compact, digest, ok, parts, text
from making.frames import frame, rle_frame, skippable
from making.records import DAY, DIGEST

Object = dict[str, Any]
ENCODING: Object = {"sha256": DIGEST, "bytes": 100, "raw_sha256": DIGEST, "raw_bytes": 200}
DELTA: Object = {"from": 3, "to": 4, "at_from": DIGEST, **ENCODING}
LIST: Object = {"sha256": DIGEST, "bytes": 100}
EDITION: Object = {
    "title": "English", "direction": "ltr", "articles": 10, "version": 4, "deltas": [DELTA], "snapshot": LIST,
}  # fmt: skip
CATALOG: Object = {
    "format": "tamizdat.catalog.1", "publication": DIGEST, "root": 1, "title": "The Paper", "version": 4,
    "published": DAY, "previous": DIGEST, "editions": {"en": EDITION},
}  # fmt: skip
SEGMENT: Object = {**ENCODING, "records": 5}


def cases() -> Iterator[Case]:
    """Every case of the kinds `catalog`, `site` and `list`."""
    for name, value in CATALOGS.items():
        yield Case(f"catalog/{name}", {"data": text(compact(value))}, SAME)
    for name, (line, value) in LENIENT.items():
        yield Case(f"catalog/{name}", {"data": text(line)}, ok(value))
    for name, value in NO_CATALOGS.items():
        yield Case(f"catalog/no-{name}", {"data": text(compact(value))}, FORMAT)
    for name, line in NO_CATALOG_BYTES.items():
        yield Case(f"catalog/no-{name}", {"data": line}, FORMAT)
    yield from _counts()
    for name, files in SITES.items():
        site = {"format": "tamizdat.site.1", "files": files}
        yield Case(f"site/{name}", {"data": text(compact(site))}, SAME)
    for name, value in NO_SITES.items():
        yield Case(f"site/no-{name}", {"data": text(compact(value))}, FORMAT)
    for name, value in LISTS.items():
        yield _list(name, value, SAME)
    for name, value in NO_LISTS.items():
        yield _list(f"no-{name}", value, FORMAT)
    yield from _framed_lists()


def edition(**members: Any) -> Object:
    """A catalog whose one edition has these members."""
    return CATALOG | {"editions": {"en": EDITION | members}}


def delta(**members: Any) -> Object:
    """A catalog whose one delta has these members."""
    return edition(deltas=[DELTA | members])


def without(value: Object, name: str) -> Object:
    """The object without one member."""
    return {key: member for key, member in value.items() if key != name}


MIRROR = "https://m.example/"
CATALOGS = {
    "plain": CATALOG,
    "first": CATALOG | {"version": 1, "previous": "", "editions": {}},
    "full": CATALOG | {
        "editions": {
            "en": EDITION | {"history": LIST, "revisions": LIST, "media": LIST},
            "ar": EDITION | {"title": "العربية", "direction": "rtl", "deltas": []},
        },
        "mirrors": [MIRROR, "http://abcdefghijklmnop.onion/x/"],
        "more_mirrors": LIST, "withdrawn": LIST,
    },
    "stock": edition(stock={"sha256": DIGEST, "bytes": 33_554_432}),
    "edition-not-published-yet": edition(version=0, articles=0, deltas=[]),
    "prefix": delta(prefix="0123456789abcdef"),
    "prefix-with-older-ones": delta(prefix="0123456789abcdef", newest=4_194_304, also=list(range(64))),
    "at-from-unknown": delta(at_from=""),
    "greatest-numbers": CATALOG | {"root": 2**31 - 1, "version": 2**53 - 1},
    "largest-bundle": delta(bytes=16_777_216, raw_bytes=134_217_728),
    "eight-mirrors": CATALOG | {"mirrors": [MIRROR] * 8},
    "longest-mirror": CATALOG | {"mirrors": ["https://m.example/" + "a" * 281 + "/"]},
}  # fmt: skip
LENIENT: dict[str, tuple[str, Object]] = {
    "white-space": (f"\n {compact(CATALOG)}\n", CATALOG),
    "unknown-members": (compact(CATALOG | {"x": 1, "editions": {"en": EDITION | {"y": {}}}}), CATALOG),
    "escapes": (compact(CATALOG).replace("The Paper", "The \\u0050aper"), CATALOG),
    "defaults-written-out": (
        compact(delta(prefix="", also=[]) | {"mirrors": [], "more_mirrors": None}), CATALOG,
    ),
    "duplicate-member": (compact(CATALOG).replace('"version":4', '"version":3,"version":4', 1), CATALOG),
}  # fmt: skip
NO_CATALOGS: dict[str, Any] = {
    **{f"without-{name}": without(CATALOG, name) for name in CATALOG},
    **{f"edition-without-{name}": edition() | {"editions": {"en": without(EDITION, name)}} for name in EDITION},
    **{f"delta-without-{name}": edition(deltas=[without(DELTA, name)]) for name in DELTA},
    "unknown-format": CATALOG | {"format": "tamizdat.catalog.2"},
    "array": [],
    "version-0": CATALOG | {"version": 0},
    "version-beyond-2-53": CATALOG | {"version": 2**53},
    "root-0": CATALOG | {"root": 0},
    "root-beyond-2-31": CATALOG | {"root": 2**31},
    "publication-in-upper-case": CATALOG | {"publication": DIGEST.upper()},
    "publication-too-short": CATALOG | {"publication": DIGEST[1:]},
    "previous-newline": CATALOG | {"previous": "\n"},
    "previous-null": CATALOG | {"previous": None},
    "published-31-february": CATALOG | {"published": "2026-02-31T06:00:00Z"},
    "published-29-february-2026": CATALOG | {"published": "2026-02-29T06:00:00Z"},
    "published-year-0": CATALOG | {"published": "0000-01-01T06:00:00Z"},
    "published-without-z": CATALOG | {"published": "2026-11-22T06:00:00"},
    "title-too-long": CATALOG | {"title": "a" * 1001},
    "language-in-upper-case": CATALOG | {"editions": {"EN": EDITION}},
    "edition-ahead-of-the-catalog": edition(version=5),
    "direction": edition(direction="auto"),
    "articles-negative": edition(articles=-1),
    "delta-to-itself": delta(to=3),
    "delta-backwards": delta(to=2),
    "delta-bytes-0": delta(bytes=0),
    "delta-too-large": delta(bytes=16_777_217),
    "delta-raw-too-large": delta(raw_bytes=134_217_729),
    "prefix-too-short": delta(prefix="0123456789abcde"),
    "prefix-in-upper-case": delta(prefix="0123456789ABCDEF"),
    "prefix-newline": delta(prefix="\n"),
    "newest-too-large": delta(newest=4_194_305),
    "65-older-ones": delta(also=[0] * 65),
    "older-one-negative": delta(also=[-1]),
    "list-bytes-0": edition(snapshot=LIST | {"bytes": 0}),
    "stock-bytes-0": edition(stock={"sha256": DIGEST, "bytes": 0}),
    "stock-too-large": edition(stock={"sha256": DIGEST, "bytes": 33_554_433}),
    "list-too-large": edition(snapshot=LIST | {"bytes": 4_194_305}),
    "nine-mirrors": CATALOG | {"mirrors": [MIRROR] * 9},
    "mirror-of-301-characters": CATALOG | {"mirrors": ["https://m.example/" + "a" * 282 + "/"]},
    **{
        f"mirror-{name}": CATALOG | {"mirrors": [url]}
        for name, url in {
            "without-slash": "https://m.example", "with-query": "https://m.example/?/",
            "with-fragment": "https://m.example/#/", "with-user": "https://a@m.example/",
            "with-backslash": "https://m.example\\x/", "with-space": "https://m.example/ /",
            "with-newline": "https://m.example/\n", "of-another-scheme": "ftp://m.example/",
            "in-upper-case": "HTTPS://m.example/",
        }.items()
    },
}  # fmt: skip
NO_CATALOG_BYTES = {
    "nothing": text(""),
    "byte-order-mark": text("\ufeff" + compact(CATALOG)),
    "trailing-bytes": text(compact(CATALOG) + "x"),
    "fraction": text(compact(CATALOG).replace('"version":4', '"version":4.0', 1)),
    "more-than-64-kib": parts((compact(CATALOG), 1), (" ", 65_537 - len(compact(CATALOG)))),
    "nested-too-deep": parts((compact(CATALOG)[:-1] + ',"x":', 1), ("[", 128), ("]", 128), ("}", 1)),
    "nested-100000-deep": parts((compact(CATALOG)[:-1] + ',"x":', 1), ("[", 30_000), ("]", 30_000), ("}", 1)),
}


def _counts() -> Iterator[Case]:
    """As many editions and deltas as may be, and one more."""
    before, after = compact(edition(deltas=["?"])).split('"?"')
    for count, verdict in ((32, ok()), (33, FORMAT)):
        given = parts((before, 1), (compact(DELTA) + ",", count - 1), (compact(DELTA) + after, 1))
        yield Case(f"catalog/{'' if count == 32 else 'no-'}{count}-deltas", {"data": given}, verdict)
        editions = {f"x{chr(97 + n // 26)}{chr(97 + n % 26)}": EDITION | {"deltas": []} for n in range(count)}
        data = compact(CATALOG | {"editions": editions}).encode()
        yield Case(f"catalog/{'' if count == 32 else 'no-'}{count}-editions", {"data": data}, verdict)


FILE: Object = {"path": "index.html", "sha256": DIGEST, "bytes": 100}
SITES: dict[str, list[Object]] = {
    "empty": [],
    "files": [FILE, FILE | {"path": ".htaccess", "bytes": 0}, FILE | {"path": "feeds/en.atom", "bytes": 16_777_216}],
}
NO_SITES: dict[str, Any] = {
    "path-twice": {"format": "tamizdat.site.1", "files": [FILE, FILE]},
    "dot-dot": {"format": "tamizdat.site.1", "files": [FILE | {"path": "../x"}]},
    "root": {"format": "tamizdat.site.1", "files": [FILE | {"path": "metadata/2.root.json"}]},
    "bytes-negative": {"format": "tamizdat.site.1", "files": [FILE | {"bytes": -1}]},
    "file-too-large": {"format": "tamizdat.site.1", "files": [FILE | {"bytes": 16_777_217}]},
    "unknown-format": {"format": "tamizdat.catalog.1", "files": []},
    "without-files": {"format": "tamizdat.site.1"},
}


def listed(kind: str, **members: Any) -> Object:
    """A list of this kind, of edition `en` where it belongs to one."""
    start: Object = {"format": f"tamizdat.{kind}.1"}
    return (start if kind in ("withdrawn", "mirrors") else start | {"edition": "en"}) | members


def snapshot(*segments: Object, **members: Any) -> Object:
    """A snapshot list of these segments."""
    return listed("snapshot", version=4, segments=list(segments), **members)


REVISIONS: Object = {"to": 4, **ENCODING}
MEDIA: Object = {"role": "preview", "to": 4, "sha256": DIGEST, "bytes": 100, "files": 3}
LATER = SEGMENT | {"published": DAY, "key": "a"}
LISTS = {
    "history": listed("history", deltas=[DELTA, DELTA | {"prefix": "0123456789abcdef"}]),
    "history-empty": listed("history", deltas=[]),
    "snapshot": snapshot(SEGMENT, LATER, LATER | {"key": "b"}, LATER | {"published": "2026-12-01T00:00:00Z"}),
    "snapshot-empty": snapshot(),
    "snapshot-with-tombstones": snapshot(SEGMENT, tombstones=[SEGMENT, SEGMENT | {"records": 0}]),
    "snapshot-order-of-code-points": snapshot(SEGMENT, LATER | {"key": "\uff41"}, LATER | {"key": "\U0001f600"}),
    "segment-of-1-mib": snapshot(SEGMENT | {"bytes": 1_048_576}),
    "revisions": listed("revisions", bundles=[REVISIONS]),
    "media": listed("media", bundles=[MEDIA, MEDIA | {"role": "standard", "bytes": 33_554_432}]),
    "withdrawn": listed(
        "withdrawn", files=[f"bundles/{DIGEST}.jsonl.zst", f"lists/{DIGEST}.json.zst", f"media/{DIGEST}.jpg"]
    ),
    "mirrors": listed("mirrors", mirrors=[MIRROR]),
}  # fmt: skip
NO_LISTS = {
    "other-edition": listed("history", deltas=[], edition="ru"),
    "other-format": listed("history", deltas=[], format="tamizdat.snapshot.1"),
    "without-edition": {"format": "tamizdat.history.1", "deltas": []},
    "delta-backwards": listed("history", deltas=[DELTA | {"to": 2}]),
    "first-segment-with-a-start": snapshot(LATER),
    "first-segment-with-a-key": snapshot(SEGMENT | {"key": "a"}),
    "segments-out-of-order": snapshot(SEGMENT, LATER | {"key": "b"}, LATER),
    "segments-of-one-start": snapshot(SEGMENT, LATER, LATER),
    "segments-in-order-of-utf-16": snapshot(SEGMENT, LATER | {"key": "\U0001f600"}, LATER | {"key": "\uff41"}),
    "segment-larger-than-1-mib": snapshot(SEGMENT | {"bytes": 1_048_577}),
    "snapshot-without-version": {k: v for k, v in snapshot().items() if k != "version"},
    "revisions-without-to": listed("revisions", bundles=[ENCODING]),
    "media-of-another-role": listed("media", bundles=[MEDIA | {"role": "huge"}]),
    "media-bundle-too-large": listed("media", bundles=[MEDIA | {"bytes": 33_554_433}]),
    "withdrawn-root": listed("withdrawn", files=["metadata/1.root.json"]),
    "withdrawn-catalog": listed("withdrawn", files=[f"targets/{DIGEST}.catalog.json"]),
    "withdrawn-dot-dot": listed("withdrawn", files=["../x"]),
    "mirror-with-user": listed("mirrors", mirrors=["https://a@m.example/"]),
    "1001-mirrors": listed("mirrors", mirrors=["http://m/"] * 1001),
}


def _list(name: str, value: Object, expect: Object) -> Case:
    kind = "mirrors" if "mirror" in name else "withdrawn" if "withdrawn" in name else ""
    kind = kind or next((k for k in ("revisions", "media") if k in name), "")
    kind = kind or ("snapshot" if "segment" in name or "snapshot" in name else "history")
    return _framed(name, kind, frame(compact(value).encode()), expect)


def _framed(name: str, kind: str, data: bytes, expect: Object, received: bytes | None = None) -> Case:
    came = data if received is None else received
    given = {"data": came, "list": kind, "edition": "en", "reference": {"sha256": digest(data), "bytes": len(data)}}
    return Case(f"list/{name}", given, expect)


def _framed_lists() -> Iterator[Case]:
    value = LISTS["history-empty"]
    plain = compact(value).encode()
    yield _framed("padding-behind", "history", frame(plain) + skippable(bytes(9)), SAME)
    yield _framed("no-bytes-behind", "history", frame(plain) + b"\0", FORMAT)
    yield _framed("no-other-digest", "history", frame(plain), HASH, frame(plain + b" "))
    yield _framed("no-size-in-the-frame", "history", frame(plain, width=0, window=0), FORMAT)
    yield _framed("no-more-than-32-mib", "history", rle_frame(0x20, 33_554_433), FORMAT)
    yield _framed("no-plain-list", "history", plain, FORMAT)
