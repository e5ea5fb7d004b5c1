"""Puts together what drives the durable runs of a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.auth.seal import Seal
from app.engine.cursor import Cursors
from app.engine.dispatch import Dispatcher, InProcess
from app.engine.driver import Driver, Limits
from app.engine.durable_runs import DurableRuns
from app.engine.revisions import Engine, Revisions
from app.engine.schedules import Clock, utc_now
from app.engine.worker import Worker
from app.resolvers.context import Generation, Server


def open_dispatcher(database_url: str, at_once: int, every: float = 1.0) -> Dispatcher:
    """What calls for runs to be driven: on PostgreSQL a queue that processes share, else this process alone.

    It sweeps `every` so many seconds.
    """
    if database_url.startswith("postgresql"):
        from app.engine.fleet import Fleet
        from app.storage.queue import Queue

        return Fleet(Queue(database_url), at_once, every)
    return InProcess(at_once, every)


def durable_runs(
    server: Server, engine: Engine, revision: str, revive: Callable[[str], Engine]
) -> DurableRuns:
    """The durable runs of one application; `revive` makes the engine of an earlier definition from its text."""
    settings, application = server.settings, engine.runs.application
    revisions = Revisions(
        server.database, application.uuid.hex, revision, engine, engine.runs.conceal, revive
    )
    cursors = Cursors(Seal(server.keystore.secret("run-cursor")), settings.run_cursor_bytes)
    limits = Limits(settings.run_lease_seconds, settings.run_attempts, settings.run_result_bytes)
    driver = _kind_of_driver(server)(
        server.database,
        server.run_rows,
        revisions,
        cursors,
        server.passwords,
        server.dispatcher,
        limits,
        engine.runs.note_end,
    )
    return DurableRuns(server.database, engine.runs, driver, server.dispatcher, server.changes)


def _kind_of_driver(server: Server) -> type[Driver]:
    """The driver of durable runs; another one where they are traced."""
    if server.tracing is None:
        return Driver
    from app.traces.engine import traced_driver

    return traced_driver(server.tracing)


def begin_worker(
    server: Server, generations: Iterable[Generation], now: Clock = utc_now, *, driving: bool = True
) -> Worker:
    """Begins to drive the runs of these applications, and to start those of their schedules by the clock `now`.

    Without `driving` others do.
    """
    applications = {one.application.uuid.hex: one.durable for one in generations}
    worker = Worker(server.database, server.run_rows, server.dispatcher, applications, now)
    if driving:
        worker.begin()
    return worker
