"""Zstandard frames by hand (RFC 8878): raw and RLE blocks only, so that no compressor's version matters."""

MAGIC = bytes.fromhex("28b52ffd")
BLOCK = 1 << 17


def frame(
    content: bytes, *, says: int | None = None, window: int | None = None, flags: int = 0, width: int = 4
) -> bytes:
    """One frame of raw blocks. `says`: another content size than the right one; `window`: the window descriptor's byte,
    else a single segment; `flags`: of the frame header descriptor, besides; `width`: of the content size (0: none).
    """
    sizes = {0: 0, 1: 0, 2: 1, 4: 2, 8: 3}
    size = len(content) if says is None else says
    descriptor = (sizes[width] << 6) | (0x20 if window is None else 0) | flags
    header = bytes([descriptor]) + (b"" if window is None else bytes([window]))
    if width:
        header += (size - (256 if width == 2 else 0)).to_bytes(width, "little")
    return MAGIC + header + _raw_blocks(content)


def rle_frame(byte: int, length: int, *, says: int | None = None) -> bytes:
    """A frame of one byte, `length` times: a bomb in a few bytes."""
    size = (length if says is None else says).to_bytes(8, "little")
    blocks = b""
    while length > 0:
        piece = min(length, BLOCK)
        length -= piece
        blocks += (piece << 3 | 1 << 1 | (length == 0)).to_bytes(3, "little") + bytes([byte])
    return MAGIC + b"\xe0" + size + blocks


def skippable(payload: bytes, *, number: int = 0) -> bytes:
    """A skippable frame; only number 0 may be padding."""
    return (0x184D2A50 + number).to_bytes(4, "little") + len(payload).to_bytes(4, "little") + payload


def _raw_blocks(content: bytes) -> bytes:
    pieces = [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)] or [b""]
    last = len(pieces) - 1
    return b"".join((len(p) << 3 | (n == last)).to_bytes(3, "little") + p for n, p in enumerate(pieces))
