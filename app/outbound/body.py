"""The bytes of an answer, counted as they come and decoded in small pieces."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

from app.errors import StepFailed

PIECE = 65_536
GARBLED = "The other server's answer could not be read."
ENCODINGS = {"gzip", "x-gzip", "deflate"}


async def counted(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """The chunks as they are; raises StepFailed at the first byte over the limit."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise StepFailed("The other server's answer is too large.", f"more than {limit} bytes")
        yield chunk


async def decoded(chunks: AsyncIterator[bytes], encoding: str) -> AsyncIterator[bytes]:
    """The chunks without their Content-Encoding, none longer than 64 KiB.

    The HTTP library's own decoders inflate a whole chunk at once, and layer upon layer, which lets a
    few kilobytes fill the memory before anyone can count.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        async for chunk in chunks:
            yield chunk
        return
    if encoding not in ENCODINGS:
        raise StepFailed(GARBLED, "its Content-Encoding is not supported")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    empty = True
    async for chunk in chunks:
        empty = False
        for piece in _inflated(inflater, chunk):
            yield piece
    if not (empty or inflater.eof):
        raise StepFailed(GARBLED, "it ends in the middle of its compressed body")


def _inflated(inflater: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    while chunk:
        try:
            piece = inflater.decompress(chunk, PIECE)
        except zlib.error as error:
            raise StepFailed(GARBLED, f"its compressed body is broken: {error}") from error
        if inflater.unused_data:
            raise StepFailed(GARBLED, "something follows its compressed body")
        if piece:
            yield piece
        chunk = inflater.unconsumed_tail
