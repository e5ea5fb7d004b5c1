"""The rows of durable runs: who drives one, where it stands, and when somebody must look at it.

Time is the database's. Whoever takes a run raises its `epoch`; every later change asks for that epoch, so one that
was thought dead and wakes up changes nothing (`Superseded`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Text,
    Update,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from app.storage.prepare import DialectName, Prepared, one_of, prepare
from app.storage.system import JOURNAL, RUN
from app.storage.work import Row, Work


class Superseded(Exception):
    """Somebody else has taken the run, or ended it."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a durable run begins with."""

    id: str
    application: str
    action: str
    action_name: str
    revision: str
    door: str
    principal: str | None
    run_as: str
    caller: Mapping[str, Any] | None
    input: Any
    cursor: str
    created: datetime
    state: str
    epoch: int
    attempts: int
    owner: str | None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it stands in the database, durable or not."""

    id: str
    application: str
    action: str
    action_name: str
    revision: str | None
    door: str
    principal: str | None
    run_as: str
    caller: Mapping[str, Any] | None
    state: str
    reason: str | None
    error: str | None
    message: str | None
    result: Any
    input: Any
    created: datetime
    started: datetime | None
    ended: datetime | None
    cursor: str | None
    wait: Mapping[str, Any] | None
    epoch: int | None
    attempts: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run goes on, and when: `seconds` from now by the database's clock, never for None."""

    state: str
    cursor: str
    seconds: float | None
    owner: str | None = None
    wait: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    state: str
    reason: str | None = None
    error: str | None = None
    message: str | None = None
    result: Any = None


COLUMNS = [RUN.c[field.name] for field in fields(StoredRun)]


class DurableRows:
    """Reads and changes durable runs."""

    def __init__(self, dialect: DialectName) -> None:
        self._dialect = dialect
        now, later = clock(dialect), clock(dialect, "seconds")
        new = insert(RUN).values(
            {field.name: bindparam(f"new_{field.name}") for field in fields(NewRun)}
            | {"due": later, "started": case((bindparam("taken", type_=Float()) > 0, now))}
        )
        mine = update(RUN).where(RUN.c.id == bindparam("run"), RUN.c.epoch == bindparam("mine"))
        noted = {"journal": func.coalesce(RUN.c.journal, bindparam("steps", type_=RUN.c.journal.type))}
        gone = {"due": null(), "wait": null(), "owner": null(), "ended": now}
        ended: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in ("state", "reason", "error", "message", "result")
        }
        self._insert = self._prepared(new)
        self._by_id = self._prepared(select(*COLUMNS).where(RUN.c.id == bindparam("run")))
        self._take = self._prepared(_taking(dialect, now, later))
        self._move = self._changing(
            mine.values(
                {name: bindparam(f"new_{name}") for name in ("state", "cursor", "owner", "wait")}
                | {"due": later, "attempts": 0, **noted}
            )
        )
        self._end = self._changing(mine.values({**ended, **gone, **noted, "cursor": null()}))
        self._break = self._changing(mine.values({**ended, **gone, **noted}))
        self._renew = self._changing(mine.values(due=later))
        tried = RUN.c.attempts - bindparam("less", type_=RUN.c.attempts.type)
        less = case((RUN.c.attempts > 0, tried), else_=0)
        self._give_back = self._changing(mine.values(due=later, owner=null(), attempts=less))
        self._answer = self._changing(
            mine.where(RUN.c.state == "waiting_for_input").values(
                state="running", cursor=bindparam("new_cursor"), wait=bindparam("new_wait"), due=now
            )
        )
        stopped = update(RUN).where(RUN.c.id == bindparam("run"), RUN.c.application == bindparam("of"))
        self._cancel = self._changing(
            stopped.where(RUN.c.ended.is_(None), RUN.c.cursor.is_not(None)).values(
                {**gone, "state": "fatal_errored", "reason": "CANCELLED", "epoch": RUN.c.epoch + 1}
                | {"error": bindparam("new_error"), "message": bindparam("new_error"), "cursor": null()}
            )
        )
        again = {"state": "running", "due": now, "attempts": 0, "epoch": RUN.c.epoch + 1}
        blank = dict.fromkeys(("reason", "error", "message", "ended"), null())
        self._retry = self._changing(
            stopped.where(RUN.c.state == "fatal_errored", RUN.c.cursor.is_not(None)).values(again | blank)
        )
        # An expression, so that SQLite looks for what is due in the index of that, not for all of an application.
        served = one_of(func.coalesce(RUN.c.application, ""), "served", Text(), dialect)
        self._due = self._prepared(
            select(RUN.c.id)
            .where(RUN.c.due <= now, RUN.c.cursor.is_not(None), served)
            .order_by(RUN.c.due)
            .limit(bindparam("most", type_=RUN.c.epoch.type))
        )
        self._interrupt = self._prepared(
            update(RUN)
            .where(RUN.c.due <= now, RUN.c.cursor.is_(None), RUN.c.ended.is_(None))
            .values(
                {**gone, "state": "fatal_errored", "reason": "INTERRUPTED", "error": bindparam("new_error")}
            )
            .returning(*COLUMNS)
        )
        self._orphaned = self._prepared(
            select(RUN.c.id).where(RUN.c.due <= now, RUN.c.cursor.is_(None), RUN.c.ended.is_(None)).limit(1)
        )
        self._journal = self._prepared(
            insert(JOURNAL).values(
                run_id=bindparam("run"), sequence=bindparam("place"), entries=bindparam("steps")
            )
        )

    def insert(self, run: NewRun, seconds: float) -> Work[None]:
        """Records a run that is due in so many seconds."""
        values = {f"new_{field.name}": getattr(run, field.name) for field in fields(NewRun)}
        taken = {"seconds": self._seconds(seconds), "taken": float(run.epoch)}
        yield self._insert.statement(values | taken)

    def take(self, run: str, served: Sequence[str], owner: str, lease: float) -> Work[StoredRun | None]:
        """The run with a new epoch and a lease, if it is due and of an application that is served."""
        values = {"run": run, "served": served, "new_owner": owner, "seconds": self._seconds(lease)}
        rows = yield self._take.statement(values)._replace(last=True)
        return _stored(self._take, rows)

    def find(self, run: str) -> Work[StoredRun | None]:
        """The run with this id."""
        rows = yield self._by_id.statement({"run": run})
        return _stored(self._by_id, rows)

    def move(self, run: str, epoch: int, place: Place, entries: Sequence[Any], part: int) -> Work[None]:
        """Commits where the run goes on, with what its steps noted; `part` counts from 0 in each epoch."""
        values = {"new_state": place.state, "new_cursor": place.cursor, "new_owner": place.owner}
        later = {"new_wait": place.wait, "seconds": self._seconds(place.seconds)}
        yield from self._note(self._move, run, epoch, values | later, entries, part)

    def end(self, run: str, epoch: int, ending: Ending, entries: Sequence[Any], part: int) -> Work[None]:
        """Commits how the run ended; one that failed keeps its cursor, from which it may be tried again."""
        values = {f"new_{field.name}": getattr(ending, field.name) for field in fields(Ending)}
        ends = self._end if ending.state == "completed" else self._break
        yield from self._note(ends, run, epoch, values, entries, part)

    def renew(self, run: str, epoch: int, lease: float) -> Work[bool]:
        """Whether the run is still the caller's, who has it for another lease."""
        return (yield from self._change(self._renew, run, epoch, {"seconds": self._seconds(lease)}))

    def give_back(self, run: str, epoch: int, seconds: float, *, failed: bool) -> Work[bool]:
        """Lets go of a run, for somebody to take in so many seconds; `failed` counts as an attempt."""
        values = {"seconds": self._seconds(seconds), "less": 0 if failed else 1}
        return (yield from self._change(self._give_back, run, epoch, values))

    def answer(self, run: str, epoch: int, cursor: str, wait: Mapping[str, Any]) -> Work[bool]:
        """Whether the run still waited; it goes on at once."""
        values = {"new_cursor": cursor, "new_wait": wait}
        return (yield from self._change(self._answer, run, epoch, values))

    def cancel(self, run: str, application: str, message: str) -> Work[bool]:
        """Whether there was a durable run to end."""
        return bool((yield self._cancel.statement({"run": run, "of": application, "new_error": message})))

    def retry(self, run: str, application: str) -> Work[bool]:
        """Whether there was a failed run that goes on from its last cursor."""
        return bool((yield self._retry.statement({"run": run, "of": application})))

    def due(self, served: Sequence[str], most: int) -> Work[list[str]]:
        """The ids of runs that somebody must look at, the longest overdue first."""
        rows = yield self._due.statement({"served": served, "most": most})
        return [row[0] for row in rows]

    def orphaned(self) -> Work[bool]:
        """Whether there are waiting runs whose process is gone."""
        return bool((yield self._orphaned.statement({})))

    def interrupt(self, message: str) -> Work[list[StoredRun]]:
        """Ends waiting runs whose process is gone, and gives them."""
        rows = yield self._interrupt.statement({"new_error": message})
        return [StoredRun(*row) for row in self._interrupt.rows(rows)]

    def _note(
        self,
        change: Prepared,
        run: str,
        epoch: int,
        values: Mapping[str, Any],
        entries: Sequence[Any],
        part: int,
    ) -> Work[None]:
        first = (epoch, part) == (1, 0)
        steps = {"steps": list(entries) if first else None}
        if not (yield from self._change(change, run, epoch, {**values, **steps})):
            raise Superseded
        if entries and not first:
            place = epoch * _PARTS + part
            yield self._journal.statement({"run": run, "place": place, "steps": list(entries)})

    def _change(self, change: Prepared, run: str, epoch: int, values: Mapping[str, Any]) -> Work[bool]:
        return bool((yield change.statement({"run": run, "mine": epoch, **values})))

    def _changing(self, change: Update) -> Prepared:
        return self._prepared(change.returning(RUN.c.id))

    def _prepared(self, clause: Any) -> Prepared:
        return prepare(clause, self._dialect)

    def _seconds(self, seconds: float | None) -> Any:
        if seconds is None or self._dialect == "postgresql":
            return seconds
        return f"{seconds:+.3f} seconds"


_PARTS = 1_000_000
"""More than a run commits in one epoch."""


def clock(dialect: DialectName, seconds: str | None = None) -> ColumnElement[Any]:
    """The database's clock, plus the parameter `seconds`, in the form of the column; null for null."""
    if dialect == "sqlite":
        modifiers = [] if seconds is None else [bindparam(seconds, type_=Text())]
        moment = func.strftime("%Y-%m-%dT%H:%M:%f", "now", *modifiers, type_=Text())
        return moment.concat("000+00:00")
    moment = func.clock_timestamp()
    if seconds is None:
        return moment
    zeros: list[Any] = [literal_column("0")] * 6
    return moment.op("+")(func.make_interval(*zeros, bindparam(seconds, type_=Float())))


def _taking(dialect: DialectName, now: ColumnElement[Any], later: ColumnElement[Any]) -> Any:
    return (
        update(RUN)
        .where(
            RUN.c.id == bindparam("run"),
            RUN.c.due <= now,
            RUN.c.cursor.is_not(None),
            one_of(RUN.c.application, "served", Text(), dialect),
        )
        .values(
            state=case((RUN.c.state == "created", "running"), else_=RUN.c.state),
            started=func.coalesce(RUN.c.started, now),
            epoch=RUN.c.epoch + 1,
            attempts=RUN.c.attempts + 1,
            owner=bindparam("new_owner"),
            due=later,
        )
        .returning(*COLUMNS)
    )


def _stored(prepared: Prepared, rows: Sequence[Row]) -> StoredRun | None:
    return StoredRun(*prepared.rows(rows)[0]) if rows else None
