"""The rows of durable runs: who drives one, where it stands, and when somebody must look at it.

Time is the database's. Whoever takes a run raises its `epoch`; every later change asks for that epoch, so one that
was thought dead and wakes up changes nothing (`Superseded`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from app.storage.prepare import DialectName, Prepared
from app.storage.run_statements import statements
from app.storage.system import RUN
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
        self._sql = statements(dialect, (field.name for field in fields(NewRun)), COLUMNS)

    def insert(self, run: NewRun, seconds: float) -> Work[None]:
        """Records a run that is due in so many seconds."""
        values = {f"new_{field.name}": getattr(run, field.name) for field in fields(NewRun)}
        taken = {"seconds": self._seconds(seconds), "taken": float(run.epoch)}
        yield self._sql["insert"].statement(values | taken)

    def take(self, run: str, served: Sequence[str], owner: str, lease: float) -> Work[StoredRun | None]:
        """The run with a new epoch and a lease, if it is due and of an application that is served."""
        values = {"run": run, "served": served, "new_owner": owner, "seconds": self._seconds(lease)}
        rows = yield self._sql["take"].statement(values)._replace(last=True)
        return _stored(self._sql["take"], rows)

    def find(self, run: str) -> Work[StoredRun | None]:
        """The run with this id."""
        rows = yield self._sql["by_id"].statement({"run": run})
        return _stored(self._sql["by_id"], rows)

    def move(self, run: str, epoch: int, place: Place, entries: Sequence[Any], part: int) -> Work[None]:
        """Commits where the run goes on, with what its steps noted; `part` counts from 0 in each epoch."""
        values = {"new_state": place.state, "new_cursor": place.cursor, "new_owner": place.owner}
        later = {"new_wait": place.wait, "seconds": self._seconds(place.seconds)}
        yield from self._note("move", run, epoch, values | later, entries, part)

    def end(self, run: str, epoch: int, ending: Ending, entries: Sequence[Any], part: int) -> Work[None]:
        """Commits how the run ended; one that failed keeps its cursor, from which it may be tried again."""
        values = {f"new_{field.name}": getattr(ending, field.name) for field in fields(Ending)}
        ends = "end" if ending.state == "completed" else "break"
        yield from self._note(ends, run, epoch, values, entries, part)

    def renew(self, run: str, epoch: int, lease: float) -> Work[bool]:
        """Whether the run is still the caller's, who has it for another lease."""
        return (yield from self._change("renew", run, epoch, {"seconds": self._seconds(lease)}))

    def give_back(self, run: str, epoch: int, seconds: float, *, failed: bool) -> Work[bool]:
        """Lets go of a run, for somebody to take in so many seconds; `failed` counts as an attempt."""
        values = {"seconds": self._seconds(seconds), "less": 0 if failed else 1}
        return (yield from self._change("give_back", run, epoch, values))

    def answer(self, run: str, epoch: int, cursor: str, wait: Mapping[str, Any]) -> Work[bool]:
        """Whether the run still waited; it goes on at once."""
        values = {"new_cursor": cursor, "new_wait": wait}
        return (yield from self._change("answer", run, epoch, values))

    def cancel(self, run: str, application: str, message: str) -> Work[bool]:
        """Whether there was a durable run to end."""
        rows = yield self._sql["cancel"].statement({"run": run, "of": application, "new_error": message})
        return bool(rows)

    def retry(self, run: str, application: str) -> Work[bool]:
        """Whether there was a failed run that goes on from its last cursor."""
        rows = yield self._sql["retry"].statement({"run": run, "of": application})
        return bool(rows)

    def due(self, served: Sequence[str], most: int) -> Work[list[str]]:
        """The ids of runs that somebody must look at, the longest overdue first."""
        rows = yield self._sql["due"].statement({"served": served, "most": most})
        return [row[0] for row in rows]

    def orphaned(self) -> Work[bool]:
        """Whether there are waiting runs whose process is gone."""
        return bool((yield self._sql["orphaned"].statement({})))

    def interrupt(self, message: str) -> Work[list[StoredRun]]:
        """Ends waiting runs whose process is gone, and gives them."""
        rows = yield self._sql["interrupt"].statement({"new_error": message})
        return [StoredRun(*row) for row in self._sql["interrupt"].rows(rows)]

    def _note(
        self,
        change: str,
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
            yield self._sql["journal"].statement({"run": run, "place": place, "steps": list(entries)})

    def _change(self, change: str, run: str, epoch: int, values: Mapping[str, Any]) -> Work[bool]:
        rows = yield self._sql[change].statement({"run": run, "mine": epoch, **values})
        return bool(rows)

    def _seconds(self, seconds: float | None) -> Any:
        if seconds is None or self._dialect == "postgresql":
            return seconds
        return f"{seconds:+.3f} seconds"


_PARTS = 1_000_000
"""More than a run commits in one epoch."""


def _stored(prepared: Prepared, rows: Sequence[Row]) -> StoredRun | None:
    return StoredRun(*prepared.rows(rows)[0]) if rows else None
