"""Several workers on one port and one database, SQLite too."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic

import httpx

from tests.durability.ledger import DEFINITION, Ledger, environment
from tests.support.files import FileServer, send_head
from tests.support.server import Server, running_server

WORKERS = 2
CLIENTS = 32
SECONDS = 4.0
START_SECONDS = 60.0
KEYS = "{ allEntry(sort: [{field: id, order: DESC}], take: 20) { totalCount results { id key } } }"


@asynccontextmanager
async def _serving(data: Path, database_url: str, **env: str) -> AsyncIterator[tuple[Server, Ledger]]:
    settings = {**environment(database_url), **env}
    with running_server(DEFINITION, "--workers", str(WORKERS), data=data, env=settings) as server:
        await _until(lambda: server.log.read_text().count('"ready"') >= WORKERS)
        ledger = Ledger()
        await ledger.log_in(server.url)
        yield server, ledger


async def test_workers_under_load_answer_without_errors_and_keep_all(
    tmp_path: Path, database_url: str
) -> None:
    async with _serving(tmp_path / "data", database_url) as (server, ledger):
        until = monotonic() + SECONDS
        before = {worker: _seconds(worker) for worker in _workers(server)}

        async def work(client: httpx.AsyncClient, number: int) -> None:
            while monotonic() < until:
                await (ledger.create(client) if number % 2 else ledger.book(client))
                page = (await ledger.ask(client, KEYS, {}))["allEntry"]
                assert len(page["results"]) == min(page["totalCount"], 20)

        async with ledger.clients(server.url, CLIENTS) as clients, asyncio.TaskGroup() as group:
            for number, client in enumerate(clients):
                group.create_task(work(client, number))
        await ledger.compare(database_url)
        assert len(ledger.acknowledged) == len(ledger.sent) > CLIENTS
        after = {worker: _seconds(worker) for worker in _workers(server)}
    assert after.keys() == before.keys(), "a worker died"
    used = [after[worker] - seconds for worker, seconds in before.items()]
    assert min(used) > sum(used) / 8, "one worker did the work of all"


async def test_worker_that_dies_is_started_anew(tmp_path: Path, sqlite_database: str) -> None:
    async with _serving(tmp_path / "data", sqlite_database) as (server, ledger):
        first, second = _workers(server)
        os.kill(first, signal.SIGKILL)
        async with ledger.clients(server.url, 4) as clients:
            await asyncio.gather(*map(ledger.create, clients))
        await _until(lambda: server.log.read_text().count('"ready"') > WORKERS)
        assert second in (now := _workers(server))
        assert (len(now), first in now) == (WORKERS, False)
        async with ledger.clients(server.url, CLIENTS) as clients:
            await asyncio.gather(*map(ledger.create, clients))
        await ledger.compare(sqlite_database)


async def test_workers_whose_parent_dies_end_and_leave_the_port(tmp_path: Path, sqlite_database: str) -> None:
    async with _serving(tmp_path / "data", sqlite_database) as (server, _):
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        await _until(lambda: not _listens(server))


async def test_parent_told_to_stop_lets_every_worker_finish(
    tmp_path: Path, sqlite_database: str, file_server: FileServer
) -> None:
    asked, go_on = threading.Semaphore(0), threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.release()
        go_on.wait(20)
        send_head(request, 200, {"Content-Length": "0"})

    url = file_server.route("/slow", answer)
    allowed = file_server.url.removeprefix("http://")
    data = tmp_path / "data"
    async with _serving(data, sqlite_database, ACTIONQL_OUTBOUND_ALLOW=allowed) as (server, ledger):
        async with ledger.clients(server.url, 8) as clients:
            running = [asyncio.create_task(ledger.book(one, "Book slowly", url=url)) for one in clients]
            for _ in clients:
                await asyncio.to_thread(asked.acquire, timeout=20)
            server.process.terminate()
            await _until(lambda: not _listens(server))
            go_on.set()
            await asyncio.gather(*running)
        assert await asyncio.to_thread(server.process.wait, 20) == 0
        await ledger.compare(sqlite_database)


def _listens(server: Server) -> bool:
    try:
        httpx.get(f"{server.url}/healthz", timeout=1, trust_env=False)
    except httpx.ConnectError:
        return False
    except httpx.ReadError:
        # It stopped listening while this connection waited to be taken.
        return True
    return True


def _workers(server: Server) -> list[int]:
    """The process ids of the workers, oldest first."""
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [pid for pid in map(int, children) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _seconds(process: int) -> float:
    """Processor time that a process has used."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def _until(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + START_SECONDS
    while not holds():
        assert monotonic() < deadline, "it took too long"
        await asyncio.sleep(0.05)
