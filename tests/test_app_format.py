"""The reader app's Zstandard frames and packs against Python's: what one writes, the other reads."""

import hashlib
import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tamizdat.errors import FormatError
from tamizdat.format import zstd
from tamizdat.format.pack import stream_pack, tar_bytes
from tamizdat.transport import Meter
from tamizdat.transport.pack import PackTransport

WEB = Path(__file__).resolve().parent.parent / "web"
CHANGES = 25


def test_the_app_reads_what_the_real_compressor_writes_and_python_reads_the_apps_packs(tmp_path: Path):
    rng = random.Random(7)
    sound = [_kept(tmp_path, f"{number}.zst", *frame) for number, frame in enumerate(_frames(rng))]
    changed = list(_changed(tmp_path, sound, rng))
    assert sum(bool(each["sha256"]) for each in changed) > 100
    packed = _pack(tmp_path / "python.pack", rng)
    (tmp_path / "frames.json").write_text(json.dumps({"sound": sound, "changed": changed, "packed": packed}))
    told = _vitest("tests/format-frames.test.ts", tmp_path)
    assert told.returncode == 0, told.stdout + told.stderr
    source = PackTransport(tmp_path / "app.pack", meter=Meter())
    assert [path for path, _ in _pictures()] == source.paths()
    assert all(source.fetch(path, max_bytes=1 << 20) == data for path, data in _pictures())
    source.close()


def _vitest(test: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = ["node", "node_modules/vitest/vitest.mjs", "run", test]
    surroundings = {**os.environ, "TAMIZDAT_FRAMES": str(folder)}
    return subprocess.run(command, cwd=WEB, env=surroundings, capture_output=True, text=True, timeout=120, check=False)


def _frames(rng: random.Random) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Frame, prefix and content: of each level, of texts that repeat themselves much and little."""
    text = b"".join(path.read_bytes() for path in sorted((WEB.parent / "docs").glob("*.md")))
    skewed = bytes(int(abs(rng.gauss(0, 10))) % 256 for _ in range(150_000))
    raws = [b"", b"a", text[:100], text[:5_000], text[: 1 << 17], text[: (1 << 17) + 1], text, skewed, skewed[:700],
            b"ab" * 90_000, b"x" * 300_000, rng.randbytes(40_000), rng.randbytes(900) * 60]  # fmt: skip
    for level in (1, 3, 9, 19, 22):
        for raw in raws:
            yield zstd.compress(raw, level=level), b"", raw
        yield zstd.compress(text[5_000:90_000], level=level, prefix=text[:60_000]), text[:60_000], text[5_000:90_000]
        yield zstd.compress(text[:2_000], level=level, prefix=text), text, text[:2_000]
    yield b"".join(zstd.compress_pieces([text] * 9, raw_bytes=9 * len(text), level=3)), b"", text * 9


def _kept(folder: Path, name: str, data: bytes, prefix: bytes, raw: bytes) -> dict[str, Any]:
    (folder / name).write_bytes(data)
    (folder / f"{name}.prefix").write_bytes(prefix)
    return {"data": name, "prefix": f"{name}.prefix", "raw_bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def _changed(folder: Path, sound: list[dict[str, Any]], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Frames with some bytes changed, and what the real decoder makes of them."""
    for each in sound:
        data, prefix = (folder / each["data"]).read_bytes(), (folder / each["prefix"]).read_bytes()
        for number in range(CHANGES if len(data) < 60_000 else 0):
            worse = bytearray(data)
            for _ in range(rng.choice((1, 1, 1, 2, 5))):
                worse[rng.randrange(min(len(worse), rng.choice((40, 200, len(worse)))))] = rng.randrange(256)
            name = f"{each['data']}.{number}"
            (folder / name).write_bytes(worse)
            yield {**each, "data": name, "sha256": _outcome(bytes(worse), each["raw_bytes"], prefix)}


def _outcome(data: bytes, raw_bytes: int, prefix: bytes) -> str:
    try:
        return hashlib.sha256(zstd.decompress(data, raw_bytes=raw_bytes, prefix=prefix)).hexdigest()
    except FormatError:
        return ""


def _pictures() -> list[tuple[str, bytes]]:
    """The files of the app's pack."""
    return [(f"media/{at:064}.png", bytes(place * at % 251 for place in range(150_001))) for at in range(40)]


def _pack(file: Path, rng: random.Random) -> str:
    """A pack of the same paths, compressed under a window that it is larger than; the digest of its contents."""
    words = [rng.randbytes(9) for _ in range(5_000)]
    contents = [(path, b" ".join(rng.choices(words, k=20_000))) for path, _ in _pictures()]
    sizes = tar_bytes(len(data) for _, data in contents)
    file.write_bytes(b"".join(stream_pack(contents, raw_bytes=sizes, level=3)))
    return hashlib.sha256(b"".join(data for _, data in contents)).hexdigest()
