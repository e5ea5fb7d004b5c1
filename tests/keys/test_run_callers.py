"""Runs that go on after their caller has gone: they have the rights that the caller has now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from app.resolvers.operation import show_run
from app.resolvers.users import disable_user, remove_user
from tests.audit.desk import Desk, opened

CLERK = "clerk@example.org"
NOTES = "{ allNote { results { text } } }"


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(database_url, tmp_path) as desk:
        yield desk


async def ended(desk: Desk, change: Callable[[], Awaitable[object]] | None = None) -> tuple[str, str | None]:
    """How a run ended that a user started with a key, and whose steps have the user's rights."""
    path = "/phixflow/api/1/action/desk/Slowly/trigger"
    id = (await desk.send("POST", path, desk.key("incoming", "clerk"))).json()["processId"]
    if change is not None:
        await change()
    async with asyncio.timeout(60):
        while (run := (await show_run(desk.server, id))[0]).ended is None:
            await asyncio.sleep(0.1)
    return run.state, run.reason


async def test_run_has_the_roles_of_the_user_of_its_key(desk: Desk) -> None:
    assert await ended(desk) == ("completed", None)
    assert (await desk.ask("clerk", NOTES))["data"]["allNote"]["results"] == [{"text": "slow"}]


@pytest.mark.parametrize("change", [disable_user, remove_user])
async def test_run_of_a_user_who_is_out_may_nothing_more(
    desk: Desk, change: Callable[..., Awaitable[object]]
) -> None:
    out = await ended(desk, lambda: change(desk.server, desk.generation.application, CLERK))
    assert out == ("fatal_errored", "UNAUTHENTICATED")
    assert (await desk.ask("clerk", NOTES))["data"]["allNote"]["results"] == []
