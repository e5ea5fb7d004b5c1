"""Runs as their callers see them: started, looked at, answered, ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.definition.inputs import check_input
from app.engine.questions import belongs
from app.engine.run import Start
from app.engine.telling import principal_name
from app.errors import BadInput, Conflict, NotFound
from app.properties import KINDS
from app.properties.base import Constraints, Invalid
from app.resolvers.audit import about_run, refusals_told
from app.resolvers.context import Context
from app.storage.durable_runs import StoredRun
from app.storage.run_lists import RunLists

STATES = ("created", "running", "waiting_for_input", "fatal_errored", "completed", "unknown")
_NO_RUN = "There is no run with this id."
WAITING = "waiting_for_input"
GOING_ON = ("created", "running")
"""The states of a run that needs nobody."""
LONGEST_WAIT = 30
"""Seconds that a caller may wait for news of a run; it may ask again."""
_MOMENTS = frozenset({"created_from", "created_before"})
_FILTERS = _MOMENTS | {"state", "action", "door", "text"}
MOST_SEARCHED = 200
"""Characters of a text that runs are searched for."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run that was recorded, or that the same idempotency key had started before."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run failed: a stable code, what its caller may read, and for the console what happened."""

    code: str
    message: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a run asks a person: `fields` are `{name label kind required description options}`.

    When nobody has answered `until` then, the run ends.
    """

    token: str
    title: str
    text: str
    fields: Sequence[Mapping[str, Any]]
    asked: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RunView:
    """A run; `steps` is there for those who may read the console."""

    id: str
    action: str
    state: str
    result: Any
    error: RunError | None
    created: datetime
    started: datetime | None
    ended: datetime | None
    waiting: Waiting | None
    steps: Sequence[Mapping[str, Any]] | None = None
    door: str = ""
    caller: str | None = None
    """Who started it, as `Model:id`, `user:id` or `key:id`; None for anybody."""
    input: Any = None
    """For the console alone."""
    durable: bool = False
    """Whether its place is kept: it can be cancelled, or retried once it has failed."""


async def start_action(context: Context, id: str, input: Any) -> RunStarted:
    """Starts an action, by uuid or name, as a durable run; raises as `run_action` does."""
    begun = await context.generation.durable.start(starting(context, id, input))
    return RunStarted(begun.id, begun.state)


async def run(
    context: Context, id: str, wait_seconds: int = 0, states: Collection[str] = GOING_ON
) -> RunView:
    """The run with this id; `NotFound` for who neither started it nor may read the console.

    One that anybody started may be seen by who knows its id, which cannot be guessed. It is answered when it is in
    none of these states any more, or asks another question than now, at last after so many seconds.
    """
    row = await _seen(context, id, "read")
    if not 0 <= wait_seconds <= LONGEST_WAIT:
        raise BadInput(f"waitSeconds is 0 to {LONGEST_WAIT}.", {"waitSeconds": ["is_invalid"]})
    if wait_seconds and row.state in states:
        row = await _watched(context, row, wait_seconds, states)
    steps = None
    if _reads_console(context):
        lists = RunLists(context.server.database.dialect)
        steps = await context.server.database.read(lambda: lists.steps(row.id))
    return _view(context, row, steps)


async def runs(
    context: Context, where: Mapping[str, Any] | None = None, skip: int = 0, take: int = 50
) -> list[RunView]:
    """The caller's runs, or all for who may read the console, the newest first.

    `where` has any of `state`, `action`, `door`, moments `created_from` and `created_before`, and `text`, which is
    looked for in ids, actions, callers and errors.
    """
    wanted = _checked(context, where or {})
    settings = context.server.settings
    if skip < 0 or not 0 <= take <= settings.take_most:
        raise BadInput(f"skip is 0 or more, take 0 to {settings.take_most}.", {"take": ["is_invalid"]})
    if wanted is None:
        return []
    application = context.generation.application.uuid.hex
    lists = RunLists(context.server.database.dialect)
    rows = await context.server.database.read(lambda: lists.newest(application, wanted, skip, take))
    return [_view(context, row, None) for row in rows]


async def count_runs(context: Context, where: Mapping[str, Any] | None = None) -> int:
    """How many runs there are of which `runs` gives a page."""
    wanted = _checked(context, where or {})
    if wanted is None:
        return 0
    application = context.generation.application.uuid.hex
    lists = RunLists(context.server.database.dialect)
    return await context.server.database.read(lambda: lists.count(application, wanted))


async def answer_run(context: Context, id: str, token: str, input: Any) -> RunStarted:
    """Answers what a run waits for; who has the token of the question may, whoever started the run.

    With an idempotency key the same answer is taken again, and changes nothing. `Conflict` where the run does not wait
    or the token is another's, `BadInput` for a wrong answer.
    """
    with refusals_told(context, "answer", ""):
        context.generation.permissions.admit(context.principal)
    durable = context.generation.durable
    if await durable.is_answered(context.repeat):
        return RunStarted(id, "running")
    row = await durable.find(id)
    if row is None or not (belongs(token, row.wait) or _may_see(context, row)):
        raise _unseen(context, row, "answer")
    told = about_run(context, "answer", row)
    await durable.answer(row, token, input, told, context.repeat)
    return RunStarted(row.id, "running")


async def cancel_run(context: Context, id: str) -> RunView:
    """Ends a durable run, whatever it does; `Conflict` where it has ended or is none that can be ended."""
    row = await _seen(context, id, "cancel")
    if not await context.generation.durable.cancel(row.id, about_run(context, "cancel", row)):
        what = "has ended" if row.ended else "was started with a caller who waits; it ends by itself"
        raise Conflict(f"The run {what}.")
    return await run(context, id)


async def retry_run(context: Context, id: str) -> RunView:
    """Lets a failed durable run go on from where it last stood; `Conflict` for any other."""
    row = await _seen(context, id, "retry")
    if not await context.generation.durable.retry(row.id, about_run(context, "retry", row)):
        raise Conflict("Only a durable run that has failed can go on.")
    return await run(context, id)


def starting(context: Context, id: str, input: Any) -> Start:
    """What a run begins with, once it is decided that the caller may and that the input is right."""
    generation = context.generation
    if generation.permissions.private:
        with refusals_told(context, "run", ""):
            generation.permissions.admit(context.principal)
    action = generation.action(id)
    with refusals_told(context, "run", action.name):
        generation.permissions.may_run(context.principal, action)
    return context.start(action.name, check_input(generation.application, action, input))


async def _watched(context: Context, row: StoredRun, seconds: int, states: Collection[str]) -> StoredRun:
    asked = _token(row)

    def news(now: StoredRun) -> bool:
        return now.state not in states or (now.state == WAITING and _token(now) != asked)

    async with context.parked() as there_is_room:
        if not there_is_room:
            return row
        return await context.generation.durable.watch(row, seconds, news)


def _token(row: StoredRun) -> Any:
    return (row.wait or {}).get("token")


async def _seen(context: Context, id: str, operation: str) -> StoredRun:
    with refusals_told(context, operation, ""):
        context.generation.permissions.admit(context.principal)
    row = await context.generation.durable.find(id)
    if row is None or not _may_see(context, row):
        raise _unseen(context, row, operation)
    return row


def _unseen(context: Context, row: StoredRun | None, operation: str) -> NotFound:
    """A run that is somebody else's is not there for its caller; the audit trail knows better."""
    error = NotFound(_NO_RUN)
    if row is not None:
        context.server.trail.note(about_run(context, operation, row)._replace(result=error.code))
    return error


def _may_see(context: Context, row: StoredRun) -> bool:
    return row.principal == principal_name(context.principal) or (
        row.principal is None or _reads_console(context)
    )


def _reads_console(context: Context) -> bool:
    return "read_console" in context.principal.privileges


def _checked(context: Context, where: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the rows of runs must agree with; None where none is for the caller."""
    with refusals_told(context, "read", ""):
        context.generation.permissions.admit(context.principal)
    wanted = dict(where)
    if unknown := wanted.keys() - _FILTERS:
        known = ", ".join(sorted(_FILTERS))
        raise BadInput(f"Runs are found by {known}, not by {', '.join(sorted(unknown))}.")
    if wanted.get("state", "running") not in STATES:
        raise BadInput(f"A state is one of {', '.join(STATES)}.", {"state": ["is_invalid"]})
    for name in wanted.keys() & _MOMENTS:
        wanted[name] = _moment(name, wanted[name])
    if len(wanted.get("text", "")) > MOST_SEARCHED or "\0" in wanted.get("text", ""):
        raise BadInput(f"text is at most {MOST_SEARCHED} characters.", {"text": ["is_invalid"]})
    if "action" in wanted:
        wanted["action"] = context.generation.action(wanted["action"]).uuid.hex
    if _reads_console(context):
        return wanted
    who = principal_name(context.principal)
    return None if who is None else {**wanted, "principal": who}


def _moment(name: str, value: Any) -> Any:
    try:
        return KINDS["date_time"].parse(value, Constraints(kind="date_time"))
    except Invalid as wrong:
        raise BadInput(f"{name} {wrong}", {name: [wrong.code]}) from None


def waiting_for(row: StoredRun) -> Waiting | None:
    """What a run asks a person now."""
    if row.state != WAITING or row.wait is None:
        return None
    texts = {name: row.wait[name] for name in ("token", "title", "text", "fields")}
    until = row.wait.get("until")
    asked = datetime.fromisoformat(row.wait["asked"])
    return Waiting(**texts, asked=asked, until=None if until is None else datetime.fromisoformat(until))


def _view(context: Context, row: StoredRun, steps: Sequence[Mapping[str, Any]] | None) -> RunView:
    error = None
    if row.reason is not None:
        detail = row.error if _reads_console(context) else None
        error = RunError(row.reason, row.message or "The run failed.", detail)
    return RunView(
        id=row.id,
        action=row.action_name,
        state=row.state,
        result=row.result,
        error=error,
        created=row.created,
        started=row.started,
        ended=row.ended,
        waiting=waiting_for(row),
        steps=steps,
        door=row.door,
        caller=row.principal,
        input=row.input if _reads_console(context) else None,
        durable=row.cursor is not None,
    )
