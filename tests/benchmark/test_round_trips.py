"""How often the works of the benchmark go to PostgreSQL and back: what a request there costs first of all."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.checks import load_checked
from app.resolvers.keys import create_user_key
from app.resolvers.users import add_user
from app.steps import KINDS
from scripts.benchmark.calls import Call, calls, rest_calls
from scripts.benchmark.credentials import PASSWORD, ROLE
from scripts.benchmark.rows import Size
from scripts.benchmark.seeding import ACTIONQL_POSTGRES, seed_postgres
from scripts.benchmark.servers import API_USER, APPLICATION, PROFILE, USER
from tests.permissions.serving import Serving, serving, settings

SECRET = "a password of tests"


@dataclass
class Counted:
    """The benchmark's application; `told` has what has gone to PostgreSQL."""

    served: Serving
    told: list[str]
    calls: dict[str, Call] = field(default_factory=dict)

    async def ask(self, work: str, values: Sequence[int] = (1,)) -> list[str]:
        """What goes there for requests that come at once, BEGIN and COMMIT too."""
        for _ in range(2):
            # What was learnt the first time is known the second.
            self.told.clear()
            await asyncio.gather(*(self._ask(self.calls[work], value) for value in values))
            await asyncio.sleep(0)
        # That a key was used is noted once a minute, beside the request.
        return [sql for sql in self.told if not sql.startswith("UPDATE actionql_key ")]

    async def _ask(self, call: Call, value: int) -> None:
        path, body = call.request(value)
        answer = await self.served.client.request(call.method, path, content=body, headers=call.headers)
        assert answer.status_code == 200 and b'"errors"' not in answer.content, answer.text


@pytest.fixture
async def counted(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Counted]:
    told: list[str] = []
    connect = asyncpg.connect

    async def noting(*given: Any, **options: Any) -> Any:
        connection = await connect(*given, **options)
        connection.add_query_logger(lambda record: told.append(record.query))
        return connection

    monkeypatch.setattr(asyncpg, "connect", noting)
    application = load_checked(APPLICATION, steps=KINDS).application
    own = settings(postgres_database, tmp_path)
    async with serving(own, application, secrets={PASSWORD: SECRET}) as served:
        await seed_postgres(postgres_database, ACTIONQL_POSTGRES, Size(4_000, comments=1))
        await add_user(served.server, application, API_USER, [ROLE])
        key = (await create_user_key(served.server, application, API_USER)).text
        token = (await served.pair(PROFILE, USER, SECRET))["jwtToken"]
        basic = b64encode(f"{API_USER}:{key}".encode()).decode()
        asked = calls("actionql", f"Bearer {token}") | rest_calls(f"Basic {basic}")
        yield Counted(served, told, asked)


@pytest.mark.parametrize(
    ("work", "trips"),
    [("list", 2), ("nested", 5), ("get", 2), ("create", 2), ("action", 3), ("rest_list", 2), ("rest_get", 2)],
)
async def test_work_goes_to_the_database_so_often(counted: Counted, work: str, trips: int) -> None:
    told = await counted.ask(work)
    assert len(told) == trips, told


@pytest.mark.parametrize(("work", "each"), [("get", 1), ("create", 1), ("action", 2), ("rest_get", 1)])
async def test_works_that_come_at_once_look_up_their_callers_together(
    counted: Counted, work: str, each: int
) -> None:
    told = await counted.ask(work, range(1, 9))
    assert len(told) == 8 * each + 1, told
