"""Database work as generators that yield statements, so one code runs on every database.

A `Work` yields `Statement`s and is sent the rows of each; what it returns is the result. It never commits and never
sees a connection: SQLite's writer drives it in its own thread within a savepoint, PostgreSQL's pool within a
transaction, reads on a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

T = TypeVar("T")
Row = Sequence[Any]

_REMEMBERED = 1024
"""How many statements are remembered as slow, or as the first of several."""


class Statement(NamedTuple):
    """One SQL statement in the driver's own placeholders (`?` or `$1`), with driver-ready parameters.

    A tuple, since every read and write makes some.
    """

    sql: str
    parameters: Sequence[Any] = ()
    last: bool = False
    """Whether the work has no more after it, and nothing there that could fail: alone it needs no transaction."""
    later: bool = False
    """Whether it answers nothing: it may be run together with others, before the next that answers or at the end."""
    ahead: Ahead | None = None
    """How it can be answered before it is run, where that saves round trips."""


class Ahead(NamedTuple):
    """The insert of one record in two parts: what tells its answer, the id first, and what makes it with this id."""

    ask: Statement
    make: Callable[[Any], Statement]
    """The insert, which answers nothing."""


Work = Generator[Statement, list[Row], T]


def remember(known: dict[str, None], sql: str) -> None:
    """Adds a statement to those that are known; the one known for longest goes when they are too many."""
    known[sql] = None
    if len(known) > _REMEMBERED:
        del known[next(iter(known))]


class UniqueViolated(Exception):
    """A statement broke a unique constraint; `columns` where the database tells them."""

    def __init__(self, table: str = "", columns: tuple[str, ...] = ()) -> None:
        super().__init__(table)
        self.table = table
        self.columns = columns


class ReferenceViolated(Exception):
    """A statement would leave a reference to a record that is not there."""


class Database(Protocol):
    """Runs works. Both databases throw `UniqueViolated` and `ReferenceViolated` into the work at its yield."""

    dialect: Literal["sqlite", "postgresql"]

    async def read(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work that only reads, on one snapshot, beside all writers. May start it anew."""
        ...

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work in a transaction of its own and returns when its effects are durable.

        An exception that leaves the work undoes all of it and reaches the caller. The work may be started anew
        (after a serialisation failure), so it must have no effect but its statements.
        """
        ...

    def version(self) -> int | None:
        """A number that stays the same until something is committed, by any process; None where none can be told.

        What is read after asking for it is at least as new.
        """
        ...

    async def close(self) -> None:
        """Waits for what is queued, then lets go of the database."""
        ...
