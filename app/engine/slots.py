"""When the slots of a schedule are: a cron line by the clock on the wall of a time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class Slots:
    """The moments of a cron line, in UTC.

    Where the clock is put forward, a slot that it leaves out comes as much later; where it is put back, one that comes
    twice counts the first time. A line for every hour (`*`) goes by the hours that pass instead.
    """

    def __init__(self, cron: str, timezone: str) -> None:
        self._cron = cron
        self._zone = ZoneInfo(timezone)
        self._every_hour = cron.split()[1] == "*"

    def latest(self, until: datetime) -> datetime | None:
        """The last slot up to this moment; None where there never was one."""
        wall, change = self._wall(until)
        found = None
        for slot in self._walls(wall + change + _MINUTE, back=True):
            before = [moment for moment in self._moments(slot) if moment <= until]
            found = max([*before, found] if found else before, default=None)
            if found is not None and slot <= wall - change:
                break
        return found

    def following(self, after: datetime) -> datetime | None:
        """The first slot after this moment; None where none will come."""
        wall, change = self._wall(after)
        found = None
        for slot in self._walls(wall - change, back=False):
            later = [moment for moment in self._moments(slot) if moment > after]
            found = min([*later, found] if found else later, default=None)
            if found is not None and slot >= wall + change:
                break
        return found

    def _wall(self, moment: datetime) -> tuple[datetime, timedelta]:
        """What the clock shows, to the minute, and by how much it is put forward or back about then."""
        shown = moment.astimezone(self._zone).replace(tzinfo=None, second=0, microsecond=0, fold=0)
        return shown, abs(self._offset(moment + _DAY) - self._offset(moment - _DAY))

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta()

    def _walls(self, start: datetime, *, back: bool) -> Iterator[datetime]:
        """What the clock shows at the slots before or after `start`, changes of the clock left aside."""
        lines = croniter(self._cron, start)
        while True:
            try:
                yield lines.get_prev(datetime) if back else lines.get_next(datetime)
            except CroniterBadDateError:
                return

    def _moments(self, wall: datetime) -> Iterator[datetime]:
        """When the clock shows this: once, or for a line of every hour as often as it does."""
        for fold in (0, 1) if self._every_hour else (0,):
            moment = wall.replace(tzinfo=self._zone, fold=fold).astimezone(UTC)
            if not self._every_hour or moment.astimezone(self._zone).replace(tzinfo=None, fold=0) == wall:
                yield moment
