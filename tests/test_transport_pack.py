"""A pack carried by hand: whatever is wrong with it is told on opening, and little of it is ever in memory."""

import hashlib
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from disks import mounted
from tamizdat.errors import DamagedPack, DiskFull, FormatError, TamizdatError, Unreachable
from tamizdat.format import zstd
from tamizdat.format.names import bundle_path
from tamizdat.format.pack import BLOCK, encode_pack, encode_tar, seal, tar_header
from tamizdat.transport import Meter, open_source
from tamizdat.transport import pack as pack_module
from tamizdat.transport.pack import MOST_TIMES, PackTransport

FILES = [("metadata/1.root.json", b"root" * 50), (bundle_path("a" * 64), hashlib.shake_128(b"a").digest(3000))]
END = bytes(2 * BLOCK)


def opened(tmp_path: Path, data: bytes) -> PackTransport:
    (tmp_path / "carried.tar.zst").write_bytes(data)
    return PackTransport(tmp_path / "carried.tar.zst", meter=Meter(), scratch=tmp_path)


def test_a_pack_lists_its_paths_in_order(tmp_path: Path) -> None:
    transport = opened(tmp_path, encode_pack(FILES))
    assert transport.paths() == [path for path, _ in FILES]
    transport.close()


def test_padding_behind_the_frame_is_passed_over(tmp_path: Path) -> None:
    padded = seal(zstd.compress(encode_tar(FILES)) + zstd.skippable(bytes(5000)))
    transport = opened(tmp_path, padded)
    assert transport.fetch(FILES[0][0], max_bytes=1000) == FILES[0][1]
    transport.close()


def test_every_flipped_bit_is_found_on_opening(tmp_path: Path) -> None:
    whole = encode_pack(FILES)
    for index in range(0, len(whole) * 8, 61):
        data = bytearray(whole)
        data[index // 8] ^= 1 << index % 8
        with pytest.raises(FormatError):
            opened(tmp_path, bytes(data))


def test_a_pack_that_was_cut_short_or_has_more_behind_it_is_damaged(tmp_path: Path) -> None:
    whole = encode_pack(FILES)
    for data in (whole[:-1], whole[:-40], whole[:100], whole[:20], whole + b"\0"):
        with pytest.raises(DamagedPack, match="copy it again"):
            opened(tmp_path, data)


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"\xff\xd8\xff" * 100, b"{}", b"\x28\xb5\x2f"])
def test_some_other_file_is_no_pack(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(FormatError, match="not a pack"):
        opened(tmp_path, data)


ODD: dict[str, bytes] = {
    "a path that climbs": encode_tar([("../secret", b"x")]),
    "an absolute path": encode_tar([("/etc/passwd", b"x")]),
    "a path that a pack may not hold": encode_tar([("index.html", b"x")]),
    "a path twice": encode_tar([FILES[0], FILES[0]]),
    "no end": encode_tar(FILES)[: -2 * BLOCK],
    "half an end": encode_tar(FILES)[:-BLOCK],
    "something behind the end": encode_tar(FILES) + bytes(BLOCK),
    "a link": tar_header("metadata/1.root.json", 0).replace(b"0ustar"[:1] + b"\0" * 100, b"2" + b"\0" * 100) + END,
    "a size beyond the end": tar_header("metadata/1.root.json", 100_000) + b"x" * BLOCK + END,
    "padding that holds something": tar_header("metadata/1.root.json", 1) + b"xy" + bytes(BLOCK - 2) + END,
    "nothing at all": b"\1" * BLOCK,
}


@pytest.mark.parametrize("tar", ODD.values(), ids=ODD.keys())
def test_a_pack_with_odd_entries_is_refused_whole(tmp_path: Path, tar: bytes) -> None:
    with pytest.raises(FormatError):
        opened(tmp_path, seal(zstd.compress(tar)))
    assert [file.name for file in tmp_path.iterdir()] == ["carried.tar.zst"]


FRAMES: dict[str, Callable[[], bytes]] = {
    "two frames": lambda: zstd.compress(encode_tar(FILES)) * 2,
    "something else behind the frame": lambda: zstd.compress(encode_tar(FILES)) + b"and more",
    "half a frame": lambda: zstd.compress(encode_tar(FILES))[:-10],
    "a header only": lambda: zstd.compress(encode_tar(FILES))[:12],
    "a skippable frame first": lambda: zstd.skippable(b"x") + zstd.compress(encode_tar(FILES)),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_a_sealed_pack_that_is_not_one_frame_is_refused(tmp_path: Path, frame: Callable[[], bytes]) -> None:
    with pytest.raises(FormatError):
        opened(tmp_path, seal(frame()))


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="a frame of 1099511627775 bytes"):
        opened(tmp_path, seal(claiming((1 << 40) - 1)))


def test_a_pack_that_has_no_room_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=32m") as disk:
        scratch = disk if disk.exists() else tmp_path
        free = shutil.disk_usage(scratch).free
        # Long enough for what it claims, or that alone would be reason to refuse it.
        (tmp_path / "carried.tar.zst").write_bytes(seal(claiming(free) + bytes(free // MOST_TIMES)))
        with pytest.raises(DiskFull):
            PackTransport(tmp_path / "carried.tar.zst", meter=Meter(), scratch=scratch)


def claiming(size: int) -> bytes:
    """A frame of 5,000,000 zeros that says it were `size`: a descriptor with an 8-byte size."""
    frame = zstd.compress(b"\0" * 5_000_000)
    assert opened_size(frame) == 5_000_000
    at = frame.index((5_000_000).to_bytes(4, "little"))
    return zstd.FRAME + bytes([0xC0 | (frame[4] & 0x3F)]) + frame[5:at] + size.to_bytes(8, "little") + frame[at + 4 :]


def opened_size(frame: bytes) -> int:
    return zstd.content_size(frame, limit=1 << 40)


@pytest.mark.parametrize("claimed", [4_999_999, 5_000_001, 1000])
def test_a_frame_that_lies_about_its_size_is_refused(tmp_path: Path, claimed: int) -> None:
    frame = zstd.compress(b"\0" * 5_000_000)
    with pytest.raises(FormatError):
        opened(tmp_path, seal(frame.replace((5_000_000).to_bytes(4, "little"), claimed.to_bytes(4, "little"), 1)))


def test_a_big_pack_is_never_in_memory(tmp_path: Path) -> None:
    """As far as Python allocates; the decoder's window, at most 128 MiB by the format, is beyond this measure."""
    piece = hashlib.shake_128(b"piece").digest(1_000_000)
    files = [(bundle_path(f"{index:064x}"), piece) for index in range(40)]
    data = encode_pack(files, level=1)
    (tmp_path / "big.tar.zst").write_bytes(data)
    del data
    tracemalloc.start()
    transport = PackTransport(tmp_path / "big.tar.zst", meter=Meter(), scratch=tmp_path)
    assert transport.fetch(files[-1][0], max_bytes=len(piece)) == piece
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    transport.close()
    assert peak < 10_000_000


def test_opening_a_pack_leaves_no_file_behind_even_before_it_is_closed(tmp_path: Path) -> None:
    transport = opened(tmp_path, encode_pack(FILES))
    assert [file.name for file in tmp_path.iterdir()] == ["carried.tar.zst"]
    transport.close()


def test_a_disk_that_fills_up_while_unpacking_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource", reason="this system has no file size limits to stand for a full disk")
    data = encode_pack([(bundle_path("a" * 64), bytes(5_000_000))])
    monkeypatch.setattr(pack_module, "SPARE_BYTES", 0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(DiskFull):
            opened(tmp_path, data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_pack_that_cannot_be_read_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        PackTransport(tmp_path / "gone.tar.zst", meter=Meter())
    with pytest.raises(TamizdatError):
        open_source(str(tmp_path / "gone.tar.zst"), meter=Meter())
