"""Bodies are counted decoded and raw, and inflated in small pieces."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from app.errors import StepFailed
from app.outbound.body import PIECE, counted, decoded


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def collect(source: AsyncIterator[bytes]) -> list[bytes]:
    return [chunk async for chunk in source]


async def test_counted_lets_the_limit_through() -> None:
    assert await collect(counted(chunks(b"abc", b"de"), 5)) == [b"abc", b"de"]


async def test_counted_stops_at_the_first_byte_over() -> None:
    source = counted(chunks(b"abc", b"def"), 5)
    assert await anext(source) == b"abc"
    with pytest.raises(StepFailed, match="too large"):
        await anext(source)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", b"hello"),
        ("identity", b"hello"),
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("X-GZIP ", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
    ],
)
async def test_decoded_whatever_the_cuts(encoding: str, body: bytes) -> None:
    single = [body[n : n + 1] for n in range(len(body))]
    assert b"".join(await collect(decoded(chunks(body), encoding))) == b"hello"
    assert b"".join(await collect(decoded(chunks(*single), encoding))) == b"hello"


async def test_decoded_empty_body_is_empty() -> None:
    assert await collect(decoded(chunks(), "gzip")) == []


async def test_decoded_bomb_comes_in_small_pieces() -> None:
    bomb = gzip.compress(bytes(20_000_000), mtime=0)
    pieces = await collect(decoded(chunks(bomb), "gzip"))
    assert max(map(len, pieces)) <= PIECE
    assert sum(map(len, pieces)) == 20_000_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"hello"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0)),
        ("gzip", b"hello"),
        ("gzip", gzip.compress(b"hello", mtime=0)[:-1]),
        ("gzip", gzip.compress(b"hello", mtime=0) + b"more"),
    ],
)
async def test_decoded_fails_on_what_it_cannot_read(encoding: str, body: bytes) -> None:
    with pytest.raises(StepFailed, match="could not be read"):
        await collect(decoded(chunks(body), encoding))
