"""Files that are what they say."""

from __future__ import annotations

import zlib


def png(shade: int = 128, size: int = 16) -> bytes:
    """A small grey picture; another shade makes other bytes."""
    head = size.to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
    rows = (b"\0" + bytes([shade]) * size) * size
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
