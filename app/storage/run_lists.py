"""Lists runs for people, and what their steps did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text, bindparam, func, or_, select

from app.storage.durable_runs import COLUMNS, StoredRun
from app.storage.prepare import DialectName, prepare
from app.storage.system import JOURNAL, RUN
from app.storage.work import Work


class RunLists:
    """Lists runs, the newest first, without what they hold."""

    def __init__(self, dialect: DialectName) -> None:
        columns = [column for column in COLUMNS if column.name not in ("cursor", "result", "input")]
        self._names = [column.name for column in columns]
        known = {name: RUN.c[name] for name in ("principal", "state", "action", "door")}
        wanted = [
            or_(bindparam(f"any_{name}", type_=Text()) == "1", column == bindparam(name))
            for name, column in known.items()
        ]
        created = RUN.c.created
        wanted += [
            created >= bindparam("created_from", type_=created.type),
            created < bindparam("created_before", type_=created.type),
        ]
        searched = (func.coalesce(RUN.c[name], "") for name in _SEARCHED)
        pattern = bindparam("pattern", type_=Text())
        wanted.append(or_(pattern == "", *(func.lower(one).like(pattern, escape="!") for one in searched)))
        number = RUN.c.epoch.type
        self._filters = tuple(known)
        found = select(*columns).where(RUN.c.application == bindparam("of"), *wanted)
        self._list = prepare(
            found.order_by(created.desc(), RUN.c.id)
            .limit(bindparam("take", type_=number))
            .offset(bindparam("skip", type_=number)),
            dialect,
        )
        self._count = prepare(found.with_only_columns(func.count()), dialect)
        part = select(JOURNAL.c.entries).where(JOURNAL.c.run_id == bindparam("run"))
        self._parts = prepare(part.order_by(JOURNAL.c.sequence), dialect)
        self._first = prepare(select(RUN.c.journal).where(RUN.c.id == bindparam("run")), dialect)

    def newest(
        self, application: str, where: Mapping[str, Any], skip: int, take: int
    ) -> Work[list[StoredRun]]:
        """Runs that agree with `where`: `principal`, `state`, `action` (the uuid's hex), `door`, the moments
        `created_from` and `created_before`, and `text`, which is in their id, action, caller or error."""
        values = {**self._values(application, where), "skip": skip, "take": take}
        rows = yield self._list.statement(values)
        blank: dict[str, Any] = dict.fromkeys(("cursor", "result", "input"))
        return [
            StoredRun(**dict(zip(self._names, row, strict=True)), **blank) for row in self._list.rows(rows)
        ]

    def count(self, application: str, where: Mapping[str, Any]) -> Work[int]:
        """How many runs agree with `where`."""
        rows = yield self._count.statement(self._values(application, where))
        return int(rows[0][0])

    def steps(self, run: str) -> Work[list[Mapping[str, Any]]]:
        """What the steps of a run did, in their order."""
        first = self._first.rows((yield self._first.statement({"run": run})))
        later = self._parts.rows((yield self._parts.statement({"run": run})))
        return [entry for (entries,) in [*first, *later] for entry in entries or ()]

    def _values(self, application: str, where: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {"of": application, **_EVER, **where}
        values["pattern"] = _pattern(where.get("text", ""))
        for name in self._filters:
            values |= {name: where.get(name, ""), f"any_{name}": "0" if name in where else "1"}
        return values


def _pattern(text: str) -> str:
    """What is like every text that contains this one, in lower case."""
    plain = "".join(f"!{one}" if one in "!%_" else one for one in text.lower())
    return f"%{plain}%" if plain else ""


_SEARCHED = ("id", "action_name", "principal", "reason", "error")
_EVER = {
    "created_from": datetime(1, 1, 1, tzinfo=UTC),
    "created_before": datetime(9999, 12, 31, tzinfo=UTC),
}
