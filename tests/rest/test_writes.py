"""Records made, changed and removed, one by one and all at once; files and actions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.pictures import png
from tests.rest.conftest import Caller

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = "/models/Person/records"


@pytest.mark.parametrize("path", [PEOPLE, f"{PEOPLE}/new"])
@pytest.mark.parametrize(
    "body",
    [
        {"data": {"record[first_name]": "Eve", "record[age]": "", "record[company][id]": "2"}},
        {"data": {"record[first_name]": "Eve", "record[company]": "2"}},
        {"files": {"record[first_name]": (None, "Eve"), "record[company]": (None, "2")}},
        {"json": {"record": {"first_name": "Eve", "age": None, "company": {"id": 2}, "id": 9}}},
        {"json": {"record": {"33aa22bb33cc44dd85ee66ff77008811": "Eve", "company": 2, "created_at": "x"}}},
    ],
)
async def test_create_answers_the_record_and_its_place(
    clerk: Caller, path: str, body: dict[str, Any]
) -> None:
    made = await clerk.send("POST", path, **body)
    assert made.status_code == 201
    assert made.headers["location"] == "/api/models/person/records/5"
    assert (made.json()["id"], made.json()["first_name"], made.json()["age"]) == (5, "Eve", None)
    assert made.json() == await clerk.ask(f"{PEOPLE}/5")


async def test_update_and_delete(clerk: Caller) -> None:
    changed = await clerk.send("PUT", f"{PEOPLE}/1", json={"record": {"last_name": None, "tags": ["c"]}})
    assert changed.status_code == 200
    assert (changed.json()["last_name"], changed.json()["tags"], changed.json()["age"]) == (None, ["c"], 30)
    assert (await clerk.send("DELETE", f"{PEOPLE}/1")).status_code == 204
    assert await clerk.ids() == [2, 3, 4]


async def test_numbers_keep_all_their_digits(clerk: Caller) -> None:
    body = b'{"record": {"balance": 12345678901234567.89}}'
    json_type = {"content-type": "application/json"}
    made = await clerk.send("PUT", f"{PEOPLE}/1", content=body, headers=json_type)
    assert b'"balance":12345678901234567.89,' in made.content
    filters = '{"path": "balance", "predicate": "gteq", "criteria": 12345678901234567.89}'
    assert await clerk.ids(filters=filters) == [1]
    assert await clerk.ids(filters=filters.replace(".89", ".90")) == []


async def test_record_is_sent_back_as_it_was_read(clerk: Caller) -> None:
    record = await clerk.ask(f"{PEOPLE}/1")
    again = await clerk.send("PUT", f"{PEOPLE}/1", json={"record": record})
    assert {**again.json(), "updated_at": ""} == {**record, "updated_at": ""}


@pytest.mark.parametrize(
    ("method", "path", "record", "errors"),
    [
        ("POST", PEOPLE, {}, {"first_name": ["is_required"]}),
        ("POST", PEOPLE, {"first_name": ""}, {"first_name": ["is_required"]}),
        (
            "POST",
            PEOPLE,
            {"first_name": "x", "age": "old", "nothing": 1},
            {"age": ["is_invalid"], "nothing": ["is_unknown"]},
        ),
        ("PUT", f"{PEOPLE}/1", {"age": -1}, {"age": ["is_too_small"]}),
        ("PUT", f"{PEOPLE}/1", {"age": 300}, {"base": ["is_invalid"]}),
        ("PUT", f"{PEOPLE}/1", {"company": 77}, {"company": ["is_invalid"]}),
        ("PUT", f"{PEOPLE}/1", [], {"record": ["is_invalid"]}),
        ("POST", "/models/Company/records", {"name": "Acme"}, {"name": ["is_taken"]}),
        (
            "POST",
            "/models/Company/records",
            {"name": "x", "secretNote": "y"},
            {"secret_note": ["is_unknown"]},
        ),
    ],
)
async def test_wrong_values_are_told_by_property(
    clerk: Caller, method: str, path: str, record: Any, errors: dict[str, list[str]]
) -> None:
    answer = await clerk.send(method, path, json={"record": record})
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)


async def test_record_that_is_missing_is_told(clerk: Caller) -> None:
    for method, path in (("POST", f"{PEOPLE}/new"), ("PUT", f"{PEOPLE}/1")):
        answer = await clerk.send(method, path, json={"first_name": "x"})
        assert answer.json()["errors"] == {"record": ["is_required"]}


async def test_what_is_still_referred_to_stays(clerk: Caller) -> None:
    answer = await clerk.send("DELETE", "/models/Company/records/1")
    assert (answer.status_code, answer.json()["code"]) == (400, "CONFLICT")


async def test_what_the_caller_may_not_read_is_made_all_the_same(clerk: Caller) -> None:
    made = await clerk.send("POST", "/models/Draft/records", json={"record": {"text": "x"}})
    assert (made.status_code, made.json()) == (201, {"id": 1})


async def test_collection_is_replaced_as_a_whole(clerk: Caller) -> None:
    records = [{"id": 3, "age": 46}, {"first_name": "New"}]
    answer = await clerk.send("PUT", PEOPLE, json={"records": records})
    assert [(one["id"], one["first_name"], one["age"]) for one in answer.json()] == [
        (3, "Cid", 46),
        (5, "New", None),
    ]
    assert await clerk.ids() == [3, 5]


@pytest.mark.parametrize(
    "body",
    [
        [{"first_name": "New"}, {"age": 5}],
        [{"id": 99, "first_name": "x"}],
        [{"id": 1}, {"id": 1}],
        [{"id": "x"}],
        [5],
        {},
        {"records": "x"},
    ],
)
async def test_collection_stays_whole_where_one_record_is_wrong(clerk: Caller, body: Any) -> None:
    assert (await clerk.send("PUT", PEOPLE, json=body)).status_code == 400
    assert await clerk.ids() == [1, 2, 3, 4]


async def test_collection_is_deleted_by_who_may(clerk: Caller, reader: Caller) -> None:
    for method in ("PUT", "DELETE"):
        refused = await reader.send(method, PEOPLE, json=[])
        assert (refused.status_code, refused.json()["code"]) == (401, "FORBIDDEN")
        # The right to write single records is no right to the collection.
        assert (await clerk.send(method, "/models/Company/records", json=[])).status_code == 401
        assert (await clerk.send(method, f"{PEOPLE}?ids=1", json=[])).status_code == 400
    assert await clerk.ids() == [1, 2, 3, 4]
    assert (await clerk.send("DELETE", PEOPLE)).status_code == 204
    assert await clerk.ids() == []


@pytest.mark.parametrize(
    ("method", "path"), [("POST", PEOPLE), ("PUT", f"{PEOPLE}/1"), ("DELETE", f"{PEOPLE}/1")]
)
async def test_reader_may_not_write(reader: Caller, method: str, path: str) -> None:
    refused = await reader.send(method, path, json={"record": {"first_name": "x"}})
    assert (refused.status_code, refused.json()["code"]) == (401, "FORBIDDEN")
    assert (await reader.ask(f"{PEOPLE}/1"))["first_name"] == "Ann"


@pytest.mark.parametrize("field", ["record", "file"])
async def test_file_is_stored_and_taken_by_its_address(clerk: Caller, field: str) -> None:
    stored = await clerk.send("POST", "/assets", files={field: ("é a.png", png(), "image/png")})
    assert (stored.status_code, list(stored.json())) == (201, ["url"])
    made = await clerk.send("PUT", f"{PEOPLE}/1", data={"record[photo]": stored.json()["url"]})
    assert made.json()["photo"]["name"] == "é a.png"
    again = await clerk.send("PUT", f"{PEOPLE}/1", json={"record": {"photo": made.json()["photo"]}})
    read = await clerk.client.get(again.json()["photo"]["url"])
    assert read.content == png()


async def test_file_is_refused_where_it_is_none_or_from_nobody(clerk: Caller, reader: Caller) -> None:
    file = {"file": ("a.png", png())}
    assert (await reader.send("POST", "/assets", files=file)).status_code == 401
    assert (await clerk.send("POST", "/assets", json={})).status_code == 415
    assert (await clerk.send("POST", "/assets", files={"file": (None, "text")})).status_code == 400
    elsewhere = {"record": {"photo": "https://example.org/assets/x/y.png"}}
    assert (await clerk.send("PUT", f"{PEOPLE}/1", json=elsewhere)).status_code == 400


GREET = "77AA22BB-33CC-44DD-85EE-66FF77008811"
FAIL = "88aa22bb33cc44dd85ee66ff77008811"


@pytest.mark.parametrize("body", [{"data": {"name": "Ann", "times": ""}}, {"json": {"name": "Ann"}}])
async def test_action_of_no_model_answers_under_any(reader: Caller, body: dict[str, Any]) -> None:
    for model in ("Person", "companies"):
        answer = await reader.send("POST", f"/models/{model}/actions/{GREET}/execute", **body)
        assert (answer.status_code, answer.json()) == (200, "Hello Ann 1")


async def test_action_that_fails_tells_its_authors_message_and_changes_nothing(clerk: Caller) -> None:
    answer = await clerk.send("POST", f"/models/Person/actions/{FAIL}/execute")
    assert (answer.status_code, answer.json()["errors"]) == (502, {"base": ["We are closed."]})
    assert answer.json()["code"] == "ACTION_FAILED"
    assert len(await clerk.ask("/models/Company/records")) == 2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/models/Person/actions/{GREET}/execute", {}, 400),
        (f"/models/Person/actions/{GREET}/execute", {"name": "x", "record": 1}, 400),
        (f"/models/Company/actions/{FAIL}/execute", {}, 404),
        ("/models/Person/actions/Internal/execute", {}, 404),
        ("/models/Person/actions/Nothing/execute", {}, 404),
        (f"/models/Nothing/actions/{GREET}/execute", {"name": "x"}, 404),
    ],
)
async def test_action_is_refused(clerk: Caller, path: str, body: dict[str, Any], status: int) -> None:
    assert (await clerk.send("POST", path, json=body)).status_code == status


async def test_action_of_others_is_refused(clerk: Caller, reader: Caller) -> None:
    path = f"/models/Person/actions/{FAIL}/execute"
    assert (await reader.send("POST", path)).status_code == 401
    silent = await clerk.send("POST", "/models/Person/actions/Silent/execute")
    assert (silent.status_code, silent.json()) == (200, None)
