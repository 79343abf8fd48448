"""TUF metadata: canonical JSON, and the one form that a file may have."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from making.case import FORMAT, Case, ok, parts, text
from making.signing import Key, Part, Press, encoded, signed

THRESHOLD = {"error": "threshold"}
BEYOND = "f0" + "ff" * 30 + "7f"
ORDER_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"


def bases() -> dict[str, bytes]:
    """The files that most cases differ little from."""
    press = Press()
    press.publish()
    return {role: press.files[press.path(role)] for role in press.versions}


def cases() -> Iterator[Case]:
    """Every case of the kinds `canonical` and `metadata`."""
    for name, (given, result) in CANONICAL.items():
        yield Case(f"canonical/{name}", {"json": given}, ok(result))
    for name, given in {
        "fraction": "[1.5]", "whole-fraction": "[1.0]", "exponent": "[1e2]", "beyond-2-53": "[9007199254740992]",
        "below-minus-2-53": "[-9007199254740992]",
    }.items():  # fmt: skip
        yield Case(f"canonical/no-{name}", {"json": given}, FORMAT)
    press = Press()
    press.publish()
    for role in ("root", "timestamp", "snapshot", "targets"):
        yield _case(role, press, press.files[press.path(role)], ok())
        for name, how in SPOILED.items() if role in ("root", "timestamp") else ():
            yield _case(f"{role}-no-{name}", press, how(press.files[press.path(role)]), FORMAT, role)
    yield from _signed_otherwise(press)
    yield from _signatures(press)


def _case(name: str, press: Press, data: bytes | Part, expect: Part, role: str = "") -> Case:
    given = {
        "role": role or name,
        "data": data if isinstance(data, dict) else text(data.decode()),
        "root": text(press.files["metadata/1.root.json"].decode()),
    }
    return Case(f"metadata/{name}", given, expect)


CANONICAL = {
    "empty-object": ("{}", "{}"),
    "empty-array": (" [ ] ", "[]"),
    "white-space": ('{ "b" : [ 1 , 2 ] ,\n"a" : null }', '{"a":null,"b":[1,2]}'),
    "literals": ("[true,false,null]", "[true,false,null]"),
    "numbers": ("[0,-0,-1,9007199254740991,-9007199254740991]", "[0,0,-1,9007199254740991,-9007199254740991]"),
    "members-by-code-point": (
        '{"b":1,"a":2,"B":3,"":4,"é":5,"10":6,"9":7}',
        '{"":4,"10":6,"9":7,"B":3,"a":2,"b":1,"é":5}',
    ),
    "astral-behind-the-rest": ('{"\\ud83d\\ude00":1,"\\uff41":2}', '{"\uff41":2,"\U0001f600":1}'),
    "longer-name-behind": ('{"ab":1,"a":2,"a-":3}', '{"a":2,"a-":3,"ab":1}'),
    "quote-and-backslash-alone-are-escaped": ('["\\"\\\\\\/"]', '["\\"\\\\/"]'),
    "controls-stand-as-they-are": ('["\\n\\t\\u0000\\u001f\\u007f"]', '["\n\t\0\x1f\x7f"]'),
    "unicode-stands-as-it-is": ('["\\u0436\\u2028\\ud83d\\ude00"]', '["\u0436\u2028\U0001f600"]'),
    "no-normalization": ('["e\\u0301\\u00e9"]', '["e\u0301\u00e9"]'),
    "nested": ('{"a":{"c":[{"e":1,"d":2}],"b":""}}', '{"a":{"b":"","c":[{"d":2,"e":1}]}}'),
    "member-called-proto": ('{"__proto__":1,"_":2}', '{"_":2,"__proto__":1}'),
}


def _edit_signature(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        sig = json.loads(data)["signatures"][0]["sig"]
        return data.replace(sig.encode(), change(sig).encode())

    return edit


def _document(change: Callable[[Part], object]) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        document = json.loads(data)
        change(document)
        return encoded(document)

    return edit


# Of each role: none of this touches what the signature covers.
SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "white-space": lambda data: data.replace(b'":', b'": ', 1),
    "newline-last": lambda data: data + b"\n",
    "space-first": lambda data: b" " + data,
    "byte-order-mark": lambda data: b"\xef\xbb\xbf" + data,
    "member-twice": lambda data: data.replace(b'"_type":', b'"_type":"x","_type":', 1),
    "equal-member-twice": lambda data: data.replace(b'"spec_version":', b'"spec_version":"1.0.31","spec_version":', 1),
    "signed-twice": lambda data: data.replace(b'"signed":', b'"signed":{},"signed":', 1),
    "other-order": lambda data: b'{"signed":%b,%b}' % tuple(reversed(data[1:-1].split(b',"signed":'))),
    "needless-escape": lambda data: data.replace(b'"_type"', b'"\\u005ftype"', 1),
    "signature-in-upper-case": _edit_signature(str.upper),
    "signature-too-short": _edit_signature(lambda sig: sig[:-2]),
    "signature-too-long": _edit_signature(lambda sig: sig + "00"),
    "unknown-member": _document(lambda document: document.update(x=1)),
    "unknown-member-of-a-signature": _document(lambda document: document["signatures"][0].update(x=1)),
    "same-signature-twice": _document(lambda document: document["signatures"].append(document["signatures"][0])),
    "without-signatures": _document(lambda document: document.update(signatures=[])),
    "cut": lambda data: data[:-1],
}  # fmt: skip


def _signed_otherwise(press: Press) -> Iterator[Case]:
    """Files that are signed well, and of a form that may be or not."""
    great = 2**53
    for name, (role, members, expect) in {
        "unknown-member-in-signed": ("timestamp", {"x": {"b": [1, "é\n"], "a": None}}, ok()),
        "unknown-astral-members": ("timestamp", {"x": {"\U0001f600": 1, "\uff41": 2}}, ok()),
        "unknown-member-of-every-ascii-character": ("timestamp", {"x": "".join(map(chr, range(128)))}, ok()),
        "no-unknown-fraction": ("timestamp", {"x": 1.5}, FORMAT),
        "no-unknown-great-integer": ("timestamp", {"x": great}, FORMAT),
        "unknown-greatest-integer": ("timestamp", {"x": great - 1}, ok()),
        "no-unknown-great-negative": ("timestamp", {"x": -great}, FORMAT),
        "no-unknown-lone-surrogate": ("timestamp", {"x": "\ud800"}, FORMAT),
        "no-other-type": ("timestamp", {"_type": "snapshot"}, FORMAT),
        "no-spec-version-2": ("timestamp", {"spec_version": "2.0.0"}, FORMAT),
        "spec-version-1-99": ("timestamp", {"spec_version": "1.99"}, ok()),
        "no-version-0": ("timestamp", {"version": 0}, FORMAT),
        "no-version-beyond-2-53": ("timestamp", {"version": great}, FORMAT),
        "greatest-version": ("timestamp", {"version": great - 1}, ok()),
        "no-version-as-string": ("timestamp", {"version": "1"}, FORMAT),
        "no-expiry-without-z": ("timestamp", {"expires": "2026-11-29T07:00:00"}, FORMAT),
        "no-expiry-with-fraction": ("timestamp", {"expires": "2026-11-29T07:00:00.0Z"}, FORMAT),
        "no-expiry-on-31-february": ("timestamp", {"expires": "2027-02-31T07:00:00Z"}, FORMAT),
        "no-expiry-in-the-year-3000": ("timestamp", {"expires": "3000-01-01T00:00:00Z"}, FORMAT),
        "no-expiry-as-number": ("timestamp", {"expires": 1_795_327_200}, FORMAT),
        "no-second-file-in-timestamp": ("timestamp", {"meta": _meta(press, "timestamp", "x.json")}, FORMAT),
        "no-second-file-in-snapshot": ("snapshot", {"meta": _meta(press, "snapshot", "x.json")}, FORMAT),
        "no-third-target": ("targets", {"targets": _third(press)}, FORMAT),
        "no-target-missing": ("targets", {"targets": _only(press)}, FORMAT),
        "no-delegations": ("targets", {"delegations": {"keys": {}, "roles": []}}, FORMAT),
        "no-catalog-larger-than-64-kib": ("targets", {"targets": _sized(press, 65_537)}, FORMAT),
        "no-snapshot-without-length": ("timestamp", {"meta": _lacking(press, "length")}, FORMAT),
        "no-snapshot-without-hash": ("timestamp", {"meta": _lacking(press, "hashes")}, FORMAT),
        "no-other-hash-besides": ("timestamp", {"meta": _hashed(press, sha512="00")}, FORMAT),
        "no-hash-in-upper-case": ("timestamp", {"meta": _hashed(press, sha256="AB" * 32)}, FORMAT),
        "no-inconsistent-snapshots": ("root", {"consistent_snapshot": False}, FORMAT),
        "no-key-that-nobody-has": ("root", {"keys": _keys(press, extra=Key("idle"))}, FORMAT),
        "no-key-missing": ("root", {"keys": {}}, FORMAT),
        "no-key-under-two-ids": ("root", _twice(press), FORMAT),
        "no-key-of-another-type": ("root", {"keys": _keys(press, scheme="rsassa-pss-sha256")}, FORMAT),
        "no-public-key-in-upper-case": ("root", {"keys": _keys(press, how=str.upper)}, FORMAT),
        "no-public-key-of-order-1": ("root", {"keys": _keys(press, how=lambda _: "01" + "00" * 31)}, FORMAT),
        "no-public-key-of-order-8": ("root", {"keys": _keys(press, how=lambda _: ORDER_8)}, FORMAT),
        "no-public-key-in-another-spelling": ("root", {"keys": _keys(press, how=lambda _: BEYOND)}, FORMAT),
        "no-threshold-0": ("root", {"roles": _roles(press, threshold=0)}, FORMAT),
        "no-fifth-role": ("root", {"roles": _fifth(press)}, FORMAT),
        "unknown-member-in-a-key": ("root", {"keys": _keys(press, note="x")}, ok()),
    }.items():  # fmt: skip
        part = press.parts[role] | members
        yield _case(name, press, _sign(part, press, role), expect, role)
    delete = _sign(press.parts["timestamp"] | {"x": "\x7f"}, press, "timestamp").replace(b"\\u007f", b"\x7f")
    yield _case("no-delete-as-it-is", press, delete, FORMAT, "timestamp")
    deep: Any = []
    for _ in range(126):
        deep = [deep]
    part = press.parts["timestamp"]
    # Depth: the file, `signed`, then 127 arrays.
    yield _case("no-nesting-129-deep", press, _sign(part | {"x": deep}, press, "timestamp"), FORMAT, "timestamp")
    yield _case("nesting-128-deep", press, _sign(part | {"x": deep[0]}, press, "timestamp"), ok(), "timestamp")
    yield _case(
        "no-nesting-100000-deep", press, parts(('{"signatures":[],"signed":', 1), ("[", 100_000)), FORMAT, "timestamp"
    )


def _sign(part: Part, press: Press, role: str) -> bytes:
    try:
        return signed(part, press.keys[role])
    except (UnicodeEncodeError, KeyError):  # no canonical form: what stands for a signature doesn't matter
        return encoded({"signatures": [{"keyid": press.keys[role][0].id, "sig": "00" * 64}], "signed": part})


def _meta(press: Press, role: str, more: str) -> Part:
    meta = press.parts[role]["meta"]
    return meta | {more: next(iter(meta.values()))}


def _third(press: Press) -> Part:
    targets = press.parts["targets"]["targets"]
    return targets | {"x.json": targets["site.json"]}


def _only(press: Press) -> Part:
    return {"catalog.json": press.parts["targets"]["targets"]["catalog.json"]}


def _sized(press: Press, length: int) -> Part:
    targets = press.parts["targets"]["targets"]
    return targets | {"catalog.json": targets["catalog.json"] | {"length": length}}


def _lacking(press: Press, name: str) -> Part:
    named = press.parts["timestamp"]["meta"]["snapshot.json"]
    return {"snapshot.json": {key: value for key, value in named.items() if key != name}}


def _hashed(press: Press, **hashes: str) -> Part:
    named = press.parts["timestamp"]["meta"]["snapshot.json"]
    return {"snapshot.json": named | {"hashes": named["hashes"] | hashes}}


def _keys(press: Press, *, extra: Key | None = None, how: Callable[[str], str] = str, **members: str) -> Part:
    keys = dict(press.parts["root"]["keys"])
    first = next(iter(keys))
    keys[first] = keys[first] | members | {"keyval": {"public": how(keys[first]["keyval"]["public"])}}
    return keys | ({extra.id: extra.told} if extra else {})


def _twice(press: Press) -> Part:
    root, key = press.parts["root"], press.keys["timestamp"][0]
    roles = root["roles"] | {"timestamp": {"keyids": [key.id, "0" * 16], "threshold": 2}}
    return {"keys": root["keys"] | {"0" * 16: key.told}, "roles": roles}


def _roles(press: Press, **members: int) -> Part:
    roles = press.parts["root"]["roles"]
    return roles | {"timestamp": roles["timestamp"] | members}


def _fifth(press: Press) -> Part:
    roles = press.parts["root"]["roles"]
    return roles | {"mirrors": roles["timestamp"]}


def _signatures(press: Press) -> Iterator[Case]:
    part, own = press.parts["timestamp"], press.keys["timestamp"][0]
    stranger, other = Key("stranger"), press.keys["snapshot"][0]
    wrong = own.sign(part | {"version": 1})
    forged = encoded({"signatures": [wrong], "signed": part})
    yield _case("no-signature-of-something-else", press, forged, THRESHOLD, "timestamp")
    yield _case("no-stranger-s-signature", press, signed(part, [stranger]), THRESHOLD, "timestamp")
    yield _case("no-other-role-s-signature", press, signed(part, [other]), THRESHOLD, "timestamp")
    yield _case("no-stranger-s-signature-besides", press, signed(part, [own, stranger]), FORMAT, "timestamp")
    named = encoded({"signatures": [stranger.sign(part) | {"keyid": own.id}], "signed": part})
    yield _case("no-stranger-under-a-known-id", press, named, THRESHOLD, "timestamp")
    for name, sign, expect in (
        ("no-signature-without-a-nonce", own.sign_without_a_nonce, {"error": ["format", "threshold"]}),
        ("no-signature-beyond-the-order", own.sign_beyond_the_order, THRESHOLD),
    ):
        data = encoded({"signatures": [sign(part)], "signed": part})
        yield _case(name, press, data, expect, "timestamp")
    two = Press("two")
    two.keys["timestamp"] = [Key("two a"), Key("two b")]
    two.put("root", two.root_part())
    two.publish()
    yield _case("two-signatures-where-one-would-do", two, two.files[two.path("timestamp")], ok(), "timestamp")
    spoiled = json.loads(two.files[two.path("timestamp")])
    spoiled["signatures"][1]["sig"] = "00" * 64
    yield _case("no-idle-signature", two, encoded(spoiled), FORMAT, "timestamp")
    two.thresholds["timestamp"] = 2
    two.put("root", two.root_part())
    one = signed(two.parts["timestamp"], two.keys["timestamp"][:1])
    yield _case("no-one-signature-of-two", two, one, THRESHOLD, "timestamp")
    yield _case("two-signatures-of-two", two, two.files[two.path("timestamp")], ok(), "timestamp")
    swapped = json.loads(two.files[two.path("timestamp")])
    swapped["signatures"].reverse()
    yield _case("signatures-in-any-order", two, encoded(swapped), ok(), "timestamp")
