"""A database whose transactions and statements are spans; the values of statements are in none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from opentelemetry.trace import Span

from app.storage.work import Database, Work
from app.traces.tracing import Tracing

T = TypeVar("T")


class TracedDatabase:
    """Stands before a database and passes all on."""

    def __init__(self, database: Database, tracing: Tracing) -> None:
        self._database = database
        self._tracing = tracing
        self.dialect: Literal["sqlite", "postgresql"] = database.dialect

    async def read(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work that only reads."""
        with self._tracing.span("read", {"db.system.name": self.dialect}) as span:
            return await self._database.read(lambda: self._told(work(), span))

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work in a transaction."""
        with self._tracing.span("write", {"db.system.name": self.dialect}) as span:
            return await self._database.write(lambda: self._told(work(), span))

    def version(self) -> int | None:
        """As the database has it."""
        return self._database.version()

    async def close(self) -> None:
        """Closes the database."""
        await self._database.close()

    def _told(self, running: Work[T], below: Span) -> Work[T]:
        """The work, each of its statements a span below the transaction's, whichever thread drives it."""
        try:
            statement = next(running)
            while True:
                span = self._tracing.begin("statement", {"db.query.text": statement.sql}, below)
                try:
                    rows = yield statement
                except GeneratorExit:
                    running.close()
                    raise
                except BaseException as error:
                    statement = running.throw(error)
                else:
                    statement = running.send(rows)
                finally:
                    span.end()
        except StopIteration as end:
            result: T = end.value
            return result
