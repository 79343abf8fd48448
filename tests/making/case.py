"""What a case is, and how its bytes are written down."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = {"error": "format"}
HASH = {"error": "hash"}
SAME = {"ok": "same"}
USAGE = {"error": "usage"}


@dataclass(frozen=True)
class Case:
    """One input and its verdict. `files`: binary inputs by path.

    `expect`: {"ok": what comes out; "same": what stands there; true: something}, {"error": code}, or {"error": codes},
    any of them.
    """

    id: str
    input: dict[str, Any]
    expect: dict[str, Any]
    clock: int | None = None
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.id.partition("/")[0]


def ok(value: Any = True) -> dict[str, Any]:
    """The verdict of what is accepted."""
    return {"ok": value}


def text(value: str) -> dict[str, Any]:
    """Bytes: those of this string in UTF-8."""
    return {"text": value}


def hexed(value: bytes) -> dict[str, Any]:
    """Bytes, in hexadecimal."""
    return {"hex": value.hex()}


def parts(*pieces: tuple[str | bytes, int]) -> dict[str, Any]:
    """Bytes: pieces one after the other, each so many times."""
    return {"parts": [[text(p) if isinstance(p, str) else hexed(p), times] for p, times in pieces]}


def in_file(path: str) -> dict[str, Any]:
    """Bytes: those of a file among the vectors."""
    return {"file": path}


def shortened(value: Any, bases: dict[str, bytes]) -> Any:
    """The same input, with all bytes in it told as shortly as can be."""
    match value:
        case bytes():
            return _shortest(value, squeezed(value), bases)
        case {"text": str(told)} if len(value) == 1:
            return _shortest(told.encode(), value, bases)
        case dict():
            return {name: shortened(member, bases) for name, member in value.items()}  # type: ignore[reportUnknown]
        case list():
            return [shortened(member, bases) for member in value]
        case _:
            return value


def _shortest(data: bytes, told: Any, bases: dict[str, bytes]) -> dict[str, Any]:
    """`told` itself, where it is short, or how the bytes differ from a base."""
    if len(data) <= 120:
        return told
    return min((told, *(_against(data, name, base) for name, base in bases.items())), key=_length)


def _against(data: bytes, name: str, base: bytes) -> dict[str, Any]:
    start = _common(data, base)
    end = _common(data[start:][::-1], base[start:][::-1])
    told = _told(data[start : len(data) - end])
    return {"base": name} if data == base else {"base": name, "keep": [start, end], **told}


def _common(one: bytes, other: bytes) -> int:
    """How many bytes the two begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _length(value: dict[str, Any]) -> int:
    return len(json.dumps(value))


def bytes_of(value: dict[str, Any], files: Mapping[str, bytes], bases: Mapping[str, bytes]) -> bytes:
    """The bytes that were written down so."""
    match value:
        case {"base": str(name), "keep": [int(start), int(end)]}:
            base = bases[name]
            between = {form: told for form, told in value.items() if form in ("text", "hex")}
            return base[:start] + bytes_of(between, files, bases) + base[len(base) - end :]
        case {"base": str(name)}:
            return bases[name]
        case {"text": str(told)}:
            return told.encode()
        case {"hex": str(told)}:
            return bytes.fromhex(told)
        case {"file": str(path)}:
            return files[path]
        case _:
            return b"".join(bytes_of(piece, files, bases) * times for piece, times in value["parts"])


def compact(value: object) -> str:
    """JSON as our writers put it: compact, in the members' order, UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def digest(data: bytes) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def a_line_each(value: dict[str, Any]) -> bytes:
    """A JSON object, a line a member; ASCII, so that no character in it is invisible."""
    lines = (f"{json.dumps(name)}: {json.dumps(member)}" for name, member in value.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("ascii")


def squeezed(data: bytes) -> dict[str, Any]:
    """Bytes, with what repeats itself and what is readable apart."""
    pieces: list[Any] = []
    at = 0
    for run in re.finditer(rb"(.{1,16}?)\1{9,}", data, re.DOTALL):
        pieces += [[_told(piece), 1] for piece in _READABLE.split(data[at : run.start()]) if piece]
        pieces.append([_told(run[1]), len(run[0]) // len(run[1])])
        at = run.end()
    pieces += [[_told(piece), 1] for piece in _READABLE.split(data[at:]) if piece]
    return pieces[0][0] if len(pieces) == 1 and pieces[0][1] == 1 else {"parts": pieces}


_READABLE = re.compile(rb"([ -~\n]{16,})")


def _told(piece: bytes) -> dict[str, Any]:
    return text(piece.decode()) if re.fullmatch(rb"[ -~\n]*", piece) else hexed(piece)
