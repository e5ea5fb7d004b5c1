"""The places of requests in flight, which one that only waits for something leaves to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_WAITING = 1_000
"""Requests at once that have left their place."""


class Places:
    """So many requests in flight, and so many more that wait for a place."""

    def __init__(self, in_flight: int, queued: int) -> None:
        self._in_flight = in_flight
        self.slots = asyncio.Semaphore(in_flight)
        self.here = 0
        self.waiting = 0
        self.refused = 0
        self._most = in_flight + queued

    @property
    def in_flight(self) -> int:
        """How many requests have a place."""
        return self._in_flight - self.slots._value

    @property
    def full(self) -> bool:
        """Whether one more request is to be refused."""
        return self.here >= self._most


class Place:
    """The place of one request."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._held = False
        self._leaves = 0

    async def take(self) -> None:
        """Waits for a place."""
        await self._places.slots.acquire()
        self._held = True

    def free(self) -> None:
        """Gives the place back."""
        if self._held:
            self._held = False
            self._places.slots.release()

    @asynccontextmanager
    async def left(self) -> AsyncIterator[bool]:
        """Leaves the place for a while; False, and the place is kept, where too many have left theirs.

        A request that waits for several things has its place again when it waits for none of them.
        """
        places = self._places
        if places.waiting >= MOST_WAITING:
            yield False
            return
        places.waiting += 1
        self._leaves += 1
        if self._leaves == 1:
            places.here -= 1
            self.free()
        try:
            yield True
        finally:
            places.waiting -= 1
            self._leaves -= 1
            if not self._leaves:
                places.here += 1
                await self.take()
