"""An application whose runs are driven in this process, over either database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic
from typing import Any

from app.checks import load_checked
from app.definition.load import Loaded
from app.engine.schedules import Clock, utc_now
from app.engine.worker import Worker
from app.main import open_applications
from app.permissions import ANYBODY, Principal
from app.resolvers.context import Context, Server
from app.resolvers.runs import RunView, run
from app.server.opening import close_server, open_server
from app.server.running import begin_worker, open_dispatcher
from app.settings import load
from app.steps import KINDS
from tests.end_to_end.databases import run_sql
from tests.support.files import FileServer, send_head

DEFINITION = Path(__file__).parent / "runs.yaml"
SECONDS = 60.0
SWEEPS = 0.1
"""Seconds between two sweeps, so that tests need not wait for long."""


@dataclass(slots=True)
class Desk:
    """One process's view of the runs: `context` is anybody's."""

    server: Server
    context: Context
    worker: Worker
    database_url: str

    def as_(self, principal: Principal) -> Context:
        """Somebody else's context."""
        return self.context._replace(principal=principal)

    async def until(self, id: str, *states: str) -> RunView:
        """The run when it is in one of these states."""
        deadline = monotonic() + SECONDS
        while True:
            found = await run(self.context, id)
            if found.state in states:
                return found
            assert monotonic() < deadline, f"it is {found.state}: {found.error}"
            await asyncio.sleep(0.02)

    async def marks(self, id: str) -> list[str]:
        """What the run's steps have written, in their order."""
        sql = f"SELECT step FROM runs__mark WHERE run = '{id}' ORDER BY id"
        return [step for (step,) in await run_sql(self.database_url, sql)]

    async def row(self, id: str, *columns: str) -> Mapping[str, Any]:
        """Columns of the run's row."""
        sql = f"SELECT {', '.join(columns)} FROM actionql_run WHERE id = '{id}'"
        (found,) = await run_sql(self.database_url, sql)
        return dict(zip(columns, found, strict=True))


def loaded(path: Path = DEFINITION) -> Loaded:
    """The definition in a file."""
    return load_checked(path, steps=KINDS)


@asynccontextmanager
async def desk(
    folder: Path,
    database_url: str,
    definition: Loaded | None = None,
    *,
    driving: bool = True,
    now: Clock = utc_now,
    **given: Any,
) -> AsyncIterator[Desk]:
    """A process that serves the application and, if `driving`, drives its runs."""
    cheap = {"argon2_memory_kib": 8, "argon2_time_cost": 1, "outbound_allow": ("127.0.0.1",)}
    settings = load(env_file=None, database_url=database_url, data=folder / "data", **{**cheap, **given})
    definition = definition or loaded()
    dispatcher = open_dispatcher(database_url, settings.run_concurrency, SWEEPS)
    server = replace(await open_server(settings), dispatcher=dispatcher)
    try:
        sources = {definition.application.name: definition.source}
        generations = await open_applications(server, [definition.application], {}, sources=sources)
        context = Context(server, generations[0], ANYBODY, "tests", "r-1", "127.0.0.1", str)
        worker = begin_worker(server, generations, now, driving=driving)
        try:
            yield Desk(server, context, worker, database_url)
        finally:
            await worker.stop(0.0)
    finally:
        await close_server(server)


def slow_answer(files: FileServer, seconds: float = 0.6) -> str:
    """An address that answers after a while."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        send_head(request, 200, {"Content-Length": "0"})

    return files.route("/slow", answer)


async def asked_for(files: FileServer, path: str) -> None:
    """Returns when somebody has asked for the path."""
    deadline = monotonic() + SECONDS
    while not files.count(path):
        assert monotonic() < deadline, "nobody asked"
        await asyncio.sleep(0.01)
