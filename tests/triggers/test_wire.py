"""Requests and what they are answered, as data."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.triggers.conftest import BASE, ROOM, Door

pytestmark = pytest.mark.asyncio(loop_scope="module")
OK: list[tuple[str, str, dict[str, Any], Any]] = [
    ("GET", f"{ROOM}/Add/trigger?a=1", {}, {"Sum": 3, "Tags": None}),
    (
        "POST",
        f"{ROOM}/Add/trigger?a=1&b=5&Tags=x&Tags=y&unknown=1",
        {},
        {"Sum": 6, "Tags": ["x", "y"]},
    ),
    ("GET", f"{ROOM}/Number/trigger", {}, 42),
    ("GET", f"{ROOM}/Silent/trigger", {}, {}),
    ("GET", "/phixflow/api/1/action/7A1B2C3D-4e5f-4a6b-8c7d-9e0f1a2b3c4d/Number/trigger", {}, 42),
    ("GET", f"{BASE}/Annex/Number/trigger", {}, 7),
    ("GET", f"{BASE}/Only%20here/trigger", {}, 8),
    # An alias comes before a name.
    ("GET", f"{BASE}/Add/trigger", {}, 8),
    ("POST", f"{ROOM}/Declared/trigger", {"json": {"name": "Ann"}}, "Ann"),
]


@pytest.mark.parametrize(("method", "path", "options", "data"), OK)
async def test_trigger_answers(
    door: Door, method: str, path: str, options: dict[str, Any], data: Any
) -> None:
    answer = await door.call(method, path, **options)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    if data == "Ann":
        body["data"] = body["data"]["Name"]
    assert body == {"success": True, "data": data}
    assert answer.headers["cache-control"] == "no-store"


WRONG: list[tuple[str, str, dict[str, Any], int, str, str]] = [
    ("GET", f"{ROOM}/Add/trigger", {}, 400, "BAD_USER_INPUT", "a is required"),
    ("GET", f"{ROOM}/Add/trigger?A=1", {}, 400, "BAD_USER_INPUT", "a is required"),
    ("GET", f"{ROOM}/Add/trigger?a=x", {}, 400, "BAD_USER_INPUT", "a "),
    ("GET", f"{ROOM}/Add/trigger?a=1&a=2", {}, 400, "BAD_USER_INPUT", "a is given more than once"),
    ("GET", f"{ROOM}/Add/trigger?a=1&timeout=0", {}, 400, "BAD_USER_INPUT", "timeout is a whole number"),
    ("GET", f"{ROOM}/Add/trigger?a=1&timeout=1e3", {}, 400, "BAD_USER_INPUT", "timeout is a whole number"),
    (
        "GET",
        f"{ROOM}/Add/trigger?a=1&timeout=99999999999",
        {},
        400,
        "BAD_USER_INPUT",
        "timeout is a whole",
    ),
    ("GET", f"{ROOM}/Refuse/trigger?what=tea", {}, 400, "ACTION_FAILED", "There is no tea."),
    ("GET", f"{ROOM}/Spoil/trigger", {}, 400, "STEP_FAILED", "The step steps[1]"),
    ("GET", f"{ROOM}/Taken/trigger", {}, 400, "CONFLICT", ""),
    ("GET", f"{ROOM}/Nothing/trigger", {}, 400, "ACTION_FAILED", "The action returned nothing."),
    ("GET", f"{ROOM}/Inner/trigger", {}, 404, "NOT_FOUND", "There is no action"),
    ("GET", f"{ROOM}/number/trigger", {}, 404, "NOT_FOUND", "There is no action"),
    ("GET", f"{BASE}/Elsewhere/Number/trigger", {}, 404, "NOT_FOUND", "There is no application"),
    ("GET", f"{BASE}/Inner/trigger", {}, 404, "NOT_FOUND", "There is no action"),
    ("GET", f"{BASE}/Number/trigger", {}, 400, "BAD_USER_INPUT", "Several applications"),
    ("PUT", f"{ROOM}/Add/trigger?a=1", {}, 405, "BAD_USER_INPUT", "This path takes GET, POST."),
    ("POST", f"{ROOM}/Later/poll/x", {}, 405, "BAD_USER_INPUT", "This path takes GET."),
    ("GET", f"{ROOM}/Later/poll/x", {}, 404, "NOT_FOUND", "There is no run"),
    ("POST", f"{ROOM}/Echo/trigger", {"content": b"x" * 100_001}, 413, "TOO_LARGE", "The body is larger"),
    ("POST", f"{ROOM}/Declared/trigger", {}, 400, "BAD_USER_INPUT", "body is required"),
    ("POST", f"{ROOM}/Declared/trigger", {"content": "[1"}, 400, "BAD_USER_INPUT", "body is no"),
    ("POST", f"{ROOM}/Each/trigger", {"content": "no"}, 400, "BAD_USER_INPUT", "The body is no JSON"),
    ("POST", f"{ROOM}/Each/trigger", {"json": 5}, 400, "BAD_USER_INPUT", "The body is a JSON array"),
    (
        "POST",
        f"{ROOM}/Each/trigger",
        {"json": [1] * 1001},
        400,
        "BAD_USER_INPUT",
        "A request has at most 1,000",
    ),
]


@pytest.mark.parametrize(("method", "path", "options", "status", "code", "message"), WRONG)
async def test_trigger_refuses(
    door: Door, method: str, path: str, options: dict[str, Any], status: int, code: str, message: str
) -> None:
    answer = await door.call(method, path, **options)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert body["message"].startswith(message)
    assert ("allow" in answer.headers) is (status == 405)
    assert await door.notes() == []


async def test_action_sees_the_request_as_it_came(door: Door) -> None:
    answer = await door.ask(
        "Echo",
        params={"q": "ü"},
        content='{"x":  1.50}',
        headers={"content-type": "text/x; charset=utf-8", "X-A": "1", "authorization": "Bearer secret"},
    )
    data = answer["data"]
    assert data["Body"] == '{"x":  1.50}'
    assert data["Type"] == "text/x; charset=utf-8"
    assert data["Address"] == f"http://test{ROOM}/Echo/trigger?q=%C3%BC"
    assert data["Headers"]["x-a"] == "1"
    assert "authorization" not in data["Headers"]


async def test_several_headers_of_one_name_come_with_commas_between(door: Door) -> None:
    answer = await door.ask("Echo", headers=[("x-a", "1"), ("X-A", "2")])
    assert answer["data"]["Headers"]["x-a"] == "1, 2"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a\0b"])
async def test_body_that_is_no_text_comes_as_base64(door: Door, body: bytes) -> None:
    answer = await door.ask("Echo", content=body)
    assert answer["data"]["Body"] == base64.b64encode(body).decode()


async def test_declared_headers_come_as_json_text(door: Door) -> None:
    answer = await door.ask("Declared", json={"name": "Ann"})
    assert '"content-type":"application/json"' in answer["data"]["Headers"].replace(" ", "")


async def test_action_answers_by_itself(door: Door) -> None:
    answer = await door.call("POST", f"{ROOM}/Answer/trigger?status=201&note=hi", content="a,b\r\n")
    assert (answer.status_code, answer.text) == (201, "a,b\r\n")
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["x-note"] == "hi"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("query", ["status=99&note=a", "status=soon&note=a", "status=200&note=a%5Cr%5Cnb"])
async def test_answer_that_is_none_is_refused(door: Door, query: str) -> None:
    answer = await door.call("POST", f"{ROOM}/Answer/trigger?{query}", content="x")
    assert (answer.status_code, answer.json()["code"]) == (400, "STEP_FAILED")


async def test_alias_stands_for_application_and_action(door: Door) -> None:
    answer = await door.call("POST", f"{BASE}/echo-it/trigger", content="x")
    assert answer.json()["data"]["Body"] == "x"
    assert (await door.call("POST", f"{BASE}/Echo-It/trigger")).status_code == 404
