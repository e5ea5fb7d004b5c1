"""What requests with an idempotency key have done, kept in the transaction that did it, so that it is done once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar

from sqlalchemy import bindparam, delete, exists, select, update

from app.errors import AlreadyDone, KeyInUse, KeyReused
from app.json_text import read_json, write_json_bytes
from app.storage.clock import clock
from app.storage.prepare import insert_into, prepare
from app.storage.system import REPEAT, RUN
from app.storage.work import Row, Work

T = TypeVar("T")

KEPT = timedelta(hours=24)
"""How long a key is known; that of a run for as long as it has not ended, too."""
_MOST = 10_000
_MOST_BYTES = 1_000_000
"""Of the answers of one request that are kept to be given again."""
_NOT_KEPT = "not kept: "
"""What the name of a part begins with that was done, and whose answer was too long to keep."""
TOO_LONG = "This was done before; its answer was too long to be kept."
OTHER_RIGHTS = "This was done before. Its answer is not given again, since what you may do has changed."


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request that can be sent again, as it is stored: digests, of which nothing can be read."""

    key: str
    """Of the idempotency key, its caller and the application."""
    asked: str
    """Of all that the request asks."""
    rights: str
    """Of what decides which answer the caller may see."""
    part: str = ""
    """Which of several things that the request asks."""
    replayed: set[str] = field(default_factory=set)
    """The parts that are answered as they were before; the others are done now."""


class RepeatRows:
    """The requests with idempotency keys of all applications."""

    def __init__(self, dialect: Literal["sqlite", "postgresql"]) -> None:
        new: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in ("key", "asked", "rights", "answers", "run")
        }
        claim = (
            insert_into(REPEAT, dialect)
            .values({**new, "created": clock(dialect)})
            .on_conflict_do_nothing(index_elements=["key"])
        )
        mine = REPEAT.c.key == bindparam("repeat")
        self._claim = prepare(claim.returning(REPEAT.c.key), dialect)
        found = select(REPEAT.c.asked, REPEAT.c.rights, REPEAT.c.answers).where(mine)
        self._look = prepare(found, dialect)
        self._find = prepare(found.with_for_update(), dialect)
        self._keep = prepare(update(REPEAT).where(mine).values(answers=bindparam("new_answers")), dialect)
        goes_on = exists().where(RUN.c.id == REPEAT.c.run, RUN.c.ended.is_(None))
        old = select(REPEAT.c.key).where(REPEAT.c.created < bindparam("before"), ~goes_on).limit(_MOST)
        self._forget = prepare(delete(REPEAT).where(REPEAT.c.key.in_(old)), dialect)

    def once(self, repeat: Repeat | None, work: Work[T], run: str | None = None) -> Work[T]:
        """What the work answers, which JSON can say; where it was done before it is not begun.

        `run` is the durable run that it starts or answers.

        `KeyReused` where the key came with another request, `AlreadyDone` where the caller may see other things than
        then, or the answer was too long to keep. Whoever has the same key meanwhile waits for this transaction to end.
        """
        if repeat is None:
            return (yield from work)
        new = {"new_asked": repeat.asked, "new_rights": repeat.rights, "new_answers": "{}", "new_run": run}
        made = yield self._claim.statement({"new_key": repeat.key, **new})
        done = {} if made else _answers(repeat, (yield self._find.statement({"repeat": repeat.key})))
        if repeat.part in done:
            work.close()
            repeat.replayed.add(repeat.part)
            known: T = done[repeat.part]
            return known
        answer = yield from work
        answers = _written(done, repeat.part, answer)
        yield self._keep.statement({"repeat": repeat.key, "new_answers": answers})
        return answer

    def find(self, repeat: Repeat | None) -> Work[list[Any]]:
        """The answer, alone in a list, if it was done before; raises as `once` does."""
        if repeat is None:
            return []
        rows = yield self._look.statement({"repeat": repeat.key})
        done = _answers(repeat, rows) if rows else {}
        if repeat.part not in done:
            return []
        repeat.replayed.add(repeat.part)
        return [done[repeat.part]]

    def forget(self, before: datetime) -> Work[None]:
        """Forgets what was done before a moment, so much of it that others need not wait."""
        yield self._forget.statement({"before": before})


def _answers(repeat: Repeat, rows: Sequence[Row]) -> dict[str, Any]:
    """What the request has done already, by part."""
    if not rows:
        # It has just been forgotten, or what others did with it undone.
        raise KeyInUse
    asked, rights, answers = rows[0]
    if asked != repeat.asked:
        raise KeyReused
    if rights != repeat.rights:
        raise AlreadyDone(OTHER_RIGHTS)
    known: dict[str, Any] = read_json(answers)
    if _NOT_KEPT + repeat.part in known:
        raise AlreadyDone(TOO_LONG)
    return known


def _written(done: Mapping[str, Any], part: str, answer: Any) -> str:
    """What is kept once a part is done, too."""
    text = write_json_bytes({**done, part: answer}, _json_of)
    if len(text) > _MOST_BYTES:
        text = write_json_bytes({**done, _NOT_KEPT + part: None}, _json_of)
    return text.decode()


def _json_of(value: object) -> None:
    """Null for a number that is not finite, as in every answer."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no JSON")
