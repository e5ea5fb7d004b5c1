"""Who gets in, and requests that are not what they claim."""

from __future__ import annotations

from typing import Any

import pytest

from app.shims.records import OPERATIONS
from app.storage.compile import compile_query
from tests.rest.conftest import Caller, Door

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = "/models/Person/records"
PATHS = {"model": "Person", "id": "1", "action": "Greet"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
async def test_every_operation_wants_credentials(door: Door, operation: Any) -> None:
    path = operation.path.format(**PATHS)
    for auth in (None, ("clerk@example.org", "wrong"), ("", "")):
        answer = await door.with_credentials(auth).send(operation.method, path)
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_plain_http_from_elsewhere_is_refused_before_credentials_are_read(door: Door) -> None:
    nobody = door.with_credentials(("x@example.org", "wrong"), address="203.0.113.5")
    answer = await nobody.send("GET", PEOPLE)
    assert (answer.status_code, answer.json()["code"]) == (400, "HTTPS_REQUIRED")
    secure = door.with_credentials(("x@example.org", "wrong"), "https://test", "203.0.113.5")
    assert (await secure.send("GET", PEOPLE)).status_code == 401


async def test_user_without_roles_gets_nothing(door: Door) -> None:
    nobody = await door.caller()
    assert await nobody.ask("/models") == []
    assert (await nobody.send("GET", PEOPLE)).json()["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"record":', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"null", "application/json", 400),
        (b"record[a=1", "application/x-www-form-urlencoded", 400),
        (b"--", "multipart/form-data; boundary=x", 400),
        (b"a", "multipart/form-data", 400),
        (b"<x/>", "application/xml", 415),
        (b"{}", "application/json; charset=utf-16", 415),
        (b" " * 100_001, "application/json", 413),
        (b"a=" + b"x" * 100_001, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_body_that_is_not_what_it_claims_is_refused(
    clerk: Caller, content: bytes, content_type: str, status: int
) -> None:
    for method, path in (("POST", PEOPLE), ("PUT", f"{PEOPLE}/1"), ("PUT", PEOPLE)):
        headers = {"content-type": content_type}
        answer = await clerk.send(method, path, content=content, headers=headers)
        assert answer.status_code == status, (method, path, answer.text)


async def test_get_may_name_a_content_type_without_a_body(clerk: Caller) -> None:
    answer = await clerk.send("GET", PEOPLE, headers={"content-type": "application/json"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", PEOPLE, "GET, POST, PUT, DELETE"),
        ("POST", f"{PEOPLE}/1", "GET, PUT, DELETE"),
        ("GET", f"{PEOPLE}/new", "POST"),
        ("DELETE", "/models", "GET"),
        ("GET", "/assets", "POST"),
    ],
)
async def test_other_methods_are_405(clerk: Caller, method: str, path: str, allow: str) -> None:
    answer = await clerk.send(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


async def test_requests_of_one_shape_make_one_plan(own_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = await own_door.caller("clerk")
    made = []

    def noted(*given: Any) -> Any:
        made.append(given)
        return compile_query(*given)

    monkeypatch.setattr("app.storage.compile.plans.compile_query", noted)
    for number in range(3):
        await clerk.ids(limit=number + 1, offset=number, ids=f"{number + 1}")
        await clerk.ask(f"{PEOPLE}/{number + 1}")
    assert len(made) == 2
