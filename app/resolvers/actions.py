"""Running actions: input checked by its kinds, permission decided, the result as JSON."""

from __future__ import annotations

from typing import Any

from app.definition.inputs import check_input
from app.engine.runs import Start
from app.expressions import to_plain
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
