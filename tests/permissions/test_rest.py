"""The REST door against the oracle: what GraphQL answers and refuses, this door answers and refuses alike.

Callers come with their tokens instead of API keys, so that each is the very same caller at both doors.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request

from app.edge import Applications, Edge
from app.resolvers.context import Context
from app.shims.records import BASE, record_routes
from app.shims.records.answers import STATUSES
from tests.permissions import oracle
from tests.permissions.oracle import BAD_USER_INPUT, CALLERS, Caller, World
from tests.permissions.oracle_writes import Case, rights_first, write
from tests.permissions.serving import Serving
from tests.permissions.test_writes import CREATES, DELETES, LINKS, UPDATES, unnumbered

pytestmark = pytest.mark.asyncio(loop_scope="package")


class TokenEdge(Edge):
    """Takes access tokens where API keys belong."""

    async def context_by_key(self, request: Request, door: str) -> Context:
        return await self.context(request, door)


class Rest:
    """The door for one server."""

    def __init__(self, served: Serving, client: httpx.AsyncClient) -> None:
        self.served = served
        self._client = client

    async def send(self, caller: Caller, method: str, path: str, **options: Any) -> httpx.Response:
        token = self.served.tokens.get(caller.name)
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = await self._client.request(method, f"{BASE}{path}", headers=headers, **options)
        assert answer.status_code in {200, 201, 204, *STATUSES.values()}
        return answer

    async def rows(self, caller: Caller, model: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The records of a list, or the code of the refusal."""
        answer = await self.send(caller, "GET", f"/models/{model}/records", params=dict(parameters or {}))
        return answer.json() if answer.status_code == 200 else answer.json()["code"]


@pytest_asyncio.fixture(loop_scope="package")
async def rest(callers: Serving) -> AsyncIterator[Rest]:
    edge = TokenEdge(callers.server, Applications(callers.generations))
    transport = httpx.ASGITransport(app=Starlette(routes=record_routes(edge)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
        yield Rest(callers, client)


def _expected(world: World, caller: Caller, model: str) -> Any:
    rows = oracle.visible(world, caller, model)
    return rows if isinstance(rows, str) else [oracle.shown(caller, model, row) for row in rows]


def _same(rows: Any, names: list[str]) -> Any:
    """The rows with what the oracle knows of them."""
    return rows if isinstance(rows, str) else [{name: row[name] for name in names} for row in rows]


async def test_list_and_one_answer_the_rows_and_fields_of_the_caller(rest: Rest) -> None:
    world = oracle.seeded()
    for caller in CALLERS:
        for model in oracle.FIELDS:
            names, expected = oracle.fields(caller, model), _expected(world, caller, model)
            rows = await rest.rows(caller, model)
            assert _same(rows, names) == expected, (caller.name, model)
            for row in () if isinstance(rows, str) else rows:
                assert not set(row).intersection(oracle.missing(caller, model))
            for id in (*sorted(world[model]), 99):
                answer = await rest.send(caller, "GET", f"/models/{model}/records/{id}")
                known = [] if isinstance(expected, str) else [row for row in expected if row["id"] == id]
                refusal = expected if isinstance(expected, str) else "NOT_FOUND"
                if known:
                    assert _same([answer.json()], names) == known
                else:
                    assert answer.json()["code"] == refusal


async def test_reference_is_shown_only_where_its_record_may_be_read(rest: Rest) -> None:
    world = oracle.seeded()
    for caller in CALLERS:
        for model, relations in oracle.RELATIONS.items():
            rows = await rest.rows(caller, model)
            for row in () if isinstance(rows, str) else rows:
                for name, reference in relations.items():
                    if reference.many:
                        assert name not in row
                        continue
                    related = oracle.related(world, caller, world[model][row["id"]], reference)
                    if isinstance(related, str):
                        assert name not in row
                    else:
                        assert row[name] == next(({"id": other["id"]} for other in related), None)


async def test_filter_finds_no_row_that_the_caller_may_not_read(rest: Rest) -> None:
    world = oracle.seeded()
    for caller in CALLERS:
        for model in oracle.FIELDS:
            expected = _expected(world, caller, model)
            for name in oracle.fields(caller, model):
                for value in {row[name] for row in world[model].values() if row[name] is not None}:
                    filters = json.dumps([{"path": name, "predicate": "eq", "criteria": value}])
                    found = await rest.rows(caller, model, {"filters": filters, "order": f"{name}:desc"})
                    if isinstance(expected, str):
                        assert found == expected
                    else:
                        wanted = [row for row in expected if row[name] == value]
                        assert sorted(row["id"] for row in found) == [row["id"] for row in wanted]


async def test_filter_through_a_relation_sees_what_the_caller_may_read(rest: Rest) -> None:
    world = oracle.seeded()
    for caller in CALLERS:
        for model, relations in oracle.RELATIONS.items():
            rows = oracle.visible(world, caller, model)
            for name, reference in relations.items():
                others = oracle.visible(world, caller, reference.model)
                for id in world[reference.model]:
                    filters = json.dumps([{"path": [name, "id"], "predicate": "eq", "criteria": id}])
                    found = await rest.rows(caller, model, {"filters": filters})
                    if isinstance(rows, str) or isinstance(others, str):
                        assert found == (rows if isinstance(rows, str) else others)
                        continue
                    wanted = [
                        row["id"]
                        for row in rows
                        if id in {other["id"] for other in oracle.related(world, caller, row, reference)}  # type: ignore[index]
                    ]
                    assert [row["id"] for row in found] == wanted, (caller.name, model, name, id)


async def test_name_that_is_hidden_is_as_unknown_as_any(rest: Rest) -> None:
    for caller in CALLERS:
        for model in oracle.FIELDS:
            if isinstance(oracle.visible(oracle.seeded(), caller, model), str):
                continue
            for name in oracle.missing(caller, model):
                filters = json.dumps([{"path": [name], "predicate": "exists"}])
                assert await rest.rows(caller, model, {"filters": filters}) == BAD_USER_INPUT
                assert await rest.rows(caller, model, {"order": name}) == BAD_USER_INPUT


def request_by_rest(case: Case) -> tuple[str, str, dict[str, Any]]:
    """A write as this door takes it."""
    path = f"/models/{case.model}/records"
    if case.op == "delete":
        return "DELETE", f"{path}/{case.id}", {}
    body = {"json": {"record": dict(case.values)}}
    return ("POST", path, body) if case.op == "create" else ("PUT", f"{path}/{case.id}", body)


@pytest.mark.parametrize(
    "cases", [CREATES, UPDATES, LINKS, DELETES], ids=["create", "update", "links", "delete"]
)
async def test_write_changes_what_the_caller_may_change_and_nothing_else(
    trial: Serving, rest: Rest, cases: list[Case]
) -> None:
    for caller in CALLERS:
        for case in cases:
            before = oracle.seeded()
            code, after, _ = write(before, caller, case)
            trial.watched.seen = before
            method, path, options = request_by_rest(case)
            answer = await rest.send(caller, method, path, **options)
            got = answer.json()["code"] if answer.status_code >= 400 else None
            assert got == rights_first(caller, case, code), (caller.name, str(case), answer.text)
            stored = unnumbered(trial.watched.seen, before)
            assert stored == unnumbered(after, before), (caller.name, str(case))


async def test_action_answers_or_refuses_as_by_graphql(rest: Rest) -> None:
    for caller in CALLERS:
        for action in ("Ping", "For members", "For leaders", "For staff", "For nobody", "Who am I"):
            expected = await rest.served.act(action, rest.served.tokens.get(caller.name))
            answer = await rest.send(caller, "POST", f"/models/Team/actions/{action}/execute")
            if expected.code is None:
                assert answer.json() == expected.data["action"]["results"]
            else:
                assert answer.json()["code"] == expected.code
