"""A database that remembers the statements it was given, and can try writes out without keeping them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from app.storage.work import Database, Statement, Work

T = TypeVar("T")


class Tried(Exception):
    """Undoes a transaction whose result is known."""

    def __init__(self, result: Any, state: Any) -> None:
        super().__init__()
        self.result = result
        self.state = state


class Watched:
    """Passes every work on to another database; `statements` has the SQL of each of their statements.

    With `look` every write ends by looking at the database, which goes to `seen`, and is undone.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dialect: Literal["sqlite", "postgresql"] = database.dialect
        self.statements: list[str] = []
        self.look: Callable[[], Work[Any]] | None = None
        self.seen: Any = None

    async def read(self, work: Callable[[], Work[T]]) -> T:
        return await self._database.read(lambda: self._noted(work()))

    async def write(self, work: Callable[[], Work[T]]) -> T:
        if self.look is None:
            return await self._database.write(lambda: self._noted(work()))
        look = self.look

        def tried() -> Work[T]:
            result = yield from self._noted(work(), alone=False)
            raise Tried(result, (yield from look()))

        try:
            return await self._database.write(tried)
        except Tried as end:
            self.seen = end.state
            result: T = end.result
            return result

    def version(self) -> int | None:
        return self._database.version()

    async def close(self) -> None:
        await self._database.close()

    def _noted(self, running: Work[T], *, alone: bool = True) -> Work[T]:
        """Passes statements on and notes them; not `alone`, none of them may be a transaction by itself."""
        step: Callable[[], Statement] = lambda: next(running)  # noqa: E731
        while True:
            try:
                statement = step()
            except StopIteration as end:
                result: T = end.value
                return result
            self.statements.append(statement.sql)
            step = yield from _answered(running, statement if alone else statement._replace(last=False))


def _answered(running: Work[Any], statement: Statement) -> Work[Callable[[], Statement]]:
    """How the work goes on: with the rows of its statement, or with what was thrown at it."""
    try:
        rows = yield statement
    except GeneratorExit:
        running.close()
        raise
    except Exception as error:
        thrown = error
        return lambda: running.throw(thrown)
    return lambda: running.send(rows)
