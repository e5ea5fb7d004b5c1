"""One attempt at a work on PostgreSQL, in as few round trips as its statements allow.

What nobody waits for is kept until the end, and the id of a new record is asked for before the record is made. Where
all that is written could be kept, it is one statement and a transaction by itself: there is no BEGIN and no COMMIT.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import asyncpg

from app.storage.work import Ahead, Row, Statement

_MOST_KEPT = 8
_PLACE = re.compile(r"\$([0-9]+)")
_OF_THE_WORK = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    # Who may add rows need not be allowed to ask for their ids.
    asyncpg.InsufficientPrivilegeError,
)


class Unplaced(Exception):
    """A statement failed elsewhere than where the work yielded it: in another attempt the work must be told there."""


class Transaction:
    """Answers the statements of one attempt.

    Unless it `keeps`, each is run where it is yielded; unless it `asks`, nothing is asked for beforehand.
    """

    def __init__(self, connection: Any, *, keeps: bool, asks: bool) -> None:
        self._connection = connection
        self._keeps = keeps
        self._asks = asks
        self._kept: list[Statement] = []
        self._begun = False
        self._asked = False

    @property
    def asked_for_nothing(self) -> bool:
        """Whether it asked beforehand and began after all, which took one round trip more."""
        return self._asked and self._begun

    async def answer(self, statement: Statement) -> list[Row]:
        """The rows of a statement; raises asyncpg's errors, and `Unplaced`."""
        if len(self._kept) < _MOST_KEPT:
            if statement.later and self._keeps:
                if any(statement.sql == one.sql for one in self._kept):
                    # Together they could get their numbers the other way round, as entries of the audit trail do.
                    await self._begin()
                self._kept.append(statement)
                return []
            if statement.ahead is not None and self._asks and not self._begun:
                return await self._ask(statement.ahead)
        if not statement.last or self._begun or self._kept:
            await self._begin()
        return await self._run(statement)

    async def finish(self) -> None:
        """Runs what was kept; raises as `answer` does."""
        if not self._kept:
            return
        kept, self._kept = self._kept, []
        try:
            await self._run(_together(kept))
        except _OF_THE_WORK as error:
            raise Unplaced from error

    async def commit(self) -> None:
        """Makes all of it last."""
        if self._begun:
            await self._connection.execute("COMMIT")

    async def undo(self) -> None:
        """Leaves nothing of it; a connection that can't be asked for that is not used again."""
        if self._begun:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._connection.execute("ROLLBACK")

    async def _ask(self, ahead: Ahead) -> list[Row]:
        self._asked = True
        try:
            rows = await self._run(ahead.ask)
        except _OF_THE_WORK as error:
            raise Unplaced from error
        self._kept.append(ahead.make(rows[0][0]))
        return rows

    async def _begin(self) -> None:
        if not self._begun:
            await self._connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            self._begun = True
        await self.finish()

    async def _run(self, statement: Statement) -> list[Row]:
        rows: list[Row] = await self._connection.fetch(statement.sql, *statement.parameters)
        return rows


def _together(statements: Sequence[Statement]) -> Statement:
    """Statements that answer nothing as one."""
    counts = tuple((one.sql, len(one.parameters)) for one in statements)
    return Statement(_sql_together(counts), [value for one in statements for value in one.parameters])


@lru_cache(maxsize=256)
def _sql_together(statements: tuple[tuple[str, int], ...]) -> str:
    """The SQL of all, with places for the parameters of each behind those of the ones before it."""
    moved, before = [], 0
    for sql, count in statements:
        moved.append(_moved(sql, before))
        before += count
    *first, last = moved
    if not first:
        return last
    return f"WITH {', '.join(f'kept{place} AS ({sql})' for place, sql in enumerate(first))} {last}"


def _moved(sql: str, by: int) -> str:
    return _PLACE.sub(lambda found: f"${int(found[1]) + by}", sql)
