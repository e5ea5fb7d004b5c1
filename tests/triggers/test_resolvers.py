"""The resolvers themselves: the right and the time are decided below the door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.definition.inputs import Sent
from app.definition.model import Action
from app.errors import Forbidden, TimedOut, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.resolvers.context import Context
from app.resolvers.incoming import Incoming, poll, run_each, run_incoming, start_incoming
from tests.triggers.conftest import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")
REQUEST = Incoming("{}", {}, "", "http://test/", Sent({}))
STRANGER = Principal(record={"id": 1}, roles=frozenset({"guest"}), key="k")
Call = Callable[[Context, Action], Awaitable[Any]]
CALLS: list[Call] = [
    lambda context, action: run_incoming(context, action, REQUEST),
    lambda context, action: run_each(context, action, REQUEST, []),
    lambda context, action: start_incoming(context, action, REQUEST),
    lambda context, action: poll(context, action, "x"),
]


def called(door: Door, principal: Principal, action: str) -> tuple[Context, Action]:
    context = Context(door.server, door.generation, principal, "tests", "r", "", lambda: "http://test")
    return context, door.generation.action(action)


@pytest.mark.parametrize("call", CALLS)
async def test_only_the_privilege_opens_what_is_not_anonymous(door: Door, call: Call) -> None:
    with pytest.raises(Unauthenticated):
        await call(*called(door, ANYBODY, "Whoami"))
    with pytest.raises(Forbidden):
        await call(*called(door, STRANGER, "Whoami"))


async def test_run_that_ends_after_its_time_is_undone(door: Door) -> None:
    outcome = await run_incoming(*called(door, ANYBODY, "Number"), REQUEST, 0.0)
    assert isinstance(outcome.error, TimedOut)
    assert outcome.result is None
