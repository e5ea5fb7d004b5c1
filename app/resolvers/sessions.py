"""Sessions of modules: durable runs that a key of the module starts, and that people go on with on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.definition.inputs import Sent
from app.definition.model import Action
from app.definition.names import parse_short_uuid
from app.errors import Conflict, NotFound, StepFailed
from app.permissions import Rule
from app.resolvers.actions import opening
from app.resolvers.audit import about_run, refusals_told
from app.resolvers.context import Context, Generation
from app.resolvers.keys import takes_keys
from app.resolvers.repeats import repeatable
from app.resolvers.runs import RunStarted, Waiting, waiting_for
from app.storage.durable_runs import StoredRun

DOOR = "execution"
UNKNOWN = "unknown"
OUTDATED = "This question has been answered, or its time is over."
_OPEN = Rule()
"""Whoever has a key of the module may start it."""
_NO_SESSION = "There is no session with this id."


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the holder of its id sees it: how it stands, and what it asks. It has no values of the run."""

    id: str
    state: str
    message: str | None
    """What its author, or the server, tells people of its failure."""
    waiting: Waiting | None
    created: datetime
    ended: datetime | None


def find_module(generations: Iterable[Generation], id: str) -> tuple[Generation, Action] | None:
    """The first action with this uuid (base64url, hex) or name, and its application; it may be no module at all."""
    uuid = parse_short_uuid(id)
    for generation in generations:
        named = generation.application.actions.get(id)
        action = named if uuid is None else generation.actions_by_uuid.get(uuid.hex, named)
        if action is not None:
            return generation, action
    return None


async def start_session(context: Context, module: Action, sent: Sent) -> RunStarted:
    """Starts a module for a caller with a key of it, and gives its id when it is on disk.

    Raises `BadInput` that names every missing, surplus or wrong start parameter.
    """
    begun = await context.generation.durable.start(opening(context, module, sent, _OPEN))
    return RunStarted(begun.id, begun.state)


async def session(context: Context, module: Action, id: str) -> Session:
    """The session of this module with this id; raises `NotFound`.

    Its state is `unknown` where it was started, by another door, before the module was executable over the
    Execution API. What it asks is told where it was started over that API: who else started a run answers it there.
    """
    row = await _find(context, module, id)
    here = row.door == DOOR
    state = row.state if here or await _was_executable(context, module, row) else UNKNOWN
    return Session(
        id=row.id,
        state=state,
        message=row.message,
        waiting=waiting_for(row) if here else None,
        created=row.created,
        ended=row.ended,
    )


async def answer_session(context: Context, module: Action, id: str, token: str, input: object) -> None:
    """Answers what a session asks; the same answer to the same question again changes nothing.

    `Conflict` where the token is not that of the question which it asks now, `BadInput` for a wrong answer.
    """
    row = await _find(context, module, id)
    if row.door != DOOR:
        raise Conflict(OUTDATED)
    once = repeatable(context, token, [id, input]).repeat
    durable = context.generation.durable
    if not await durable.is_answered(once):
        await durable.answer(row, token, input, about_run(context, "answer", row), once)


async def _find(context: Context, module: Action, id: str) -> StoredRun:
    with refusals_told(context, "read", module.name):
        context.generation.permissions.admit(context.principal)
    uuid = parse_short_uuid(id)
    row = None if uuid is None else await context.generation.durable.find(str(uuid))
    if row is None or row.action != module.uuid.hex or not takes_keys(module):
        raise NotFound(_NO_SESSION)
    return row


async def _was_executable(context: Context, module: Action, row: StoredRun) -> bool:
    """Whether the definition that the run began with let keys start the module; False where it is not known."""
    if row.revision is None:
        return False
    try:
        engine = await context.generation.durable.revisions.engine(row.revision)
    except StepFailed:
        return False
    actions = engine.runs.application.actions.values()
    return any(one.uuid == module.uuid and takes_keys(one) for one in actions)
