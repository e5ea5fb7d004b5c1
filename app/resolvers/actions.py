"""Running actions: input checked by its kinds, permission decided, the result as JSON."""

from __future__ import annotations

from typing import Any

from app.definition.inputs import Sent, check_sent
from app.definition.model import Action
from app.engine.run import Start
from app.expressions import to_plain
from app.permissions import Rule
from app.resolvers.audit import refusals_told
from app.resolvers.context import Context
from app.resolvers.repeats import at_work
from app.resolvers.runs import starting


async def run_action(context: Context, id: str, input: Any) -> Any:
    """Runs an action, by uuid or name; its result is JSON-ready.

    Raises `NotFound` for what nobody may call, `Unauthenticated` or `Forbidden` for who may not, `BadInput` with the
    fields that are missing, surplus or wrong, and what the run raises.
    """
    return to_plain(await performed(context, starting(context, id, input)))


async def performed(context: Context, start: Start) -> Any:
    """The result of a run for whose end the caller waits.

    With an idempotency key it is run once. One that reaches outside is then a durable run, which ends whatever
    becomes of this process, and whose error is answered again, too.
    """
    generation = context.generation
    if start.repeat is None:
        return (await generation.runs.run(start)).result
    with at_work(context):
        if generation.runs.actions[start.action].reaches:
            return await generation.durable.perform(start)
        return (await generation.runs.run(start)).result


def check_opened(context: Context, action: Action, rule: Rule) -> None:
    """Raises `Unauthenticated` or `Forbidden` unless the caller may run an action that `rule` opens.

    `run_opened` asks again; a door that keeps files of the input asks before.
    """
    with refusals_told(context, "run", action.name):
        context.generation.permissions.may_run_opened(context.principal, action, rule)


async def run_opened(context: Context, action: Action, sent: Sent, rule: Rule) -> Any:
    """The result of an action that an endpoint or trigger opens by its own rule, as the run left it.

    Raises `Unauthenticated` or `Forbidden` for who may not, `BadInput` with what is missing, surplus or wrong under
    the names that the sender knows, and what the run raises.
    """
    return await performed(context, opening(context, action, sent, rule))


def opening(context: Context, action: Action, sent: Sent, rule: Rule) -> Start:
    """What such a run begins with, once all that is decided; raises as `run_opened` does before it runs."""
    check_opened(context, action, rule)
    values = check_sent(context.generation.application, action, sent)
    return context.start(action.name, values)
