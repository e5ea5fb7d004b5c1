"""The load generator for machines without wrk: asyncio connections with httptools' parser."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from itertools import count
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

from scripts.benchmark.calls import Call
from scripts.benchmark.errors import BenchmarkError

PATIENCE = 30
"""Seconds that an answer may take."""


def generate(
    url: str, call: Call, *, seconds: float, connections: int, products: int, serial: int
) -> tuple[float, list[float]]:
    """How many seconds it took, and after how many seconds each request was answered, in no order.

    Raises `BenchmarkError` for a connection that breaks and an answer that is not 200 or has errors.
    """
    values = _values(call, products, serial)
    place = urlsplit(url)
    head = _head(call, place.netloc)

    def request() -> bytes:
        path, body = call.request(next(values))
        return f"{call.method} {path}{head}{len(body)}\r\n\r\n".encode() + body

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_generate(place.hostname or "", place.port or 80, request, seconds, connections))


async def _generate(
    host: str, port: int, request: Callable[[], bytes], seconds: float, connections: int
) -> tuple[float, list[float]]:
    begun = perf_counter()
    latencies: list[float] = []
    made = [_Connection(request, begun + seconds, latencies) for _ in range(connections)]
    try:
        async with asyncio.timeout(seconds + PATIENCE):
            for connection in made:
                await connection.open(host, port)
            await asyncio.gather(*(connection.ended for connection in made))
    except TimeoutError:
        raise BenchmarkError(f"a request was not answered within {PATIENCE} s") from None
    finally:
        for connection in made:
            connection.abort()
        # uvloop does not close while connections are open, and they end one turn later.
        await asyncio.sleep(0)
    return perf_counter() - begun, latencies


class _Connection(asyncio.Protocol):
    """One connection that sends a request whenever the one before is answered, until `until`."""

    def __init__(self, request: Callable[[], bytes], until: float, latencies: list[float]) -> None:
        self._request = request
        self._until = until
        self._latencies = latencies
        self._body = b""
        self._transport: asyncio.Transport | None = None
        self.ended = asyncio.get_running_loop().create_future()

    async def open(self, host: str, port: int) -> None:
        """Connects, and with that begins."""
        await asyncio.get_running_loop().create_connection(lambda: self, host, port)

    def abort(self) -> None:
        """Ends the connection, answered or not."""
        # What went wrong here is of no interest any more, once something has gone wrong elsewhere.
        self.ended.cancel()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        now = perf_counter()
        self._latencies.append(now - self._sent)
        status = self._parser.get_status_code()
        if status != 200 or b'"errors"' in self._body:
            self._fail(BenchmarkError(f"{status} {self._body[:500].decode(errors='replace')}"))
        elif now < self._until:
            self._send()
        elif not self.ended.done():
            self.ended.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(BenchmarkError(f"the server closed a connection: {error}"))

    def _send(self) -> None:
        self._body = b""
        self._parser = httptools.HttpResponseParser(self)
        self._sent = perf_counter()
        assert self._transport is not None
        self._transport.write(self._request())

    def _fail(self, error: BenchmarkError) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)


def _values(call: Call, products: int, serial: int) -> Iterator[int]:
    if call.varies == "serial":
        yield from count(serial)
    chosen = random.Random(serial)  # noqa: S311 - the same ids in each benchmark
    while True:
        yield chosen.randint(1, products)


def _head(call: Call, host: str) -> str:
    headers = {"Host": host, **call.headers}
    lines = [" HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines) + "\r\nContent-Length: "
