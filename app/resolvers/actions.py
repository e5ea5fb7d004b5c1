"""Running actions: input checked by its kinds, permission decided, the result as JSON."""

from __future__ import annotations

from typing import Any

from app.definition.inputs import Sent, check_sent
from app.definition.model import Action
from app.engine.runs import Ended, Start
from app.expressions import to_plain
from app.permissions import Rule
from app.resolvers.audit import refusals_told
from app.resolvers.context import Context
from app.resolvers.runs import key_of, starting


async def run_action(context: Context, id: str, input: Any, idempotency_key: str | None = None) -> Any:
    """The result of an action, by uuid or name, JSON-ready; null when it has none.

    Raises `NotFound` for what nobody may call, `Unauthenticated` or `Forbidden` for who may not, `BadInput` with the
    fields that are missing, surplus or wrong, and what the run raises.

    The same caller's same input with the same idempotency key has the result, or the error, of the run that is there;
    `Conflict` while that is under way, `KeyReused` for another input.
    """
    start = starting(context, id, input)
    key = key_of(context, start, idempotency_key, input)
    if key is not None:
        done = await context.generation.durable.perform(start, key)
        if done.known:
            context.replay()
        return done.result
    ended = await context.generation.runs.run(start)
    return to_plain(ended.result)


def check_opened(context: Context, action: Action, rule: Rule) -> None:
    """Raises `Unauthenticated` or `Forbidden` unless the caller may run an action that `rule` opens.

    `run_opened` asks again; a door that keeps files of the input asks before.
    """
    with refusals_told(context, "run", action.name):
        context.generation.permissions.may_run_opened(context.principal, action, rule)


async def run_opened(context: Context, action: Action, sent: Sent, rule: Rule) -> Ended:
    """How a run of an action ended that an endpoint or trigger opens by its own rule; its result as the run left it.

    Raises `Unauthenticated` or `Forbidden` for who may not, `BadInput` with what is missing, surplus or wrong under
    the names that the sender knows, and what the run raises.
    """
    return await context.generation.runs.run(opening(context, action, sent, rule))


def opening(context: Context, action: Action, sent: Sent, rule: Rule) -> Start:
    """What such a run begins with, once all that is decided; raises as `run_opened` does before it runs."""
    check_opened(context, action, rule)
    values = check_sent(context.generation.application, action, sent)
    return context.start(action.name, values)
