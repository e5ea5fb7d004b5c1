"""Actions that the incoming API opens: run while the caller waits, record by record, or to be polled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from app.definition.inputs import REQUEST_NAMES, Sent
from app.definition.model import Action, IncomingTrigger
from app.definition.names import parse_uuid
from app.engine.run import Start
from app.errors import INTERNAL_MESSAGE, ActionQLError, BadInput, NotFound, StepFailed, TimedOut
from app.expressions import EvaluationError, to_plain
from app.json_text import write_json
from app.logs import get_logger
from app.permissions import Rule
from app.properties import KINDS
from app.resolvers import runs
from app.resolvers.actions import check_opened, opening, performed
from app.resolvers.context import Context
from app.resolvers.repeats import part
from app.resolvers.runs import RunStarted, RunView

WAIT_SECONDS = 60.0
POLL_SECONDS = 0.5
LONGEST_SECONDS = 600.0
"""What a caller may ask for."""
LONGEST_POLL_SECONDS = 30.0
MOST_RECORDS = 1_000
_NO_RUN = "There is no run with this id."


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request: what an action sees of it, and the inputs that its query has."""

    body: str
    headers: Mapping[str, str]
    content_type: str
    url: str
    sent: Sent

    @property
    def values(self) -> dict[str, Any]:
        """What the action sees, by name."""
        return dict(zip(REQUEST_NAMES, (self.body, self.headers, self.content_type, self.url), strict=True))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: with its result, JSON-ready, or with an error."""

    result: Any = None
    error: ActionQLError | None = None


def trigger_of(action: Action) -> IncomingTrigger:
    """The action's trigger; `NotFound` for an action that the incoming API does not open."""
    if action.triggers.incoming_api is None:
        raise NotFound("There is no action with this name.")
    return action.triggers.incoming_api


def check_incoming(context: Context, action: Action) -> None:
    """Raises `Unauthenticated` or `Forbidden` unless the caller may trigger the action, or poll its runs."""
    check_opened(context, action, _rule(context, action))


async def run_incoming(
    context: Context, action: Action, request: Incoming, seconds: float | None = None
) -> Outcome:
    """How a run ended for whose end the caller waited; one that takes longer than its time is undone.

    Raises as `run_opened` does before it runs.
    """
    start = _start(context, action, request, _patience(action, seconds, WAIT_SECONDS))
    return await _outcome(context, start)


async def run_each(
    context: Context,
    action: Action,
    request: Incoming,
    records: Sequence[Any],
    seconds: float | None = None,
) -> list[Outcome]:
    """A run for each record, which is the run's `body`; one that fails touches no other. All share the time."""
    if len(records) > MOST_RECORDS:
        raise BadInput(f"A request has at most {MOST_RECORDS:,} records.", {"body": ["is_too_long"]})
    check_incoming(context, action)
    until = monotonic() + _patience(action, seconds, WAIT_SECONDS)
    return [
        await _one(part(context, str(index)), action, replace(request, body=write_json(record)), until)
        for index, record in enumerate(records)
    ]


async def start_incoming(context: Context, action: Action, request: Incoming) -> RunStarted:
    """Starts a durable run, to be polled; raises as `start_action` does."""
    begun = await context.generation.durable.start(_start(context, action, request, None))
    return RunStarted(begun.id, begun.state)


async def poll(context: Context, action: Action, id: str, seconds: float | None = None) -> RunView:
    """A run of the action, when it has ended or the time is over; `NotFound` for who did not start it."""
    check_incoming(context, action)
    uuid = parse_uuid(id)
    if uuid is None:
        raise NotFound(_NO_RUN)
    found = await runs.run(context, str(uuid))
    if found.action != action.name:
        raise NotFound(_NO_RUN)
    if found.ended is None:
        patience = min(_patience(action, seconds, POLL_SECONDS), LONGEST_POLL_SECONDS)
        await context.generation.durable.look(found.id, patience)
        found = await runs.run(context, found.id)
    return found


async def _one(context: Context, action: Action, request: Incoming, until: float) -> Outcome:
    left = until - monotonic()
    if left <= 0:
        return Outcome(error=TimedOut("The time was over before it was the turn of this record."))
    try:
        return await _outcome(context, _start(context, action, request, left))
    except ActionQLError as error:
        return Outcome(error=error)
    except Exception:
        # What others have done stands, and their caller must learn of it.
        get_logger().exception("unexpected error", request_id=context.request_id)
        return Outcome(error=ActionQLError(INTERNAL_MESSAGE))


async def _outcome(context: Context, start: Start) -> Outcome:
    try:
        return Outcome(to_plain(await performed(context, start)))
    except EvaluationError as error:
        get_logger().info("answer failed", reason=str(error), request_id=context.request_id)
        return Outcome(error=StepFailed("The answer could not be written.", str(error)))
    except ActionQLError as error:
        return Outcome(error=error)


def _start(context: Context, action: Action, request: Incoming, seconds: float | None) -> Start:
    """A run that sees the request; an input of the action's own with such a name takes it by its kind."""
    seen = request.values
    declared = {name: _declared(action, name, value) for name, value in seen.items() if name in action.input}
    sent = request.sent._replace(values={**request.sent.values, **declared})
    start = opening(context, action, sent, _rule(context, action))
    return start._replace(input={**seen, **start.input}, seconds=seconds)


def _declared(action: Action, name: str, value: Any) -> Any:
    kind = KINDS.get(action.input[name].kind)
    as_text = kind is not None and kind.graphql == "String" and not isinstance(value, str)
    return write_json(value) if as_text else value


def _patience(action: Action, asked: float | None, default: float) -> float:
    """Seconds: what the caller asks for, else what the action says, else the default of its mode."""
    if asked is not None:
        return asked
    declared = trigger_of(action).timeout
    return default if declared is None else declared.total_seconds()


def _rule(context: Context, action: Action) -> Rule:
    """Nobody needs to be known to an anonymous trigger; who comes with a key needs the privilege for it."""
    nameless = trigger_of(action).anonymous and not context.principal.known
    return Rule() if nameless else Rule(privilege="use_api_key")
