"""Who may trigger an action, and who may see its run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.triggers.conftest import BASE, ROOM, Door, application, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")
WHOAMI, CLERKS, LATER = f"{ROOM}/Whoami/trigger", f"{ROOM}/Clerks/trigger", f"{ROOM}/Later%20with%20key"


def with_key(key: str, form: str = "{}") -> dict[str, Any]:
    return {"headers": {"authorization": form.format(key)}}


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer {}"])
async def test_key_is_taken_raw_and_as_bearer(door: Door, form: str) -> None:
    answer = await door.call("GET", WHOAMI, **with_key(await door.key("courier"), form))
    assert answer.json()["data"] == {"Me": None, "Door": "incoming"}


@pytest.mark.parametrize("form", ["", "Basic {}", "Bearer {}x", "nonsense"])
async def test_without_a_right_key_it_is_401(door: Door, form: str) -> None:
    key = await door.key("courier")
    answer = await door.call("GET", WHOAMI, **with_key(key, form))
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert answer.json()["message"] == "The key is not valid here."
    assert answer.headers["www-authenticate"] == "Bearer"
    assert key not in answer.text


async def test_user_without_the_privilege_is_401(door: Door) -> None:
    answer = await door.call("GET", WHOAMI, **with_key(await door.key("guest")))
    assert (answer.status_code, answer.json()["code"]) == (401, "FORBIDDEN")


async def test_roles_of_the_action_hold_beside_the_key(door: Door) -> None:
    refused = await door.call("GET", CLERKS, **with_key(await door.key("courier")))
    let_in = await door.call("GET", CLERKS, **with_key(await door.key("clerk")))
    assert (refused.status_code, refused.json()["code"]) == (401, "FORBIDDEN")
    assert let_in.json() == {"success": True, "data": {"Done": True}}


async def test_anonymous_trigger_reads_no_credentials(door: Door) -> None:
    answer = await door.call("GET", f"{BASE}/Annex/Number/trigger", **with_key("nonsense"))
    assert answer.json() == {"success": True, "data": 7}


async def test_keys_come_over_https_alone(door: Door) -> None:
    key = await door.key("courier")
    refused = await door.call("GET", WHOAMI, address="192.0.2.1", **with_key(key))
    anonymous = await door.call("GET", f"{ROOM}/Number/trigger", address="192.0.2.1")
    assert (refused.status_code, refused.json()["code"]) == (400, "HTTPS_REQUIRED")
    assert anonymous.status_code == 200


async def test_run_is_seen_by_nobody_but_who_started_it(door: Door) -> None:
    mine, other = with_key(await door.key("courier")), with_key(await door.key("clerk"))
    id = (await door.call("POST", f"{LATER}/trigger", content="x", **mine)).json()["processId"]
    path = f"{LATER}/poll/{id}"
    seen = await door.call("GET", f"{path}?timeout=10000", **mine)
    assert seen.json()["data"] == {"Body": "x"}
    for options, status in ((other, 404), ({}, 401)):
        answer = await door.call("GET", path, **options)
        assert answer.status_code == status
        assert id not in answer.text
    anonymous = await door.call("GET", f"{ROOM}/Later/poll/{id}")
    assert anonymous.status_code == 404


@pytest.mark.parametrize(
    "path", [f"{ROOM}/Number/trigger", f"{ROOM}/Unknown/trigger", WHOAMI, f"{BASE}/echo-it/trigger"]
)
async def test_private_application_lets_builders_alone_in(
    sqlite_database: str, tmp_path: Path, path: str
) -> None:
    private = application(private_data_mode=True)
    roles = {**private.roles, "builder": private.roles["courier"].model_copy()}
    roles["builder"] = roles["builder"].model_copy(update={"privileges": ("use_api_key", "build")})
    private = private.model_copy(update={"roles": roles})
    async with opened(sqlite_database, tmp_path, [private]) as door:
        courier, builder = await door.key("courier"), await door.key("builder")
        for options in ({}, with_key("nonsense"), with_key(courier)):
            answer = await door.call("GET", path, **options)
            assert (answer.status_code, answer.json()["code"]) == (401, "PRIVATE_DATA_MODE")
        answer = await door.call("GET", path, **with_key(builder))
        assert (answer.status_code == 200) is ("Unknown" not in path)


async def test_too_many_requests_with_one_key_are_429(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(sqlite_database, tmp_path, [application()], key_per_minute=2) as door:
        key = with_key(await door.key("courier"))
        answers = [await door.call("GET", WHOAMI, **key) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert "retry-after" in answers[2].headers


async def test_instance_name_is_a_setting(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(sqlite_database, tmp_path, [application()], incoming_instance="ours") as door:
        answer = await door.call("GET", "/ours/api/1/action/Post%20Room/Number/trigger")
    assert answer.json()["data"] == 42
