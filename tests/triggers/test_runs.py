"""Timeouts, records one by one, and runs that are polled."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.triggers.conftest import ROOM, Door

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_wait_that_runs_out_is_undone(door: Door) -> None:
    answer = await door.call("POST", f"{ROOM}/Busy/trigger")
    assert (answer.status_code, answer.json()["code"]) == (504, "TIMED_OUT")
    assert await door.notes() == []


async def test_timeout_in_the_url_comes_before_that_of_the_action(door: Door) -> None:
    answer = await door.call("POST", f"{ROOM}/Busy/trigger?timeout=60000")
    assert answer.json() == {"success": True, "data": {"Done": True}}
    assert await door.notes() == ["busy"]


async def test_what_had_been_committed_before_a_pause_stays(door: Door) -> None:
    answer = await door.call("POST", f"{ROOM}/Pause/trigger")
    assert (answer.status_code, answer.json()["code"]) == (504, "TIMED_OUT")
    await asyncio.sleep(0.8)
    assert await door.notes() == ["before"]


async def test_records_go_one_by_one_and_one_that_fails_touches_no_other(door: Door) -> None:
    rows = [{"text": "a"}, {"text": "bad"}, {}, {"text": "a"}, {"text": "b"}]
    answer = await door.call("POST", f"{ROOM}/Each/trigger", params={"prefix": "n-"}, json=rows)
    body = answer.json()
    assert answer.status_code == 200
    assert (body["success"], body["message"]) == (False, "3 of 5 records failed.")
    assert body["data"] == {"Text": ["n-a", None, None, None, "n-b"]}
    assert [one["index"] for one in body["records"] if one["success"]] == [0, 4]
    assert body["records"][1] == {
        "index": 1,
        "success": False,
        "message": "bad is bad",
        "code": "ACTION_FAILED",
    }
    assert body["records"][3]["code"] == "CONFLICT"
    assert await door.notes() == ["n-a", "n-b"]


async def test_records_that_all_work(door: Door) -> None:
    answer = await door.ask("Each", json=[{"text": "a"}])
    assert answer == {
        "success": True,
        "data": {"Text": ["a"]},
        "records": [{"index": 0, "success": True}],
    }
    assert (await door.ask("Each", json=[]))["data"] == {"Text": []}


async def test_records_that_all_fail_are_400(door: Door) -> None:
    answer = await door.call("POST", f"{ROOM}/Each/trigger", json=[{"text": "bad"}])
    assert (answer.status_code, answer.json()["code"]) == (400, "ACTION_FAILED")


async def test_one_record_by_itself_is_answered_as_one(door: Door) -> None:
    assert await door.ask("Each", json={"text": "a"}) == {"success": True, "data": {"Text": "a"}}


async def test_records_share_the_time_and_the_answer_tells_which_had_none_left(door: Door) -> None:
    rows = [{"text": "a"}, {"text": "slow"}, {"text": "b"}]
    answer = await door.call("POST", f"{ROOM}/Each/trigger?timeout=1500", json=rows)
    assert answer.status_code == 504
    assert [one.get("code") for one in answer.json()["records"]] == [None, "TIMED_OUT", "TIMED_OUT"]
    # The pause of the second commits what came before it.
    assert await door.notes() == ["a", "slow"]


async def poll(door: Door, id: str, **options: Any) -> Any:
    answer = await door.call("GET", f"{ROOM}/Later/poll/{id}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_polled_run_gives_its_data(door: Door) -> None:
    begun = await door.ask("Later", content="hello", headers={"content-type": "text/plain"})
    id = begun.pop("processId")
    assert begun == {"success": True}
    assert await poll(door, id, params={"timeout": 10_000}) == {
        "processId": id,
        "state": "completed",
        "success": True,
        "data": {"Body": "hello", "Type": "text/plain"},
    }


async def test_polled_run_that_fails_tells_the_message(door: Door) -> None:
    id = (await door.ask("Later", params={"fail": "true"}))["processId"]
    answer = await poll(door, id, params={"timeout": 10_000})
    assert answer.pop("requestId")
    assert answer == {
        "processId": id,
        "state": "fatal_errored",
        "success": False,
        "data": None,
        "message": "It failed as told",
        "code": "ACTION_FAILED",
    }


async def test_polled_run_that_goes_on_has_no_data_yet(door: Door) -> None:
    id = (await door.ask("Later", params={"long": "true"}))["processId"]
    answer = await poll(door, id, params={"timeout": 1})
    assert answer == {"processId": id, "state": "running", "success": True, "data": None}


async def test_same_idempotency_key_starts_one_run(door: Door) -> None:
    first = await door.ask("Later", content="x", headers={"idempotency-key": "k1"})
    again = await door.ask("Later", content="x", headers={"idempotency-key": "k1"})
    other = await door.call("POST", f"{ROOM}/Later/trigger", content="y", headers={"idempotency-key": "k1"})
    assert first == again
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_run_of_another_action_is_not_found(door: Door) -> None:
    id = (await door.ask("Later"))["processId"]
    answer = await door.call("GET", f"{ROOM}/Echo/poll/{id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
