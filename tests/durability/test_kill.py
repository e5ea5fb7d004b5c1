"""A server killed while it writes: what it has acknowledged is there, once, when it starts again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.durability.ledger import DEFINITION, Ledger, environment, more_than_before
from tests.support.cost import crowding
from tests.support.server import Server, running_server

WRITERS = 16
ROUNDS = {"sqlite": 30, "postgresql": 5}
LONG_ROUNDS = {"sqlite": 200, "postgresql": 30}
BACK_SECONDS = 3.0
"""On a machine that is idle."""
COUNT = "{ allEntry(take: 1) { totalCount } }"


@pytest.mark.timeout(1800)
async def test_server_killed_while_it_writes_loses_and_doubles_nothing(
    tmp_path: Path, database_url: str, long: bool
) -> None:
    kind = database_url.partition(":")[0]
    ledger, starts, crowd = Ledger(), [], 1.0
    for number in range((LONG_ROUNDS if long else ROUNDS)[kind]):
        crowd = crowd if number % 5 else max(crowd, crowding())
        began = monotonic()
        with running_server(DEFINITION, data=tmp_path / "data", env=environment(database_url)) as server:
            await _answers(server, ledger)
            starts.append(monotonic() - began)
            await ledger.compare(database_url)
            await _kill_while_writing(server, ledger)
    with running_server(DEFINITION, data=tmp_path / "data", env=environment(database_url)):
        await ledger.compare(database_url)
    assert len(ledger.acknowledged) > WRITERS * len(starts)
    # Other starts may have met a machine that was busier.
    assert min(starts) < BACK_SECONDS * crowd


async def _answers(server: Server, ledger: Ledger) -> None:
    if not ledger.token:
        await ledger.log_in(server.url)
    async with ledger.clients(server.url, 1) as (client,):
        count = (await ledger.ask(client, COUNT, {}))["allEntry"]["totalCount"]
    assert len(ledger.acknowledged) <= count <= len(ledger.sent)


async def _kill_while_writing(server: Server, ledger: Ledger) -> None:
    killed = asyncio.Event()

    async def write(client: httpx.AsyncClient, number: int) -> None:
        try:
            while True:
                await (ledger.create(client) if number % 2 else ledger.book(client))
        except httpx.TransportError:
            assert killed.is_set(), "a connection broke while the server ran"

    async with ledger.clients(server.url, WRITERS) as clients, asyncio.TaskGroup() as writers:
        for number, client in enumerate(clients):
            writers.create_task(write(client, number))
        await more_than_before(ledger.acknowledged, WRITERS)
        killed.set()
        server.kill()
