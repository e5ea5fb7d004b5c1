"""Endpoints, generated CRUD, the incoming API and the Execution API against the oracle, and against GraphQL.

The same caller has the same rights at each, or the same refusal, and the audit trail is told of it in the same words.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, NoReturn

import httpx
import pytest

from app.definition.names import parse_short_uuid
from app.errors import Forbidden
from app.permissions import Permissions
from app.server.running import begin_worker
from tests.permissions import oracle, oracle_actions, oracle_doors
from tests.permissions.callers import LATE
from tests.permissions.doors import KEYLESS, SIBLINGS, USERS, Doors, Told
from tests.permissions.oracle import ANONYMOUS, CALLERS, FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Caller
from tests.permissions.oracle_doors import ENDPOINTS, GENERATED, HTTP, MODULES, OPENED, TRIGGERS
from tests.permissions.oracle_writes import Case
from tests.permissions.requests import request_of
from tests.permissions.test_grants import on_records
from tests.permissions.test_writes import CREATES, DELETES, LINKS, UPDATES, unnumbered

pytestmark = pytest.mark.asyncio(loop_scope="package")
STALE = (*LATE, "foreign")
"""Tokens that were good, or are so for another application."""
WRONG_KEYS = (
    "nothing",
    "rest key",
    "disabled user's key",
    "disabled user's rest key",
    "other application's key",
    "access token",
    "other application's module",
)
"""Good for neither the incoming API nor the Execution API of this application."""
_EVERY_CASE = [*CREATES, *UPDATES, *LINKS, *DELETES]


def code(answer: httpx.Response) -> str | None:
    """The code of a refusal, in the shape of either door."""
    if answer.status_code < 400:
        return None
    body = answer.json()
    found: str = body["error"]["code"] if "error" in body else body["code"]
    return found


def actor(caller: Caller) -> str:
    return "system" if caller.model is None else f"{caller.model}:{caller.id}"


def url(case: Case) -> tuple[str, str, dict[str, Any]]:
    """A write as the generated endpoints take it."""
    path = f"/made/{case.model.lower()}"
    if case.op == "create":
        return "POST", path, {"json": dict(case.values)}
    body = {} if case.op == "delete" else {"json": dict(case.values)}
    return ("DELETE" if case.op == "delete" else "PUT"), f"{path}/{case.id}", body


async def test_endpoint_runs_its_action_for_whom_its_rule_lets_in(tried: Doors) -> None:
    world = oracle.seeded()
    for caller in CALLERS:
        for path, (method, action, rule) in ENDPOINTS.items():
            tried.forget()
            answer = await tried.endpoint(caller, method, f"/at/{path}")
            result, refusal = oracle_doors.call(world, caller, action, rule)
            assert code(answer) == refusal, (caller.name, path, answer.text)
            assert refusal is not None or answer.json() == result, (caller.name, path)
            ((who, _, operation, subject, told, _),) = tried.told
            assert (who, operation, subject) == (actor(caller), "run", action)
            assert told == (refusal or "ok"), (caller.name, path)


async def test_generated_list_and_one_answer_the_rows_and_fields_of_the_caller(served: Doors) -> None:
    world = oracle.seeded()
    for caller in CALLERS:
        for model in GENERATED:
            names, expected = oracle.fields(caller, model), oracle_doors.records(world, caller, model)
            path = f"/made/{model.lower()}"
            answer = await served.endpoint(caller, "GET", f"{path}?sort=id")
            if isinstance(expected, str):
                assert code(answer) == expected, (caller.name, model)
            else:
                rows = answer.json()["results"]
                assert [{name: row[name] for name in names} for row in rows] == expected
                assert not any(set(row).intersection(oracle.missing(caller, model)) for row in rows)
            for id in (*world[model], 99):
                one = await served.endpoint(caller, "GET", f"{path}/{id}")
                known = [] if isinstance(expected, str) else [row for row in expected if row["id"] == id]
                if known:
                    assert {name: one.json()[name] for name in names} == known[0]
                else:
                    assert code(one) == (expected if isinstance(expected, str) else NOT_FOUND)


async def test_generated_write_changes_and_tells_what_graphql_does(tried: Doors) -> None:
    compared = 0
    for caller in CALLERS:
        for case in _EVERY_CASE:
            before = oracle.seeded()
            tried.forget()
            method, path, options = url(case)
            answer = await tried.endpoint(caller, method, path, **options)
            refusal, after = oracle_doors.change(before, caller, case)
            assert code(answer) == refusal, (caller.name, str(case), answer.text)
            assert unnumbered(tried.stored, before) == unnumbered(after, before), (caller.name, str(case))
            told = tried.told
            assert len(told) == (refusal in (None, UNAUTHENTICATED, FORBIDDEN)), (caller.name, str(case))
            if told and case.model != OPENED:
                compared += await _compare_with_graphql(tried, caller, case, refusal, told)
    assert compared > 300


async def _compare_with_graphql(
    tried: Doors, caller: Caller, case: Case, refusal: str | None, told: list[Told]
) -> bool:
    """Whether both doors answered alike, as they do but for names that GraphQL's schema does not have."""
    tried.forget()
    by_graphql = await tried.served.ask(*request_of(case), tried.served.tokens.get(caller.name))
    if by_graphql.code != refusal:
        assert refusal is not None and by_graphql.code is not None
        return False
    assert tried.told == told, (caller.name, str(case))
    return True


async def test_token_or_key_of_another_kind_opens_no_endpoint(served: Doors) -> None:
    refused = [served.served.tokens[name] for name in STALE]
    headers = [f"Bearer {token}" for token in refused]
    headers += [served.keys[name] for name in WRONG_KEYS if name not in ("nothing", "access token")]
    headers += [served.keys[MODULES[0]], served.keys[USERS[2].name]]
    application = served.served.generation.application.uuid.hex
    requests: list[tuple[str, str, dict[str, Any]]] = [
        (method, f"/at/{path}", {}) for path, (method, _, _) in ENDPOINTS.items()
    ]
    requests += [url(Case("create", "Message", values={"text": "x"})), url(Case("delete", "Message", 1))]
    for header in headers:
        for method, path, options in requests:
            answer = await served.send(
                method, f"/api/runtime/{application}/endpoints{path}", header, **options
            )
            assert code(answer) == UNAUTHENTICATED, (header[:12], path)


async def test_http_request_runs_an_action_for_whom_its_rule_lets_in(tried: Doors) -> None:
    world = oracle.seeded()
    for caller in CALLERS:
        token = tried.served.tokens.get(caller.name)
        for action in HTTP:
            tried.forget()
            answer = await tried.http(action, None if token is None else f"Bearer {token}")
            result, refusal = oracle_actions.call(world, caller, action)
            assert code(answer) == refusal, (caller.name, action, answer.text)
            assert refusal is not None or body_of(answer) == result, (caller.name, action)
            assert [(one[0], *one[2:5]) for one in tried.told] == (
                [] if refusal == NOT_FOUND else [(actor(caller), "run", f"HTTP {action}", refusal or "ok")]
            ), (caller.name, action)


def body_of(answer: httpx.Response) -> Any:
    return answer.json() if answer.headers.get("content-type") == "application/json" else answer.text


async def test_token_or_key_of_another_kind_sends_no_http_request(served: Doors) -> None:
    headers = [f"Bearer {served.served.tokens[name]}" for name in STALE]
    headers += [served.keys[name] for name in WRONG_KEYS if name not in ("nothing", "access token")]
    headers += [served.keys[MODULES[0]], served.keys[USERS[2].name]]
    for header in headers:
        for action in HTTP:
            for method in ("GET", "POST", "DELETE"):
                answer = await served.http(action, header, method)
                assert code(answer) == UNAUTHENTICATED, (header[:12], action)


async def test_trigger_runs_for_users_with_the_privilege_and_knows_nobody_where_it_is_open(
    tried: Doors,
) -> None:
    world = oracle.seeded()
    for caller in (ANONYMOUS, *USERS, KEYLESS):
        for action, rule in TRIGGERS.items():
            tried.forget()
            answer = await tried.trigger(action, tried.keys.get(caller.name))
            known = ANONYMOUS if rule == oracle_doors.OPEN else caller
            result, refusal = oracle_doors.call(world, known, action, rule)
            assert code(answer) == refusal, (caller.name, action, answer.text)
            assert refusal is not None or answer.json() == {"success": True, "data": result}
            assert [(one[2], one[3], one[4]) for one in tried.told] == (
                [("authenticate", "", refusal)]
                if known == ANONYMOUS and refusal
                else [("run", action, refusal or "ok")]
            ), (caller.name, action)


async def test_wrong_key_triggers_nothing_and_is_refused_as_any_other(tried: Doors) -> None:
    for name in (*WRONG_KEYS, *MODULES):
        for action, rule in TRIGGERS.items():
            if rule != oracle_doors.OPEN:
                answer = await tried.trigger(action, tried.keys[name])
                assert (answer.status_code, code(answer)) == (401, UNAUTHENTICATED), (name, action)
                unknown = await tried.trigger(action, "Bearer nothing")
                assert answer.json()["message"] == unknown.json()["message"]


async def test_only_a_key_of_the_module_starts_it(tried: Doors) -> None:
    for name, header in tried.keys.items():
        for module in MODULES:
            tried.forget()
            answer = await tried.start(tried.module(module), header)
            if name == module:
                assert answer.status_code == 201
                ((_, _, operation, subject, result, _),) = tried.told
                assert (operation, subject, result) == ("start", module, "ok")
                continue
            unknown = await tried.start("oITwNKIrRdS0A0TFVPP54g", header)
            assert answer.status_code == unknown.status_code == 401, (name, module)
            assert answer.json()["error"]["message"] == unknown.json()["error"]["message"]
            assert [(one[0], one[2], one[4]) for one in tried.told] == [
                ("system", "authenticate", UNAUTHENTICATED)
            ] * 2


async def test_action_that_is_no_module_takes_no_key(served: Doors) -> None:
    for action in served.served.generation.application.actions:
        if action not in MODULES:
            for header in served.keys.values():
                assert (await served.start(served.module(action), header)).status_code == 401


async def test_session_that_narrows_to_its_caller_has_the_rights_of_nobody(served: Doors) -> None:
    module = "Titles of the caller"
    started = await served.start(served.module(module), served.keys[module])
    id = str(parse_short_uuid(started.json()["data"]["id"]))
    await begin_worker(served.served.server, served.served.generations, driving=False).drive(id)
    row = await served.served.generation.durable.find(id)
    expected, _ = oracle_doors.call(oracle.seeded(), ANONYMOUS, module, oracle_doors.OPEN)
    assert row is not None and row.result == expected


def refuse(*given: Any) -> NoReturn:
    raise Forbidden("Nobody may do anything.")


async def test_refused_authorization_leaves_no_statement_on_record_tables(
    served: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SIBLINGS:
        monkeypatch.setattr(Permissions, name, refuse)
    for caller in (ANONYMOUS, CALLERS[4]):
        for path, (method, _, _) in ENDPOINTS.items():
            await _refused(served, served.endpoint(caller, method, f"/at/{path}"))
        for model in GENERATED:
            for path in (f"/made/{model.lower()}", f"/made/{model.lower()}/1"):
                await _refused(served, served.endpoint(caller, "GET", path))
        for case in _EVERY_CASE:
            method, path, options = url(case)
            await _refused(served, served.endpoint(caller, method, path, **options))
    for action in HTTP:
        await _refused(served, served.http(action, f"Bearer {served.served.tokens['eve']}"))
    for action in TRIGGERS:
        await _refused(served, served.trigger(action, served.keys[USERS[2].name]))
    for module in MODULES:
        await _refused(served, served.start(served.module(module), served.keys[module]))


async def _refused(served: Doors, asking: Coroutine[Any, Any, httpx.Response]) -> None:
    served.forget()
    answer = await asking
    assert code(answer) == FORBIDDEN, answer.text
    assert on_records(served.served.watched.statements) == [], answer.request.url
