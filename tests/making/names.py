"""Paths, keys, language tags, fingerprints, addresses."""

import base64
import hashlib
from collections.abc import Iterator

from making.case import FORMAT, USAGE, Case, ok

HASH = "0123456789abcdef" * 4
ROOT = bytes(range(64))


def cases() -> Iterator[Case]:
    """Every case of the kinds `path`, `site-path`, `key`, `language`, `fingerprint` and `address`."""
    yield from _judged("path", PATHS, NO_PATHS)
    yield from _judged("site-path", SITE_PATHS, NO_SITE_PATHS)
    yield from _judged("key", KEYS, NO_KEYS)
    yield from _judged("language", LANGUAGES, NO_LANGUAGES)
    yield from _fingerprints()
    yield from _addresses()


def _judged(kind: str, good: dict[str, str], bad: dict[str, str]) -> Iterator[Case]:
    for name, value in good.items():
        yield Case(f"{kind}/{name}", {"string": value}, ok())
    for name, value in bad.items():
        yield Case(f"{kind}/no-{name}", {"string": value}, FORMAT)


PATHS = {
    "root": "metadata/1.root.json",
    "late-root": "metadata/9007199254740991.root.json",
    "timestamp": "metadata/timestamp.json",
    "snapshot": "metadata/12.snapshot.json",
    "targets": "metadata/12.targets.json",
    "catalog": f"targets/{HASH}.catalog.json",
    "site": f"targets/{HASH}.site.json",
    "bundle": f"bundles/{HASH}.jsonl.zst",
    "plain-bundle": f"bundles/{HASH}.jsonl",
    "list": f"lists/{HASH}.json.zst",
    "stock-list": f"lists/{HASH}.json",
    "media-bundle": f"media/{HASH}.tar",
    **{f"picture-{ext}": f"media/{HASH}.{ext}" for ext in ("jpg", "png", "webp", "avif", "gif")},
}
NO_PATHS = {
    "empty": "",
    "absolute": "/metadata/1.root.json",
    "dot-dot": "metadata/../metadata/1.root.json",
    "dot": "./metadata/1.root.json",
    "double-slash": "metadata//1.root.json",
    "backslash": "metadata\\1.root.json",
    "newline": "metadata/1.root.json\n",
    "nul": "metadata/1.root.json\0",
    "leading-zero": "metadata/01.root.json",
    "root-0": "metadata/0.root.json",
    "17-digits": "metadata/10000000000000000.root.json",
    "other-digits": "metadata/١.root.json",
    "numbered-timestamp": "metadata/1.timestamp.json",
    "unnumbered-snapshot": "metadata/snapshot.json",
    "mirrors-role": "metadata/1.mirrors.json",
    "upper-case": f"bundles/{HASH.upper()}.jsonl.zst",
    "short-digest": f"bundles/{HASH[:-1]}.jsonl.zst",
    "long-digest": f"bundles/{HASH}0.jsonl.zst",
    "folder": "bundles/",
    "svg": f"media/{HASH}.svg",
    "jpeg": f"media/{HASH}.jpeg",
    "list-of-lines": f"lists/{HASH}.jsonl",
    "catalog-unhashed": "targets/catalog.json",
    "head": "head.tar.zst",
    "site-file": "index.html",
    "trailing-slash": "metadata/1.root.json/",
}
SITE_PATHS = {
    "page": "index.html",
    "dot-file": ".htaccess",
    "headers": "_headers",
    "feed": "feeds/kk-Cyrl.atom",
    "app": "app/assets/index-BxK2.js",
    "four-folders": "app/a/b/c/x.js",
    "dots-within": "app/a..b.js",
    "128-characters": "a" * 128,
}
NO_SITE_PATHS = {
    "empty": "",
    "dot": ".",
    "dot-dot": "..",
    "dot-dot-last": "app/..",
    "dot-dot-first": "../index.html",
    "dot-dot-within": "app/../index.html",
    "dot-folder": ".well-known/x",
    "absolute": "/index.html",
    "five-folders": "app/a/b/c/d/x.js",
    "129-characters": "a" * 129,
    "space": "a b.html",
    "percent": "a%2e.html",
    "cyrillic": "статья.html",
    "newline": "index.html\n",
    "backslash": "app\\x.js",
    "metadata": "metadata/timestamp.json",
    "bundle": f"bundles/{HASH}.jsonl.zst",
    "picture": f"media/{HASH}.jpg",
    "head": "head.tar.zst",
    "edition-head": "head-ru.tar.zst",
}
KEYS = {
    "plain": "a",
    "parts": "2026/11/22/harvest",
    "cyrillic": "қазақстан/жаңалықтар",
    "astral": "😀",
    "200-characters": "ж" * 200,
    "200-astral": "😀" * 200,
    "dots": "../..",
    "punctuation": "a+b=c;d:e'f\"g",
    "soft-hyphen": "a\u00adb",
    "line-separator": "a\u2028b",
}
NO_KEYS = {
    "empty": "",
    "201-characters": "a" * 201,
    "space": "a b",
    "no-break-space": "a\u00a0b",
    "c1-control": "a\u0085b",
    "delete": "a\u007fb",
    "nul": "a\u0000b",
    "newline-last": "a\n",
    "newline": "a\nb",
    "leading-slash": "/a",
    "trailing-slash": "a/",
    "empty-part": "a//b",
    "slash": "/",
    "backslash": "a\\b",
}
LANGUAGES = {
    "two": "en",
    "three": "kaz",
    "script": "kk-Cyrl",
    "four-parts": "zh-Hant-HK-variant",
    "longest": "sgn-abcdefgh-abcdefgh-abcdefgh",
}
NO_LANGUAGES = {
    "empty": "",
    "one": "e",
    "four": "engl",
    "upper-case": "EN",
    "five-parts": "zh-Hant-HK-aa-bb",
    "long-part": "en-abcdefghi",
    "short-part": "en-a",
    "underscore": "en_US",
    "newline": "en\n",
    "trailing-hyphen": "en-",
    "cyrillic": "қк",
}


def fingerprint_text(version: int, root: bytes) -> str:
    """As an address shows it."""
    return f"{version}." + base64.b32encode(hashlib.sha256(root).digest()).decode().rstrip("=").lower()


def _fingerprints() -> Iterator[Case]:
    good = fingerprint_text(1, ROOT)
    value = {"version": 1, "sha256": hashlib.sha256(ROOT).hexdigest()}
    last = "abcdefghijklmnopqrstuvwxyz234567".index(good[-1])
    off = good[:-1] + "abcdefghijklmnopqrstuvwxyz234567"[last + 1]
    yield Case("fingerprint/of-a-root", {"version": 1, "root": {"hex": ROOT.hex()}}, ok(good))
    yield Case("fingerprint/parsed", {"string": good}, ok(value))
    yield Case("fingerprint/upper-case", {"string": good.upper()}, ok(value))
    yield Case("fingerprint/white-space-around", {"string": f" \t{good}\r\n"}, ok(value))
    late = {"version": 2**53 - 1, "sha256": value["sha256"]}
    yield Case("fingerprint/latest-root", {"string": f"{2**53 - 1}{good[1:]}"}, ok(late))
    for name, bad in {
        "spare-bits": off,
        "short": good[:-1],
        "long": good + "a",
        "padded": good + "====",
        "without-version": good[2:],
        "root-0": "0" + good[1:],
        "leading-zero": "0" + good,
        "too-late-root": f"{2**53}{good[1:]}",
        "digit-1": good[:10] + "1" + good[11:],
        "kelvin-sign": good[:10] + "\u212a" + good[11:],
        "no-break-space": good + "\u00a0",
        "within": f"x{good}",
        "empty": "",
    }.items():
        yield Case(f"fingerprint/no-{name}", {"string": bad}, FORMAT)


def _addresses() -> Iterator[Case]:
    good = fingerprint_text(1, ROOT)
    for name, (told, place, known) in {
        "https": (f"https://news.example/x/#{good}", "https://news.example/x/", good),
        "slash-added": (f"https://news.example/x#{good}", "https://news.example/x/", good),
        "http": (f"http://127.0.0.1:8000/#{good}", "http://127.0.0.1:8000/", good),
        "no-fingerprint": ("https://news.example/", "https://news.example/", ""),
        "empty-fingerprint": ("https://news.example/#", "https://news.example/", ""),
        "folder": ("../mirror", "../mirror", ""),
        "folder-with-fingerprint": (f"/media/stick#{good}", "/media/stick", good),
        "upper-case-fingerprint": (f"https://news.example/#{good.upper()}", "https://news.example/", good),
        "white-space-around": (f"  https://news.example/#{good}\n", "https://news.example/", good),
    }.items():
        yield Case(f"address/{name}", {"string": told}, ok({"place": place, "fingerprint": known}))
    for name, told in {
        "empty": "",
        "fingerprint-alone": f"#{good}",
        "other-scheme": f"ftp://news.example/#{good}",
        "upper-case-scheme": f"HTTPS://news.example/#{good}",
        "wrong-fingerprint": f"https://news.example/#{good[:-1]}",
        "two-fingerprints": f"https://news.example/#{good}#{good}",
    }.items():
        yield Case(f"address/no-{name}", {"string": told}, USAGE)
