"""Whose a key is, and what is answered again to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.storage.repeats import KEPT
from tests.end_to_end.databases import run_sql
from tests.repeats.desk import REPLAYED, Desk, code

pytestmark = pytest.mark.asyncio(loop_scope="module")
CREATE: dict[str, Any] = {
    "method": "POST",
    "path": "/api/models/Note/records",
    "json": {"record": {"text": "a", "price": "9.50"}},
}


async def test_key_is_each_callers_own(desk: Desk) -> None:
    for _ in range(2):
        answer = await desk.send(**CREATE, key="k", headers=await desk.user("boss"))
        assert (answer.status_code, answer.headers.get(REPLAYED)) == (201, None)
    assert await desk.texts() == ["a", "a"]


async def test_who_may_no_longer_do_it_is_refused(desk: Desk) -> None:
    request: dict[str, Any] = {
        "method": "POST",
        "path": "/api/models/Code/records",
        "json": {"record": {"code": "x"}},
    }
    boss = await desk.user("boss")
    assert (await desk.send(**request, key="k", headers=boss)).status_code == 201
    await run_sql(desk.database_url, "UPDATE actionql_user SET roles = '[]'")
    refused = await desk.send(**request, key="k", headers=boss)
    assert (refused.status_code, code(refused)) == (401, "FORBIDDEN")
    assert REPLAYED not in refused.headers


async def test_answer_is_given_again_only_to_who_reads_the_same(desk: Desk) -> None:
    boss, request = await desk.user("boss"), {**CREATE, "json": {"record": {"text": "a"}}}
    first = await desk.send(**request, key="k", headers=boss)
    await desk.new_role("clerk")
    refused = await desk.send(**request, key="k", headers=boss)
    assert (refused.status_code, code(refused)) == (400, "ALREADY_DONE")
    assert "price" in first.json()
    assert "price" not in refused.text
    await desk.new_role("boss")
    assert (await desk.send(**request, key="k", headers=boss)).headers[REPLAYED] == "true"
    assert await desk.texts() == ["a"]


async def test_answer_that_is_too_long_is_not_kept_but_known_as_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.repeats._MOST_BYTES", 200)
    mutation = (
        'mutation { a: createNote(input: {text: "a"}) { text } b: createNote(input: {text: "%s"}) { text } }'
    )
    first, again = [await desk.graphql(mutation % ("b" * 300), "k") for _ in range(2)]
    assert first["data"] == {"a": {"text": "a"}, "b": {"text": "b" * 300}}
    assert again["data"] == {"a": {"text": "a"}, "b": None}
    assert [error["extensions"]["code"] for error in again["errors"]] == ["ALREADY_DONE"]
    assert len(await desk.texts()) == 2


async def test_key_of_one_door_is_refused_at_another(desk: Desk) -> None:
    note: dict[str, Any] = {"method": "POST", "path": "/v1/notes", "json": {"text": "a"}}
    assert (await desk.send(**note, key="k")).status_code == 200
    other = await desk.send(**{**note, "path": "/v1/write"}, key="k")
    assert (other.status_code, code(other)) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_key_is_forgotten_after_a_day(desk: Desk) -> None:
    note: dict[str, Any] = {"method": "POST", "path": "/v1/notes", "json": {"text": "a"}}
    await desk.send(**note, key="k")
    rows = desk.server.repeat_rows
    now = datetime.now(UTC)
    await desk.server.database.write(lambda: rows.forget(now - KEPT))
    assert await desk.keys() == 1
    await desk.server.database.write(lambda: rows.forget(now + timedelta(seconds=5)))
    assert await desk.keys() == 0
    assert REPLAYED not in (await desk.send(**note, key="k")).headers


async def test_nothing_of_what_was_asked_stands_in_the_database(desk: Desk) -> None:
    request: dict[str, Any] = {"method": "POST", "path": "/api/models/Code/records"}
    record = {"code": "x", "password": "canary-password"}
    await desk.send(**request, json={"record": record}, key="canary-key", headers=await desk.user("boss"))
    ((row,),) = await run_sql(
        desk.database_url, "SELECT key || asked || rights || answers FROM actionql_repeat"
    )
    assert "canary" not in row


# Several things in one request


TWO = """mutation ($first: String!, $second: String!) {
  one: createNote(input: {text: $first}) { id }
  two: writeDown(text: $second) { result }
  one_more: createNote(input: {text: $first}) { text }
}"""


async def test_fields_of_a_document_are_each_done_once(desk: Desk) -> None:
    variables = {"first": "a", "second": "no"}
    first = await desk.graphql(TWO, "k", variables=variables)
    assert (first["data"]["two"], first["data"]["one_more"]) == (None, {"text": "a"})
    assert "extensions" not in first
    again = await desk.graphql(TWO, "k", variables=variables)
    assert again["data"] == first["data"]
    assert [error["path"] for error in again["errors"]] == [["two"]]
    assert again["extensions"] == {"idempotencyReplayed": ["one", "one_more"]}
    assert await desk.texts() == ["a", "a"]
    assert await desk.keys() == 1


async def test_other_document_with_the_key_does_nothing(desk: Desk) -> None:
    await desk.graphql('mutation { one: createNote(input: {text: "a"}) { id } }', "k")
    other = await desk.graphql('mutation { two: createNote(input: {text: "a"}) { id } }', "k")
    assert other["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await desk.texts() == ["a"]


@pytest.mark.parametrize("query", ["{ allNote { totalCount } }", "query { __typename }"])
async def test_query_needs_no_key(desk: Desk, query: str) -> None:
    await desk.graphql(query, "k")
    assert await desk.keys() == 0


async def test_records_that_failed_are_tried_again_and_the_others_are_not(desk: Desk) -> None:
    each = "/phixflow/api/1/action/repeats/Write%20each/trigger"
    sent = [{"text": "a"}, {"text": "no"}, {"text": "b"}]
    first, again = [await desk.send("POST", each, "k", json=sent) for _ in range(2)]
    assert first.json() | {"requestId": ""} == again.json() | {"requestId": ""}
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    assert await desk.texts() == ["a", "b"]


async def test_update_and_delete_are_answered_as_they_were(desk: Desk) -> None:
    await desk.graphql('mutation { createNote(input: {text: "a"}) { id } }')
    change = 'mutation { updateNote(id: 1, input: {text: "b"}) { text } }'
    await desk.graphql(change, "k")
    await desk.graphql('mutation { updateNote(id: 1, input: {text: "c"}) { text } }')
    assert (await desk.graphql(change, "k"))["data"] == {"updateNote": {"text": "b"}}
    assert await desk.texts() == ["c"]
    path = "/api/models/Note/records/1"
    delete: dict[str, Any] = {"method": "DELETE", "path": path, "headers": await desk.user("clerk")}
    first, again, other = [await desk.send(**delete, key=key) for key in ("d", "d", None)]
    assert [one.status_code for one in (first, again, other)] == [204, 204, 404]
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")


async def test_file_is_stored_once(desk: Desk) -> None:
    clerk = await desk.user("clerk")
    one, other = ({"record": ("a.txt", text, "text/plain")} for text in (b"one", b"other"))
    answers = [
        await desk.send("POST", "/api/assets", "k", headers=clerk, files=file) for file in (one, one, other)
    ]
    assert answers[0].json() == answers[1].json()
    assert [answer.headers.get(REPLAYED) for answer in answers] == [None, "true", None]
    assert code(answers[2]) == "IDEMPOTENCY_KEY_REUSED"
    kept = [path for path in desk.server.settings.data.rglob("assets/*/*") if path.is_file()]
    assert len(kept) == len(await run_sql(desk.database_url, "SELECT id FROM actionql_asset")) == 1


async def test_polled_trigger_is_one_run(desk: Desk) -> None:
    later = "/phixflow/api/1/action/repeats/Later/trigger?text=a"
    first, again = [await desk.send("POST", later, "k") for _ in range(2)]
    assert first.json() == again.json() or first.json()["processId"] == again.json()["processId"]
    assert again.headers[REPLAYED] == "true"
