"""Requests of one server to another, whose steps send them again."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.end_to_end.databases import run_sql
from tests.repeats.desk import DEFINITION
from tests.support.server import running_server

TEXTS = "SELECT text FROM repeats__note"


async def test_step_that_asks_again_has_one_effect(tmp_path: Path, database_url: str) -> None:
    settings = {"DATABASE_URL": database_url, "ACTIONQL_OUTBOUND_ALLOW": "127.0.0.0/8"}
    with running_server(DEFINITION, data=tmp_path / "data", env=settings) as server:
        query = 'mutation { action(id: "Write late", input: {text: "a"}) }'
        asked = {"url": f"{server.url}/graphql", "query": query}
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30) as client:
            body = {
                "query": 'mutation { action(id: "Ask server", input: $input) }',
                "variables": {"input": asked},
            }
            answer = (await client.post("/graphql", json=body)).json()
        # The first try was given up, others came while it was under way, the last got its answer.
        result = answer["data"]["action"]["results"]
        assert (result["status"], result["replayed"]) == (200, "true")
        assert result["data"]["action"] == {"results": "a"}
        assert await run_sql(database_url, TEXTS) == [("a",)]
