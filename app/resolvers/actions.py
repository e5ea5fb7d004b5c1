"""Running actions: input checked by its kinds, permission decided, the result as JSON."""

from __future__ import annotations

from typing import Any

from app.definition.inputs import Sent, check_input, check_sent
from app.definition.model import Action
from app.engine.runs import Ended, Start
from app.expressions import to_plain
from app.permissions import Rule
from app.resolvers.context import Context


async def run_action(context: Context, id: str, input: Any) -> Any:
    """The result of an action, by uuid or name, JSON-ready; null when it has none.

    Raises `NotFound` for what nobody may call, `Unauthenticated` or `Forbidden` for who may not, `BadInput` with the
    fields that are missing, surplus or wrong, and what the run raises.
    """
    context.generation.permissions.admit(context.principal)
    action = context.generation.action(id)
    context.generation.permissions.may_run(context.principal, action)
    values = check_input(context.generation.application, action, input)
    start = Start(action.name, values, context.principal, context.door, context.request_id)
    ended = await context.generation.runs.run(start)
    return to_plain(ended.result)


def check_opened(context: Context, action: Action, rule: Rule) -> None:
    """Raises `Unauthenticated` or `Forbidden` unless the caller may run an action that `rule` opens.

    `run_opened` asks again; a door that keeps files of the input asks before.
    """
    context.generation.permissions.may_run_opened(context.principal, action, rule)


async def run_opened(context: Context, action: Action, sent: Sent, rule: Rule) -> Ended:
    """How a run of an action ended that an endpoint or trigger opens by its own rule; its result as the run left it.

    Raises `Unauthenticated` or `Forbidden` for who may not, `BadInput` with what is missing, surplus or wrong under
    the names that the sender knows, and what the run raises.
    """
    check_opened(context, action, rule)
    values = check_sent(context.generation.application, action, sent)
    start = Start(action.name, values, context.principal, context.door, context.request_id)
    return await context.generation.runs.run(start)
