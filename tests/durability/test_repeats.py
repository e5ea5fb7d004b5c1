"""Writes that were not answered because the server was killed, and are sent again: each is done once."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.durability.ledger import more_than_before
from tests.end_to_end.databases import run_sql
from tests.repeats.desk import DEFINITION
from tests.support.server import running_server

WRITERS = 8
ROUNDS = {"sqlite": 6, "postgresql": 2}
LONG_ROUNDS = {"sqlite": 60, "postgresql": 10}
TEXTS = "SELECT text FROM repeats__note"


@pytest.mark.timeout(1800)
async def test_unanswered_write_that_is_sent_again_to_a_killed_server_is_done_once(
    tmp_path: Path, database_url: str, long: bool
) -> None:
    rounds = (LONG_ROUNDS if long else ROUNDS)[database_url.partition(":")[0]]
    unanswered: dict[str, int] = {}
    answered: set[str] = set()
    replayed = 0
    for round in range(rounds + 1):
        last = round == rounds
        with running_server(DEFINITION, data=tmp_path / "data", env={"DATABASE_URL": database_url}) as server:
            async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30) as client:
                for key, way in list(unanswered.items()):
                    answer = await _write(client, key, way)
                    replayed += "idempotency-replayed" in answer.headers
                    answered.add(key)
                    del unanswered[key]
                if last:
                    break
                async with asyncio.TaskGroup() as writers:
                    for number in range(WRITERS):
                        writers.create_task(_write_until_killed(client, number, unanswered, answered))
                    await more_than_before(answered, WRITERS)
                    server.kill()
    written = Counter(text for (text,) in await run_sql(database_url, TEXTS))
    assert set(written.values()) == {1}, "an entry is there twice"
    assert written.keys() == answered
    assert len(answered) > WRITERS * rounds
    if long:
        assert replayed, "no kill came between a commit and its answer"


async def _write_until_killed(
    client: httpx.AsyncClient, number: int, unanswered: dict[str, int], answered: set[str]
) -> None:
    try:
        while True:
            key = uuid4().hex
            unanswered[key] = number % 3
            await _write(client, key, number % 3)
            del unanswered[key]
            answered.add(key)
    except httpx.TransportError:
        return


async def _write(client: httpx.AsyncClient, key: str, way: int) -> httpx.Response:
    """Writes a note by a generated mutation, an action or a generated endpoint; its key is its text."""
    headers = {"Idempotency-Key": key}
    if way == 2:
        answer = await client.post("/v1/notes", json={"text": key}, headers=headers)
    else:
        action = 'action(id: "Write down", input: {text: $text})'
        query = f"mutation {{ {action if way else 'createNote(input: {text: $text}) { id }'} }}"
        body = {"query": query, "variables": {"text": key}}
        answer = await client.post("/graphql", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json(), answer.text
    return answer
