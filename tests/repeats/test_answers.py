"""Answers to what runs ask, sent again with the same idempotency key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.repeats.desk import REPLAYED, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")
START = 'mutation { startAction(id: "Ask twice") { runId } }'
RUN = "query ($id: ID!) { run(id: $id, waitSeconds: 10) { state waiting { token } } }"
ANSWER = "mutation { answerRun(id: $id, token: $token, input: $input) { runId } }"


@pytest.mark.parametrize("way", ["header", "extension"])
async def test_answer_is_given_once_and_known_after_the_run_has_gone_on(desk: Desk, way: str) -> None:
    run = (await desk.graphql(START))["data"]["startAction"]["runId"]

    async def token(before: str = "") -> str:
        while True:
            waiting = (await desk.graphql(RUN, variables={"id": run}))["data"]["run"]["waiting"]
            if waiting is not None and waiting["token"] != before:
                return str(waiting["token"])

    async def answer(token: str, text: str, key: str) -> tuple[Any, bool]:
        """What the answer says, or its error, and whether it is marked as given before."""
        body: dict[str, Any] = {
            "query": ANSWER,
            "variables": {"id": run, "token": token, "input": {"text": text}},
        }
        if way == "extension":
            body["extensions"] = {"idempotencyKey": key}
        sent = await desk.send("POST", "/graphql", key if way == "header" else None, json=body)
        told = sent.json()
        if errors := told.get("errors"):
            return errors[0]["extensions"]["code"], False
        marked = told.get("extensions", {}).get("idempotencyReplayed") == ["answerRun"]
        assert marked is (sent.headers.get(REPLAYED) == "true")
        return told["data"]["answerRun"]["runId"], marked

    first = await token()
    assert await answer(first, "one", "k") == (run, False)
    second = await token(first)
    assert await answer(first, "one", "k") == (run, True)
    assert await answer(first, "other", "k") == ("IDEMPOTENCY_KEY_REUSED", False)
    assert await answer(second, "one", "k") == ("IDEMPOTENCY_KEY_REUSED", False)
    assert await answer(first, "one", "other") == ("CONFLICT", False)
    assert await answer(second, "two", "l") == (run, False)
    while (await desk.graphql(RUN, variables={"id": run}))["data"]["run"]["state"] != "completed":
        continue
    assert await answer(first, "one", "k") == (run, True)
    assert await answer(second, "two", "l") == (run, True)
    assert await desk.texts() == ["one", "two"]
