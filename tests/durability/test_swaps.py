"""Servers that get changed definitions while they are called."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.durability.ledger import ACTION, DEFINITION, Ledger, environment
from tests.end_to_end.databases import run_sql
from tests.support.files import FileServer, send_head
from tests.support.server import Server, running_server

CLIENTS = 12
SECONDS = 40.0
SERVED, REFUSED = '"changed definitions served"', '"changed definition not served"'
FIELDS = '{ __type(name: "Entry") { fields { name } } }'
RUN = "      run: {kind: text} "


@dataclass(frozen=True, slots=True)
class Swapped:
    """A server whose definition is a file that can be changed, and its callers."""

    server: Server
    ledger: Ledger
    file: Path
    workers: int

    def change(self, old: str, new: str) -> None:
        """Writes the definition anew, with what is `new` in place of `old`."""
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def hang_up(self) -> None:
        """Sends what has definitions read again."""
        self.server.process.send_signal(signal.SIGHUP)

    async def told(self, words: str, times: int) -> dict[str, Any]:
        """The last line of the log with these words, when each worker has written it so many times."""
        deadline = monotonic() + SECONDS
        while len(found := self._lines(words)) < times * self.workers:
            assert monotonic() < deadline, self.server.log.read_text()
            await asyncio.sleep(0.05)
        line: dict[str, Any] = json.loads(found[-1])
        return line

    def _lines(self, words: str) -> list[str]:
        return [line for line in self.server.log.read_text().splitlines() if words in line]

    async def fields(self) -> set[str]:
        """What the schema says of entries."""
        async with self.ledger.clients(self.server.url, 1) as (client,):
            found = (await self.ledger.ask(client, FIELDS, {}))["__type"]["fields"]
        return {field["name"] for field in found}


@asynccontextmanager
async def swapped(
    folder: Path, database_url: str, *options: str, workers: int = 1, **env: str
) -> AsyncIterator[Swapped]:
    file = folder / "ledger.yaml"
    file.write_text(DEFINITION.read_text())
    settings = {**environment(database_url), **env}
    arguments: list[str | Path] = [file, "--workers", str(workers), *options]
    with running_server(*arguments, data=folder / "data", env=settings) as server:
        ledger = Ledger()
        made = Swapped(server, ledger, file, workers)
        await made.told('"ready"', 1)
        await ledger.log_in(server.url)
        yield made


@pytest.mark.parametrize("workers", [1, 2])
async def test_swaps_under_load_lose_nothing(
    tmp_path: Path, database_url: str, workers: int, long: bool
) -> None:
    swaps = 45 if long else 3
    async with swapped(tmp_path, database_url, workers=workers) as made:
        done = asyncio.Event()

        async def work(client: httpx.AsyncClient, number: int) -> None:
            while not done.is_set():
                await (made.ledger.create(client) if number % 2 else made.ledger.book(client))

        async with made.ledger.clients(made.server.url, CLIENTS) as clients, asyncio.TaskGroup() as group:
            for number, client in enumerate(clients):
                group.create_task(work(client, number))
            for swap in range(1, swaps + 1):
                made.change(RUN, f"      swap{swap}: {{kind: number}}\n{RUN}")
                made.hang_up()
                assert (await made.told(SERVED, swap))["applications"] == ["durability"]
            done.set()
        assert f"swap{swaps}" in await made.fields()
        await made.ledger.compare(database_url)
        assert len(made.ledger.acknowledged) == len(made.ledger.sent) > CLIENTS * swaps


async def test_request_in_flight_ends_on_the_definition_that_it_began_with(
    tmp_path: Path, database_url: str, file_server: FileServer
) -> None:
    asked, go_on = threading.Semaphore(0), threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.release()
        go_on.wait(SECONDS)
        send_head(request, 200, {"Content-Length": "0"})

    url = file_server.route("/slow", answer)
    allowed = file_server.url.removeprefix("http://")
    async with (
        swapped(tmp_path, database_url, ACTIONQL_OUTBOUND_ALLOW=allowed) as made,
        made.ledger.clients(made.server.url, 1) as (client,),
    ):
        input = {"key": made.ledger.key(), "url": url}
        slow = asyncio.create_task(made.ledger.ask(client, ACTION, {"id": "Book slowly", "input": input}))
        await asyncio.to_thread(asked.acquire, timeout=SECONDS)
        made.change("    result: =entry.id", "    result: =-1")
        made.hang_up()
        await made.told(SERVED, 1)
        go_on.set()
        assert (await slow)["action"]["results"] == 1
        input["key"] = made.ledger.key()
        later = await made.ledger.ask(client, ACTION, {"id": "Book slowly", "input": input})
        assert later["action"]["results"] == -1


@pytest.mark.parametrize("workers", [1, 2])
async def test_mistaken_definition_leaves_the_old_one_serving(
    tmp_path: Path, sqlite_database: str, workers: int
) -> None:
    async with swapped(tmp_path, sqlite_database, workers=workers) as made:
        made.change(RUN, f"      new: {{kind: txt}}\n{RUN}")
        made.hang_up()
        (problem,) = (await made.told(REFUSED, 1))["problems"]
        assert problem.startswith(f"{made.file}:28 models.Entry.properties.new.kind: unknown kind 'txt'")
        # Each connection may lead to another worker.
        for _ in range(8 * workers):
            assert "new" not in await made.fields()
        made.change("kind: txt", "kind: text")
        made.hang_up()
        await made.told(SERVED, 1)
        assert "new" in await made.fields()
        assert "Traceback" not in made.server.log.read_text()
    # Told once, however many workers have read it.
    sql = "SELECT ids FROM actionql_audit WHERE result = 'DEFINITION_ERROR'"
    ((ids,),) = await run_sql(sqlite_database, sql)
    assert json.loads(ids) == [problem.replace(str(made.file), made.file.name)]


async def test_definition_that_would_leave_data_behind_is_not_served(
    tmp_path: Path, database_url: str
) -> None:
    async with swapped(tmp_path, database_url) as made, made.ledger.clients(made.server.url, 1) as (client,):
        await made.ledger.book(client)
        made.change(RUN, "      maker: {kind: text} ")
        made.change("run: =run.id", "maker: =run.id")
        made.hang_up()
        (problem,) = (await made.told(REFUSED, 1))["problems"]
        assert (
            "the column run of durability__entry with its 1 value, which the definition no longer" in problem
        )
        await made.ledger.book(client)
        assert "maker" not in await made.fields()
        made.change("maker: {kind: text}", "maker: {kind: text, was: run}")
        made.hang_up()
        await made.told(SERVED, 1)
        found = await made.ledger.ask(client, "{ allEntry { results { key maker } } }", {})
        assert len([one for one in found["allEntry"]["results"] if one["maker"]]) == 2


@pytest.mark.parametrize("workers", [1, 2])
async def test_changed_file_is_served_by_itself(tmp_path: Path, sqlite_database: str, workers: int) -> None:
    async with swapped(tmp_path, sqlite_database, "--reload", workers=workers) as made:
        made.change(RUN, f"      new: {{kind: text}}\n{RUN}")
        await made.told(SERVED, 1)
        assert "new" in await made.fields()


async def test_worker_that_dies_after_a_swap_is_started_on_what_was_swapped_in(
    tmp_path: Path, sqlite_database: str
) -> None:
    async with swapped(tmp_path, sqlite_database, workers=2) as made:
        made.change(RUN, f"      new: {{kind: text}}\n{RUN}")
        made.hang_up()
        await made.told(SERVED, 1)
        kill_workers(made.server)
        await made.told('"ready"', 2)
        assert "new" in await made.fields()


def kill_workers(server: Server) -> None:
    """Ends the workers as lack of memory would."""
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for pid in map(int, children):
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
