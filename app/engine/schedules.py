"""Starts runs by the clock: one for each slot of a schedule, however many processes look at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.definition.inputs import check_input
from app.definition.model import Action, Application, ScheduleTrigger
from app.engine.durable_runs import DurableRuns
from app.engine.run import Start
from app.logs import get_logger
from app.permissions import SYSTEM
from app.storage.repeats import Repeat
from app.storage.schedules import ScheduleRows
from app.storage.work import Database, Work

if TYPE_CHECKING:
    from app.engine.slots import Slots

GRACE = timedelta(minutes=1)
"""How late a slot may be that `misfire: skip` still starts."""
DOOR = "schedule"
Clock = Callable[[], datetime]
log = get_logger()


def utc_now() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Schedule:
    """An action that the clock starts; `next` is when this process looks at it again."""

    action: Action
    trigger: ScheduleTrigger
    slots: Slots
    next: datetime | None

    @property
    def line(self) -> str:
        """What it begins anew with when it changes."""
        return f"{self.trigger.cron} {self.trigger.timezone}"


class Schedules:
    """The schedules of one application."""

    def __init__(self, database: Database, durable: DurableRuns, now: Clock = utc_now) -> None:
        self._database = database
        self._durable = durable
        self._application = durable.application
        self._rows = ScheduleRows(database.dialect, self._application.uuid.hex)
        self._now = now
        self._schedules: list[Schedule] | None = None

    async def tick(self) -> None:
        """Starts what is due; one that cannot be started is tried again at the next tick."""
        now = self._now()
        if self._schedules is None:
            schedules = await self._defined(now)
            await self._begin(schedules, now)
            self._schedules = schedules
        for one in self._schedules:
            if one.next is not None and one.next <= now:
                await self._try(one, now)

    async def _defined(self, now: datetime) -> list[Schedule]:
        if not any(action.triggers.schedule for action in self._application.actions.values()):
            return []
        # What reads cron lines takes time to load, and only those who have one need it.
        return await asyncio.to_thread(_schedules, self._application, now)

    async def _begin(self, schedules: list[Schedule], now: datetime) -> None:
        def work() -> Work[None]:
            yield from self._rows.end_others([one.action.uuid.hex for one in schedules])
            for one in schedules:
                yield from self._rows.begin(one.action.uuid.hex, one.line, now)

        await self._database.write(work)

    async def _try(self, schedule: Schedule, now: datetime) -> None:
        try:
            await self._start(schedule, now)
        except Exception:
            log.exception("schedule not started", action=schedule.action.name)
            return
        schedule.next = schedule.slots.following(now)

    async def _start(self, schedule: Schedule, now: datetime) -> None:
        """Starts one run for the latest slot and all before it that were missed, if nobody has."""
        action, slot = schedule.action, schedule.slots.latest(now)
        if slot is None:
            return
        late = schedule.trigger.misfire == "skip" and now - slot > GRACE

        def first() -> Work[bool]:
            moved = yield from self._rows.move(action.uuid.hex, schedule.line, slot)
            return moved and not late

        once = Repeat(f"{DOOR}:{action.uuid}:{slot:%Y-%m-%dT%H:%MZ}", "", "")
        start = Start(action.name, check_input(self._application, action, {}), SYSTEM, DOOR, repeat=once)
        begun = await self._durable.start_if(first, start)
        if begun is not None:
            log.info("schedule started", action=action.name, run=begun.id, slot=slot.isoformat())


def _schedules(application: Application, now: datetime) -> list[Schedule]:
    from app.engine.slots import Slots

    return [
        Schedule(action, trigger, Slots(trigger.cron, trigger.timezone), now)
        for action in application.actions.values()
        if (trigger := action.triggers.schedule) is not None
    ]
