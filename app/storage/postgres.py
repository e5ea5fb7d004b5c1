"""PostgreSQL as a `Database`: asyncpg without anything between it and the works.

Connections are given back as they are, which saves a round trip for each use: nothing here, and no work, may
set session state (`SET`, `LISTEN`, session advisory locks, temporary tables).
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar

import asyncpg

from app.errors import Overloaded, TimedOut
from app.metrics import Metrics
from app.storage.failure import fail
from app.storage.postgres_connections import Connections
from app.storage.postgres_transaction import Transaction, Unplaced
from app.storage.work import ReferenceViolated, Row, Statement, UniqueViolated, Work, remember

T = TypeVar("T")

_STATEMENTS = 1024
_ATTEMPTS = 8
"""How often a work is started, if others keep getting in its way."""
_LOST_RACES = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    # A migration changed a table since the statement was prepared.
    asyncpg.InvalidCachedStatementError,
)
_KEY = re.compile(r"Key \((.+?)\)=\(")


class PostgresDatabase:
    """The database that `url` (`postgresql://`) leads to; the first use connects.

    A read may take `read_limit` seconds, a work that writes `write_limit`, a wait for a connection `patience`.
    """

    dialect: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(
        self,
        url: str,
        *,
        connections: int = 10,
        read_limit: float = 30.0,
        write_limit: float = 10.0,
        patience: float = 30.0,
    ) -> None:
        self._write_limit = write_limit
        self._several: dict[str, None] = {}
        self._asked_for_nothing: dict[str, None] = {}
        connect = partial(asyncpg.connect, url, **_options(read_limit, patience))
        self._connections = Connections(connect, connections, patience)

    async def read(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work that only reads, on one snapshot. Raises `TimedOut` after the limit."""
        running = work()
        try:
            first = next(running)
        except StopIteration as end:
            result: T = end.value
            return result
        async with self._connections.one() as connection:
            if first.sql not in self._several:
                rows = await _read(connection, first)
                try:
                    running.send(rows)
                except StopIteration as end:
                    answer: T = end.value
                    return answer
                # Only now is it known that the work has several statements: once more, on one snapshot.
                remember(self._several, first.sql)
                running.close()
                running = work()
                first = next(running)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return await _read_all(connection, running, first)

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work in a transaction of its own; starts it anew when others got in its way."""
        async with self._connections.one() as connection:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    return await self._attempt(connection, work)
                except _LOST_RACES as error:
                    if attempt == _ATTEMPTS:
                        raise Overloaded("The database is busy.") from error
                await asyncio.sleep(random.uniform(0.001, 0.005) * 2**attempt)  # noqa: S311
        raise AssertionError("unreachable")

    def version(self) -> int | None:
        """None: asking would cost as much as reading."""
        return None

    def show(self, metrics: Metrics) -> None:
        """Joins the use of the pool to the figures of the process."""
        metrics.read("connections_open", lambda: self._connections.open)
        metrics.read("connections_idle", lambda: self._connections.idle)

    async def close(self) -> None:
        """Waits for what is under way, then closes every connection."""
        await self._connections.close()

    async def _attempt(self, connection: Any, work: Callable[[], Work[T]]) -> T:
        try:
            return await self._run(connection, work(), keeps=True)
        except Unplaced:
            return await self._run(connection, work(), keeps=False)

    async def _run(self, connection: Any, work: Work[T], *, keeps: bool) -> T:
        try:
            first = next(work)
        except StopIteration as end:
            nothing: T = end.value
            return nothing
        asks = keeps and first.sql not in self._asked_for_nothing
        transaction = Transaction(connection, keeps=keeps, asks=asks)
        try:
            result = await self._in_time(transaction, work, first)
            await transaction.commit()
        except Exception:
            await transaction.undo()
            raise
        if transaction.asked_for_nothing:
            remember(self._asked_for_nothing, first.sql)
        return result

    async def _in_time(self, transaction: Transaction, work: Work[T], first: Statement) -> T:
        try:
            async with asyncio.timeout(self._write_limit):
                result = await _driven(transaction, work, first)
                await transaction.finish()
                return result
        except (TimeoutError, asyncpg.QueryCanceledError) as error:
            raise TimedOut("The write took too long.") from error


async def _driven(transaction: Transaction, work: Work[T], statement: Statement) -> T:
    try:
        while True:
            try:
                rows = await transaction.answer(statement)
            except asyncpg.PostgresError as error:
                fail(work, _translated(error))
            statement = work.send(rows)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        work.close()


def _options(read_limit: float, patience: float) -> dict[str, Any]:
    longest = str(int(read_limit * 1000))
    return {
        "statement_cache_size": _STATEMENTS,
        "max_cached_statement_lifetime": 0,
        "timeout": patience,
        "server_settings": {
            "application_name": "actionql",
            "timezone": "UTC",
            "jit": "off",
            "statement_timeout": longest,
            "idle_in_transaction_session_timeout": longest,
        },
    }


async def _read(connection: Any, statement: Statement) -> list[Row]:
    try:
        rows: list[Row] = await connection.fetch(statement.sql, *statement.parameters)
    except asyncpg.QueryCanceledError as error:
        raise TimedOut("The read took too long.") from error
    return rows


async def _read_all(connection: Any, running: Work[T], statement: Statement) -> T:
    try:
        while True:
            statement = running.send(await _read(connection, statement))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        running.close()


def _translated(error: Any) -> Exception:
    if isinstance(error, asyncpg.UniqueViolationError):
        found = _KEY.match(error.detail or "")
        names = found[1].replace('"', "").split(", ") if found else ()
        return UniqueViolated(error.table_name or "", tuple(names))
    if isinstance(error, (asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError)):
        return ReferenceViolated(error.message)
    if isinstance(error, asyncpg.QueryCanceledError):
        return TimedOut("The write took too long.")
    assert isinstance(error, Exception)
    return error
