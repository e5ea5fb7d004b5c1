"""Runs as the schema shows them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from app.properties import KINDS
from app.resolvers.runs import RunView
from app.schema.scalars import JSON

_MOMENT = KINDS["date_time"]


@strawberry.enum(description="Where a run is; `running` also while it waits for its time.")
class RunState(Enum):
    """As the rows of runs have it."""

    created = "created"
    running = "running"
    waiting_for_input = "waiting_for_input"
    completed = "completed"
    fatal_errored = "fatal_errored"


@strawberry.input(description="What must hold of a run; all keys must.")
class RunWhere:
    """Which runs."""

    state: RunState | None = strawberry.UNSET
    action: str | None = strawberry.field(default=strawberry.UNSET, description="An action's uuid or name.")
    door: str | None = strawberry.field(default=strawberry.UNSET, description="Where it was started.")
    createdFrom: datetime | None = strawberry.UNSET  # noqa: N815
    createdBefore: datetime | None = strawberry.UNSET  # noqa: N815


@strawberry.type(description="A run that was started.")
class RunStarted:
    """What `startAction` and `answerRun` answer."""

    runId: strawberry.ID = strawberry.field(description="For `run(id)`; it cannot be guessed.")  # noqa: N815
    state: RunState


@strawberry.type(description="Why a run failed.")
class RunError:
    """A stable code and what callers may read."""

    code: str
    message: str
    detail: str | None = strawberry.field(description="What happened, for those who may read the console.")


@strawberry.type(description="What a run asks a person.")
class RunQuestion:
    """A form, and the token that its answer needs."""

    token: str = strawberry.field(description="For `answerRun`.")
    title: str
    text: str
    fields: JSON = strawberry.field(description="`[{name label kind required description options}]`.")
    until: datetime | None = strawberry.field(
        description="When the run ends if nobody has answered; null where it waits for ever."
    )


@strawberry.type(description="A run of an action.")
class Run:
    """What its caller may know of it."""

    id: strawberry.ID
    action: str = strawberry.field(description="The action's name.")
    state: RunState
    result: JSON | None = strawberry.field(
        description="What `action` would have answered; lists leave it out."
    )
    error: RunError | None
    created: datetime
    started: datetime | None
    ended: datetime | None
    waiting: RunQuestion | None = strawberry.field(description="The question it waits for an answer to.")
    steps: JSON | None = strawberry.field(
        description="What its steps did, for those who may read the console; lists leave it out."
    )


@strawberry.type(description="A page of runs, the newest first.")
class RunPage:
    """What `runs` answers."""

    results: list[Run]
    totalCount: int = strawberry.field(description="How many there are on all pages.")  # noqa: N815


def run_answer(view: RunView) -> dict[str, Any]:
    """A run by the names of its fields."""
    moments = {"created": view.created, "started": view.started, "ended": view.ended}
    waiting = None
    if (asks := view.waiting) is not None:
        until = None if asks.until is None else _MOMENT.render(asks.until)
        waiting = {**asdict(asks), "until": until}
    return {
        **{name: getattr(view, name) for name in ("id", "action", "state", "result", "steps")},
        **{name: None if one is None else _MOMENT.render(one) for name, one in moments.items()},
        "error": None if view.error is None else asdict(view.error),
        "waiting": waiting,
    }
