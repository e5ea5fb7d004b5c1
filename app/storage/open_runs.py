"""How many runs have not ended."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import case, func, select

from app.storage.clock import clock
from app.storage.prepare import DialectName, prepare
from app.storage.system import RUN
from app.storage.work import Work


class OpenRuns:
    """Counts the runs of all applications."""

    def __init__(self, dialect: DialectName) -> None:
        overdue = func.count(case((RUN.c.due <= clock(dialect), 1)))
        query = select(RUN.c.state, func.count(), overdue).where(RUN.c.ended.is_(None)).group_by(RUN.c.state)
        self._counts = prepare(query, dialect)

    def counts(self) -> Work[tuple[Mapping[str, int], int]]:
        """Those in each state, and how many of all somebody should be driving by now."""
        rows = yield self._counts.statement({})
        states = {"created": 0, "running": 0, "waiting_for_input": 0}
        states |= {str(state): int(count) for state, count, _ in rows}
        return states, sum(int(overdue) for _, _, overdue in rows)
