"""Our engine, in a process of its own: `python -m .. URL SECONDS AT_ONCE` prints its figures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import orjson
import uvloop
from sqlalchemy import func, select

from app.engine.worker import Worker
from app.functions import load_application
from app.logs import configure_logs
from app.main import open_applications
from app.permissions import ANYBODY
from app.resolvers.actions import run_action
from app.resolvers.context import Context, Generation, Server
from app.resolvers.runs import start_action
from app.server.opening import close_server, open_server
from app.settings import load
from app.storage.prepare import prepare
from app.storage.system import RUN
from app.storage.work import Work
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.runs.figures import RunFigures, measure_loop

APPLICATION = Path(__file__).with_name("application.yaml")
ACTION = "Three"
PACE = 100
"""Durable runs a second that go on beside callers who wait."""
CALLERS = 8


class Watched(Worker):
    """A worker that tells when it has driven a run."""

    def __init__(self, server: Server, generations: Sequence[Generation]) -> None:
        applications = {one.application.uuid.hex: one.durable for one in generations}
        super().__init__(server.database, server.run_rows, server.dispatcher, applications)
        self.driven: dict[str, asyncio.Event] = {}

    async def drive(self, run: str) -> None:
        """Drives it, and tells."""
        await super().drive(run)
        self.driven.setdefault(run, asyncio.Event()).set()


@dataclass(slots=True)
class Engine:
    """A server without doors."""

    server: Server
    context: Context
    worker: Watched

    async def durable(self, number: int) -> None:
        """One durable run, from its start until it is completed."""
        id = (await start_action(self.context, ACTION, {"n": number})).id
        await self.worker.driven.setdefault(id, asyncio.Event()).wait()
        del self.worker.driven[id]

    async def waiting(self, number: int) -> None:
        """The same action for a caller who waits."""
        await run_action(self.context, ACTION, {"n": number})

    async def beside(self, seconds: float) -> RunFigures:
        """Callers who wait, while durable runs are started at a steady pace."""
        pacing = asyncio.create_task(self._pace())
        try:
            return await measure_loop(self.waiting, seconds, CALLERS)
        finally:
            pacing.cancel()
            await asyncio.wait([pacing])

    async def unfinished(self) -> int:
        """How many runs have not been completed."""
        clause = select(func.count()).where(RUN.c.state != "completed")
        count = prepare(clause, self.server.database.dialect)

        def work() -> Work[int]:
            rows = yield count.statement({})
            return int(rows[0][0])

        return await self.server.database.read(work)

    async def _pace(self) -> None:
        begun, started = perf_counter(), 0
        async with asyncio.TaskGroup() as runs:
            while True:
                while started < (perf_counter() - begun) * PACE:
                    runs.create_task(self.durable(started))
                    started += 1
                await asyncio.sleep(1 / PACE)


@asynccontextmanager
async def running_engine(url: str, data: Path) -> AsyncIterator[Engine]:
    """The engine on a database, with all settings as they are by default."""
    settings = load(env_file=None, database_url=url, data=data)
    server = await open_server(settings)
    try:
        definition = load_application(APPLICATION)
        sources = {definition.application.name: definition.source}
        generations = await open_applications(server, [definition.application], {}, sources=sources)
        worker = Watched(server, generations)
        worker.begin()
        context = Context(server, generations[0], ANYBODY, "bench", "r-1", "127.0.0.1", str)
        try:
            yield Engine(server, context, worker)
        finally:
            await worker.stop(settings.run_grace_seconds)
    finally:
        await close_server(server)


async def main(url: str, seconds: float, at_once: int) -> None:
    """Measures and prints JSON."""
    configure_logs()
    with TemporaryDirectory() as folder:
        async with running_engine(url, Path(folder)) as engine:
            await measure_loop(engine.durable, 0.5, at_once)
            runs = await measure_loop(engine.durable, seconds, at_once)
            left = await engine.unfinished()
            if left:
                raise BenchmarkError(f"{left} runs were not completed")
            alone = await measure_loop(engine.waiting, seconds / 2, CALLERS)
            beside = await engine.beside(seconds / 2)
    told = {"runs": runs, "alone": alone, "beside": beside}
    print(orjson.dumps({name: asdict(figures) for name, figures in told.items()}).decode())


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
