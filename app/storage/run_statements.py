"""The statements over the rows of durable runs, by name, rendered once.

Those of who drives a run ask for the epoch in which it was taken (`mine`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Float, Text, bindparam, case, func, insert, null, select, update
from sqlalchemy.sql.base import Executable

from app.storage.clock import clock
from app.storage.prepare import DialectName, Prepared, one_of, prepare
from app.storage.system import JOURNAL, RUN

Clauses = Mapping[str, Executable]
_THIS = RUN.c.id == bindparam("run")
_MINE = update(RUN).where(_THIS, RUN.c.epoch == bindparam("mine"))
_THEIRS = update(RUN).where(_THIS, RUN.c.application == bindparam("of"))
_DURABLE = RUN.c.cursor.is_not(None)
_NOTED = {"journal": func.coalesce(RUN.c.journal, bindparam("steps", type_=RUN.c.journal.type))}


@dataclass(frozen=True, slots=True)
class _Moments:
    """The database's clock, and so many `seconds` after it."""

    now: ColumnElement[Any]
    later: ColumnElement[Any]

    @property
    def over(self) -> dict[str, Any]:
        """What a run that has ended has no more."""
        return {"due": null(), "wait": null(), "owner": null(), "ended": self.now}


def statements(
    dialect: DialectName, new: Iterable[str], shown: Sequence[Column[Any]]
) -> Mapping[str, Prepared]:
    """All of them: `new` are the columns that a run begins with, `shown` those that are read."""
    at = _Moments(clock(dialect), clock(dialect, "seconds"))
    served = one_of(RUN.c.application, "served", Text(), dialect)
    # An expression, so that SQLite looks for what is due in the index of that, not for all of an application.
    due = one_of(func.coalesce(RUN.c.application, ""), "served", Text(), dialect)
    clauses: Clauses = {
        **_begun(at, new),
        **_looked_at(at, shown, due),
        **_driven(at, shown, served),
        **_ended(at, shown),
        **_asked_for(at),
    }
    return {name: prepare(clause, dialect) for name, clause in clauses.items()}


def _begun(at: _Moments, new: Iterable[str]) -> Clauses:
    started = case((bindparam("taken", type_=Float()) > 0, at.now))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in new}
    noted: dict[str, Any] = {
        "run_id": bindparam("run"),
        "sequence": bindparam("place"),
        "entries": bindparam("steps"),
    }
    return {
        "insert": insert(RUN).values(values | {"due": at.later, "started": started}),
        "journal": insert(JOURNAL).values(noted),
    }


def _looked_at(at: _Moments, shown: Sequence[Column[Any]], served: ColumnElement[bool]) -> Clauses:
    due = select(RUN.c.id).where(RUN.c.due <= at.now, _DURABLE, served).order_by(RUN.c.due)
    return {
        "by_id": select(*shown).where(_THIS),
        "due": due.limit(bindparam("most", type_=RUN.c.epoch.type)),
        "orphaned": select(RUN.c.id).where(*_left_behind(at)).limit(1),
    }


def _driven(at: _Moments, shown: Sequence[Column[Any]], served: ColumnElement[bool]) -> Clauses:
    taken = {
        "state": case((RUN.c.state == "created", "running"), else_=RUN.c.state),
        "started": func.coalesce(RUN.c.started, at.now),
        "epoch": RUN.c.epoch + 1,
        "attempts": RUN.c.attempts + 1,
        "owner": bindparam("new_owner"),
        "due": at.later,
    }
    place: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("state", "cursor", "owner", "wait")}
    tried = RUN.c.attempts - bindparam("less", type_=RUN.c.attempts.type)
    back = {"due": at.later, "owner": null(), "attempts": case((RUN.c.attempts > 0, tried), else_=0)}
    take = update(RUN).where(_THIS, RUN.c.due <= at.now, _DURABLE, served)
    return {
        "take": take.values(taken).returning(*shown),
        "move": _MINE.values(place | {"due": at.later, "attempts": 0, **_NOTED}).returning(RUN.c.id),
        "renew": _MINE.values(due=at.later).returning(RUN.c.id),
        "give_back": _MINE.values(back).returning(RUN.c.id),
    }


def _ended(at: _Moments, shown: Sequence[Column[Any]]) -> Clauses:
    ending: dict[str, Any] = {
        name: bindparam(f"new_{name}") for name in ("state", "reason", "error", "message", "result")
    }
    lost = {"state": "fatal_errored", "reason": "INTERRUPTED", "error": bindparam("new_error")}
    over: dict[str, Any] = {**ending, **at.over, **_NOTED}
    return {
        "end": _MINE.values({**over, "cursor": null()}).returning(RUN.c.id),
        "break": _MINE.values(over).returning(RUN.c.id),
        "interrupt": update(RUN).where(*_left_behind(at)).values(at.over | lost).returning(*shown),
    }


def _asked_for(at: _Moments) -> Clauses:
    answered = {
        "state": "running",
        "cursor": bindparam("new_cursor"),
        "wait": bindparam("new_wait"),
        "due": at.now,
    }
    further = {"epoch": RUN.c.epoch + 1}
    why: dict[str, Any] = {name: bindparam("new_error") for name in ("error", "message")}
    cancelled = {**at.over, **further, **why, "state": "fatal_errored", "reason": "CANCELLED"}
    again = {**further, "state": "running", "due": at.now, "attempts": 0}
    blank = dict.fromkeys(("reason", "error", "message", "ended"), null())
    failed = _THEIRS.where(RUN.c.state == "fatal_errored", _DURABLE)
    return {
        "answer": _MINE.where(RUN.c.state == "waiting_for_input").values(answered).returning(RUN.c.id),
        "cancel": _THEIRS.where(RUN.c.ended.is_(None), _DURABLE)
        .values({**cancelled, "cursor": null()})
        .returning(RUN.c.id),
        "retry": failed.values(again | blank).returning(RUN.c.id),
    }


def _left_behind(at: _Moments) -> tuple[ColumnElement[bool], ...]:
    """Runs whose callers waited, and whose process is gone."""
    return RUN.c.due <= at.now, RUN.c.cursor.is_(None), RUN.c.ended.is_(None)
