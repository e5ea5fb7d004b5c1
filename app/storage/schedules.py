"""The last slot of each schedule, which processes that serve one database move on together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, bindparam, delete, update

from app.storage.prepare import DialectName, insert_into, none_of, prepare
from app.storage.system import SCHEDULE
from app.storage.work import Work


class ScheduleRows:
    """Keeps where the schedules of an application stand."""

    def __init__(self, dialect: DialectName, application: str) -> None:
        self._application = application
        columns = SCHEDULE.c
        this = (columns.application == bindparam("of"), columns.action == bindparam("that"))
        new = insert_into(SCHEDULE, dialect).values(
            application=bindparam("of"),
            action=bindparam("that"),
            line=bindparam("new_line"),
            slot=bindparam("new_slot"),
        )
        self._begin = prepare(
            new.on_conflict_do_update(
                index_elements=["application", "action"],
                set_={"line": new.excluded.line, "slot": new.excluded.slot},
                where=columns.line != new.excluded.line,
            ),
            dialect,
        )
        new_slot = bindparam("new_slot", type_=columns.slot.type)
        self._move = prepare(
            update(SCHEDULE)
            .where(*this, columns.line == bindparam("same"), columns.slot < new_slot)
            .values(slot=new_slot)
            .returning(columns.action),
            dialect,
        )
        gone = none_of(columns.action, "actions", Text(), dialect)
        self._end = prepare(delete(SCHEDULE).where(columns.application == bindparam("of"), gone), dialect)

    def begin(self, action: str, line: str, now: datetime) -> Work[None]:
        """Lets a schedule begin now, unless it is there with this line."""
        values = {"of": self._application, "that": action, "new_line": line, "new_slot": now}
        yield self._begin.statement(values)

    def move(self, action: str, line: str, slot: datetime) -> Work[bool]:
        """Whether the schedule is there and stood before this slot, at which it stands now."""
        values = {"of": self._application, "that": action, "same": line, "new_slot": slot}
        return bool((yield self._move.statement(values)))

    def end_others(self, actions: Sequence[str]) -> Work[None]:
        """Removes the schedules of all actions but these."""
        yield self._end.statement({"of": self._application, "actions": actions})
