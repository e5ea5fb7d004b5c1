"""Drives durable runs and schedules apart from the web server: in this process, or in several."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from app.definition.load import Loaded
from app.definition.source import Source
from app.edge import Applications, Edge
from app.functions import rebuild_application
from app.logs import configure_logs, get_logger
from app.main import open_applications, prepare
from app.memory import end_imports
from app.metrics import Metrics
from app.metrics.shared import Shared, publishing
from app.server.opening import close_server, open_server
from app.server.probes import telling, worker_port
from app.server.running import begin_worker
from app.settings import Settings

_PAUSE = 1.0
"""Seconds between two looks at whether it is told to stop."""
log = get_logger()


def work_here(
    settings: Settings,
    definitions: Sequence[Loaded],
    environment: Mapping[str, str],
    *,
    prepared: bool = False,
    shared: Path | None = None,
) -> None:
    """Drives runs in this process until SIGTERM or SIGINT, then gives back what does not end in its grace.

    In the folder `shared` it shares its metrics with the other processes of the worker.
    """
    loop_factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_work(settings, definitions, environment, prepared=prepared, shared=shared))


def work_in_processes(
    settings: Settings, definitions: Sequence[Loaded], environment: Mapping[str, str], processes: int
) -> None:
    """Prepares the database, then drives runs in so many processes until SIGTERM or SIGINT.

    One that dies before is started anew. `run_concurrency` and database connections count for each.
    """
    asyncio.run(prepare(settings, definitions, environment))
    context = multiprocessing.get_context("spawn")
    sources = tuple(one.source for one in definitions)
    with TemporaryDirectory(prefix="actionql-") as shared, worker_port(settings):

        def started() -> BaseProcess:
            given = (settings, sources, dict(environment), Path(shared))
            process = context.Process(target=_worker, args=given)
            process.start()
            return process

        _keep_running(started, processes)


def _keep_running(started: Callable[[], BaseProcess], processes: int) -> None:
    """Keeps so many processes running until this one is told to stop."""
    with _Stop() as stop:
        running = [started() for _ in range(processes)]
        while not stop.asked:
            wait([process.sentinel for process in running], timeout=_PAUSE)
            for place, process in enumerate(running):
                if process.exitcode is not None and not stop.asked:
                    log.error("worker died", process=process.pid, exitcode=process.exitcode)
                    running[place] = started()
        for process in running:
            process.terminate()
        for process in running:
            process.join()


class _Stop:
    """Notes SIGTERM and SIGINT instead of ending the process."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> _Stop:
        self._former = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)

    def _note(self, *_: object) -> None:
        self.asked = True


_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def _worker(
    settings: Settings, sources: Sequence[Source], environment: Mapping[str, str], shared: Path
) -> None:
    end_imports()
    configure_logs()
    definitions = [rebuild_application(source) for source in sources]
    work_here(settings, definitions, environment, prepared=True, shared=shared)


async def _work(
    settings: Settings,
    definitions: Sequence[Loaded],
    environment: Mapping[str, str],
    *,
    prepared: bool,
    shared: Path | None,
) -> None:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stopped.set)
    if parent := multiprocessing.parent_process():
        # Without a parent nobody would stop it.
        loop.add_reader(parent.sentinel, stopped.set)
    server = await open_server(settings, Metrics(None if shared is None else Shared(shared)))
    try:
        applications = [one.application for one in definitions]
        sources = {one.application.name: one.source for one in definitions}
        generations = await open_applications(
            server, applications, environment, prepared=prepared, sources=sources
        )
        async with telling(Edge(server, Applications(generations))), publishing(server.metrics):
            worker = begin_worker(server, generations)
            log.info("working", applications=[one.name for one in applications])
            await stopped.wait()
            await worker.stop(settings.run_grace_seconds)
    finally:
        await close_server(server)
