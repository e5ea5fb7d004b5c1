"""What callers of the Execution API send and get."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth import base64url
from app.definition.names import short_uuid
from app.resolvers.actions import run_action
from app.resolvers.keys import create_module_key, revoke_key
from app.resolvers.runs import start_action
from app.shims.sessions import door
from tests.end_to_end.databases import run_sql
from tests.execution.office import DEFINITION, HIRE, Office, opened, run_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADA = {"who": "Ada", "mail": "ada@example.com", "start": "2026-12-01", "grade": 3}


async def test_session_is_created_with_its_links(office: Office) -> None:
    answer = await office.send("POST", office.path("Hire"), await office.key("Hire"), json=ADA)
    body = answer.json()
    id = body["data"]["id"]
    own = f"/api/execution/{HIRE}/sessions/{id}"
    assert answer.status_code == 201
    assert body == {
        "data": {"id": id, "state": "created"},
        "links": {"self": own, "browser": f"http://test/{HIRE}/sessions/{id}"},
    }
    assert (answer.headers["location"], answer.headers["cache-control"]) == (own, "no-store")
    assert len(base64url.decode(id)) == 16
    found = await office.send("GET", own, await office.key("Hire"))
    assert found.json()["links"] == body["links"]
    assert list(found.json()["data"]) == ["state"]


async def test_browser_link_begins_with_the_public_url(database_url: str, tmp_path: Path) -> None:
    async with opened(tmp_path, database_url, public_url="https://office.example/x/") as office:
        answer = await office.send("POST", office.path("Nothing"), await office.key("Nothing"))
        links = answer.json()["links"]
    assert links["browser"].startswith("https://office.example/x/")
    assert links["self"].startswith("/api/execution/")


@pytest.mark.parametrize("body", [ADA, {"data": ADA}, {**ADA, "grade": "3"}])
async def test_start_parameters_reach_the_run(office: Office, body: Any) -> None:
    id = await office.start("Hire", body)
    await office.until("Hire", id, "waiting_for_input")
    (entry,) = await office.entries(id)
    assert json.loads(entry) == ADA


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": {"data": {}}}, {"content": b""}])
async def test_module_without_parameters_takes_none(office: Office, options: dict[str, Any]) -> None:
    answer = await office.send("POST", office.path("Nothing"), await office.key("Nothing"), **options)
    assert answer.status_code == 201


async def test_parameter_that_is_called_data_is_one(office: Office) -> None:
    assert await office.start("Deliver", {"data": "text"})
    answer = await office.send(
        "POST", office.path("Deliver"), await office.key("Deliver"), json={"data": {"data": "text"}}
    )
    assert answer.json()["error"]["fields"] == {"data": ["is_invalid"]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"who": ["is_required"]}),
        ({"who": ""}, {"who": ["is_required"]}),
        ({"who": 5}, {"who": ["is_invalid"]}),
        ({"who": "a", "mail": "a"}, {"mail": ["is_invalid"]}),
        ({"who": "a", "start": "1.12.2026"}, {"start": ["is_invalid"]}),
        ({"who": "a", "start": "2026-12-01T00:00:00Z"}, {"start": ["is_invalid"]}),
        ({"who": "a", "grade": "three"}, {"grade": ["is_invalid"]}),
        ({"who": "a", "grade": 0}, {"grade": ["is_too_small"]}),
        ({"who": "a", "Who": "b"}, {"Who": ["is_unknown"]}),
        ({"data": {"who": "a"}, "who": "b"}, {"data": ["is_unknown"]}),
        (
            {"data": {"more": 1, "mail": 1, "start": 1, "grade": []}},
            {
                "more": ["is_unknown"],
                "who": ["is_required"],
                "mail": ["is_invalid"],
                "start": ["is_invalid"],
                "grade": ["is_invalid"],
            },
        ),
    ],
)
async def test_wrong_parameters_are_named(office: Office, body: Any, fields: Any) -> None:
    answer = await office.send("POST", office.path("Hire"), await office.key("Hire"), json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["fields"]) == (400, "BAD_USER_INPUT", fields)
    assert all(name in error["message"] for name in fields)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"who":', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"data": []}', "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"who=a", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b" " * 1_000_001, "application/json", 413),
    ],
)
async def test_body_that_is_not_what_it_claims_is_refused(
    office: Office, content: bytes, content_type: str, status: int
) -> None:
    headers = {"Content-Type": content_type}
    answer = await office.send(
        "POST", office.path("Hire"), await office.key("Hire"), content=content, headers=headers
    )
    assert answer.status_code == status


@pytest.mark.parametrize(("method", "allowed"), [("GET", "POST"), ("PUT", "POST"), ("DELETE", "POST")])
async def test_other_methods_are_refused(office: Office, method: str, allowed: str) -> None:
    answer = await office.send(method, office.path("Hire"), await office.key("Hire"))
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    answer = await office.send("POST", f"{office.path('Hire')}/x", await office.key("Hire"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("module", "state"),
    [
        ("Nothing", "completed"),
        ("Sleep", "running"),
        ("Refuse", "fatal_errored"),
        ("Everything", "waiting_for_input"),
    ],
)
async def test_state_is_told_without_any_value(office: Office, module: str, state: str) -> None:
    id = await office.start(module)
    await office.until(module, id, state)
    answer = await office.send("GET", f"{office.path(module)}/{id}", await office.key(module))
    assert answer.json()["data"] == {"state": state}
    assert "closed" not in answer.text


async def test_session_that_nobody_drives_yet_is_created(office: Office) -> None:
    id = await office.start("Sleep")
    update = f"UPDATE actionql_run SET state = 'created' WHERE id = '{run_id(id)}' RETURNING id"
    await office.until("Sleep", id, "running")
    await run_sql(office.database_url, update)
    assert await office.state("Sleep", id) == "created"


@pytest.mark.parametrize("known", [str, lambda uuid: uuid.hex, lambda uuid: str(uuid).upper(), short_uuid])
async def test_ids_have_any_spelling(office: Office, known: Any) -> None:
    id = await office.start("Nothing")
    await office.until("Nothing", id, "completed")
    module = known(office.action("Nothing").uuid)
    session = known(UUID(run_id(id)))
    answer = await office.send(
        "GET", f"/api/execution/{module}/sessions/{session}", await office.key("Nothing")
    )
    assert answer.json()["links"]["self"] == f"{office.path('Nothing')}/{id}"


async def test_module_may_be_named(office: Office) -> None:
    answer = await office.send("POST", "/api/execution/Hire/sessions", await office.key("Hire"), json=ADA)
    assert answer.json()["links"]["self"].startswith(f"/api/execution/{HIRE}/")


@pytest.mark.parametrize("id", ["x", "A" * 22, "A" * 21 + "B", "0" * 32, "%00", "é"])
async def test_session_that_is_not_there(office: Office, id: str) -> None:
    answer = await office.send("GET", f"{office.path('Hire')}/{id}", await office.key("Hire"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_session_of_another_module_is_not_there(office: Office) -> None:
    id = await office.start("Nothing")
    answer = await office.send("GET", f"{office.path('Hire')}/{id}", await office.key("Hire"))
    assert answer.status_code == 404


# Keys


async def test_every_wrong_key_gets_the_same_answer_whether_the_module_exists_or_not(office: Office) -> None:
    right = await office.key("Hire")
    expired = await office.key("Hire", expires=timedelta(microseconds=1))
    revoked = await create_module_key(office.server, office.generation.application, office.action("Hire"))
    await revoke_key(office.server, office.generation.application, revoked.key.id)
    other = await office.key("Nothing")
    path, none = office.path("Hire"), f"/api/execution/{short_uuid(uuid4())}/sessions"
    asked = [(path, key) for key in (None, "", "wrong", expired, revoked.text, other, right[:-1])]
    asked += [(none, key) for key in (None, "wrong", right)]
    asked += [(f"/api/execution/{name}/sessions", right) for name in ("None", "Internal", "Later", "%00")]
    asked += [(f"{path}/{short_uuid(uuid4())}", other), (f"{none}/{short_uuid(uuid4())}", right)]
    seen = set()
    for address, key in asked:
        method = "GET" if address.count("/") == 5 else "POST"
        answer = await office.send(method, address, key, headers={"X-Request-Id": "the-same-id"})
        seen.add((answer.status_code, answer.content, tuple(answer.headers.items())))
    ((status, content, headers),) = seen
    assert (status, json.loads(content)["error"]["code"]) == (401, "UNAUTHENTICATED")
    assert dict(headers)["www-authenticate"] == "Bearer"


async def test_key_is_not_read_over_plain_http_from_elsewhere(office: Office) -> None:
    async with office.client(address="203.0.113.5") as client:
        headers = {"Authorization": f"Bearer {await office.key('Nothing')}"}
        answer = await client.post(office.path("Nothing"), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "HTTPS_REQUIRED")


async def test_second_key_of_a_module_sees_its_sessions(office: Office) -> None:
    id = await office.start("Nothing")
    await office.until("Nothing", id, "completed")
    another = await office.key("Nothing", expires=timedelta(days=1))
    answer = await office.send("GET", f"{office.path('Nothing')}/{id}", another)
    assert answer.json()["data"] == {"state": "completed"}


async def test_same_request_with_an_idempotency_key_is_one_session(office: Office) -> None:
    key, headers = await office.key("Hire"), {"Idempotency-Key": "k-1"}
    first, again = [
        await office.send("POST", office.path("Hire"), key, json=ADA, headers=headers) for _ in range(2)
    ]
    assert first.json() == again.json()
    other = await office.send("POST", office.path("Hire"), key, json={"who": "Bob"}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


# Limits


@pytest.mark.parametrize(("limit", "wait"), [("execution_per_second", 1), ("execution_per_minute", 60)])
async def test_too_many_requests_are_told_when_to_come_back(
    database_url: str, tmp_path: Path, limit: str, wait: int
) -> None:
    limits: dict[str, Any] = {limit: 2}
    async with opened(tmp_path, database_url, **limits) as office:
        key = await office.key("Nothing")
        answers = [await office.send("POST", office.path("Nothing"), key) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[-1].json()["error"]["code"] == "TOO_MANY_REQUESTS"
        assert wait - 2 < int(answers[-1].headers["retry-after"]) <= wait
        assert (await office.send("POST", office.path("Sleep"), await office.key("Sleep"))).status_code == 201


async def test_too_many_requests_at_once(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def slow(*_: Any) -> Any:
        await go_on.wait()

    async with opened(tmp_path, sqlite_database, execution_at_once=2) as office:
        key = await office.key("Nothing")
        monkeypatch.setattr(door, "read_json", slow)
        first = [asyncio.create_task(office.send("POST", office.path("Nothing"), key)) for _ in range(2)]
        await asyncio.sleep(0.1)
        third = await office.send("POST", office.path("Nothing"), key)
        go_on.set()
        assert [(await one).status_code for one in first] == [201, 201]
        assert (third.status_code, third.headers["retry-after"]) == (429, "1")
        assert (await office.send("POST", office.path("Nothing"), key)).status_code == 201


# Sessions of before


@asynccontextmanager
async def executable_later(folder: Path, database_url: str) -> AsyncIterator[Office]:
    """The office after `Later` has been made executable."""
    text = DEFINITION.read_text().replace(
        "  Later:\n", "  Later:\n    triggers: {module: {access: api_key}}\n"
    )
    later = folder / "later.yaml"
    later.write_text(text)
    async with opened(folder, database_url, later) as office:
        yield office


async def test_session_from_before_the_module_was_executable_is_unknown(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(tmp_path, database_url) as office:
        before = await start_action(office.anybody, "Later", None)
    async with executable_later(tmp_path, database_url) as office:
        after = await start_action(office.anybody, "Later", None)
        assert await office.state("Later", before.id) == "unknown"
        assert await office.until("Later", after.id, "running")


async def test_session_of_which_it_is_not_known_is_unknown(office: Office) -> None:
    await run_action(office.anybody, "Internal", None)
    sql = "UPDATE actionql_run SET action = '{}', door = 'graphql' RETURNING id"
    ((id,),) = await run_sql(office.database_url, sql.format(office.action("Nothing").uuid.hex))
    assert await office.state("Nothing", id) == "unknown"


async def test_key_counts_no_longer_once_the_module_is_not_executable(
    database_url: str, tmp_path: Path
) -> None:
    async with executable_later(tmp_path, database_url) as office:
        key = await office.key("Later")
    async with opened(tmp_path, database_url) as office:
        assert (await office.send("POST", office.path("Later"), key)).status_code == 401
