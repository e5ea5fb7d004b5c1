"""The connections to a PostgreSQL server, taken and given back without a task or a round trip.

asyncpg's own pool makes a task for every use, which costs more than a small statement.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from app.errors import Overloaded

_IDLE_SECONDS = 300.0
_NO_ROOM = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
)


class Connections:
    """At most `most` connections, opened when they are wanted, closed when nobody wants them for minutes.

    Whoever finds none waits `patience` seconds at the longest, in the order of coming.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], most: int, patience: float) -> None:
        self._connect = connect
        self._most = most
        self._patience = patience
        self._idle: list[tuple[Any, float]] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self.open = 0
        """How many there are, in use or not."""

    @property
    def idle(self) -> int:
        """How many of them nobody uses."""
        return len(self._idle)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Any]:
        """A connection outside of any transaction, to be left so; raises `Overloaded` where there is none."""
        connection = await self._take()
        try:
            yield connection
        except asyncio.CancelledError:
            # Who knows how far the server got with what was being sent.
            self._lose(connection)
            raise
        except BaseException:
            self._give(connection)
            raise
        self._give(connection)

    async def close(self) -> None:
        """Waits until all are given back, and closes them."""
        self._most = 0
        if self._sweep is not None:
            self._sweep.cancel()
        while self.open:
            connection = self._idle.pop()[0] if self._idle else await self._next()
            if connection is not None:
                self.open -= 1
                await connection.close()
        if self._closing:
            await asyncio.wait(self._closing)

    async def _take(self) -> Any:
        while True:
            connection = None
            if self._idle:
                connection, _ = self._idle.pop()
            elif self.open < self._most:
                return await self._opened()
            else:
                connection = await self._given()
            if connection is not None and not connection.is_closed():
                return connection
            if connection is not None:
                self.open -= 1

    async def _given(self) -> Any:
        """What the next one gives back; None where there is room for another connection instead."""
        if not self._most:
            raise Overloaded("The server is stopping.")
        try:
            async with asyncio.timeout(self._patience):
                return await self._next()
        except TimeoutError as error:
            raise Overloaded("No database connection became free.") from error

    async def _next(self) -> Any:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            # It may have been given one in the same moment.
            if waiter.done() and not waiter.cancelled():
                self._pass_on(waiter.result())
            raise

    async def _opened(self) -> Any:
        self.open += 1
        try:
            async with asyncio.timeout(self._patience):
                return await self._connect()
        except (TimeoutError, *_NO_ROOM) as error:
            self._forget()
            raise Overloaded("The database can't be reached.") from error
        except BaseException:
            self._forget()
            raise

    def _give(self, connection: Any) -> None:
        if connection.is_closed():
            self._forget()
        elif connection.is_in_transaction():
            self._lose(connection)
        else:
            self._pass_on(connection)

    def _pass_on(self, connection: Any) -> None:
        """Gives a connection, or None for the room for one, to whoever has waited longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is not None:
            loop = asyncio.get_running_loop()
            self._idle.append((connection, loop.time()))
            if self._sweep is None:
                self._sweep = loop.call_later(_IDLE_SECONDS, self._close_unwanted)

    def _forget(self) -> None:
        self.open -= 1
        self._pass_on(None)

    def _lose(self, connection: Any) -> None:
        self._close_aside(connection)
        self._forget()

    def _close_unwanted(self) -> None:
        """Closes what has lain idle for long: those used last are taken first, so others stay at the bottom."""
        loop = asyncio.get_running_loop()
        self._sweep = None
        while self._idle and self._idle[0][1] <= loop.time() - _IDLE_SECONDS:
            self._close_aside(self._idle.pop(0)[0])
            self.open -= 1
        if self._idle:
            self._sweep = loop.call_at(self._idle[0][1] + _IDLE_SECONDS, self._close_unwanted)

    def _close_aside(self, connection: Any) -> None:
        task = asyncio.create_task(connection.close(timeout=self._patience))
        self._closing.add(task)
        task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled():
            # One that does not close in time is cut off.
            task.exception()
