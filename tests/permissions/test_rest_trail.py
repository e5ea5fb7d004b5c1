"""The audit trail is told of what is done or refused at the REST door in the same words as of GraphQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from app.edge import Applications
from app.shims.records import record_routes
from tests.permissions.doors import Doors
from tests.permissions.oracle import CALLERS, FORBIDDEN, UNAUTHENTICATED
from tests.permissions.requests import request_of
from tests.permissions.test_rest import Rest, TokenEdge, request_by_rest
from tests.permissions.test_writes import CREATES, DELETES, LINKS, UPDATES

pytestmark = pytest.mark.asyncio(loop_scope="package")
ACTIONS = ("Ping", "For members", "For leaders", "For staff", "For nobody", "Who am I")


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def rest(served: Doors) -> AsyncIterator[Rest]:
    edge = TokenEdge(served.served.server, Applications(served.served.generations))
    transport = httpx.ASGITransport(app=Starlette(routes=record_routes(edge)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
        yield Rest(served.served, client)


async def test_write_is_told_as_by_graphql(tried: Doors, rest: Rest) -> None:
    compared = 0
    for caller in CALLERS:
        for case in (*CREATES, *UPDATES, *LINKS, *DELETES):
            tried.forget()
            method, path, options = request_by_rest(case)
            answer = await rest.send(caller, method, path, **options)
            code, told = answer.json()["code"] if answer.status_code >= 400 else None, tried.told
            assert len(told) == (code in (None, UNAUTHENTICATED, FORBIDDEN)), (caller.name, str(case))
            tried.forget()
            by_graphql = await tried.served.ask(*request_of(case), tried.served.tokens.get(caller.name))
            if by_graphql.code != code:
                # GraphQL's schema does not have every name, and says so before it asks for rights.
                assert None not in (by_graphql.code, code), (caller.name, str(case))
                continue
            assert tried.told == told, (caller.name, str(case))
            compared += 1
    assert compared > 300


async def test_action_is_told_as_by_graphql(tried: Doors, rest: Rest) -> None:
    for caller in CALLERS:
        for action in ACTIONS:
            tried.forget()
            await rest.send(caller, "POST", f"/models/Team/actions/{action}/execute")
            told = tried.told
            tried.forget()
            await tried.served.act(action, tried.served.tokens.get(caller.name))
            assert tried.told == told, (caller.name, action)
