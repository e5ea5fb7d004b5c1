"""Procrastinate's queue in PostgreSQL: runs that some process shall look at, and who looks at them.

A job says no more than the id of a run. The rows of the runs are the truth, so one that is lost or comes twice does
no harm. Jobs are deferred by our own connections, in the transaction that makes the run due; they are taken by
Procrastinate's, which keep a search path and listen, so a pooler between has to pool by sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.storage.queue_schema import SCHEMA
from app.storage.work import Statement, Work

if TYPE_CHECKING:
    from procrastinate.jobs import Job
    from procrastinate.manager import JobManager

QUEUE = "runs"
STALLED = 30.0
"""Seconds after a worker's last heartbeat when others take its jobs."""
_DEFER = (
    f"SELECT {SCHEMA}.procrastinate_defer_jobs_v1(ARRAY[ROW('{QUEUE}', 'drive', 0, NULL, NULL, "
    f"jsonb_build_object('run', $1::text), NULL)]::{SCHEMA}.procrastinate_job_to_defer_v1[])"
)
_PATIENCE = 10.0


class Queue:
    """The queue in the database that `url` leads to."""

    def __init__(self, url: str) -> None:
        self._url = url

    def defer(self, run: str) -> Work[None]:
        """Has some process told of the run, when the transaction is committed."""
        yield Statement(_DEFER, (run,))

    @asynccontextmanager
    async def join(self, heard: Callable[[], None]) -> AsyncIterator[Member]:
        """A worker of the queue; `heard` is called when there may be jobs.

        Takes one connection, and one that listens.
        """
        # They take 15 MiB, and only processes that drive runs on PostgreSQL need them.
        from procrastinate import PsycopgConnector
        from procrastinate.manager import JobManager

        connector = PsycopgConnector(
            pool_factory=_pool,
            conninfo=self._url,
            min_size=1,
            max_size=1,
            timeout=_PATIENCE,
            configure=_configure,
        )
        listening = None

        async def notified(**_: Any) -> None:
            heard()

        try:
            await connector.open_async()
            jobs = JobManager(connector)
            worker = await jobs.register_worker()
            listening = asyncio.create_task(jobs.listen_for_jobs(on_notification=notified, queues=[QUEUE]))
            yield Member(jobs, worker, listening)
            await jobs.unregister_worker(worker)
        finally:
            if listening is not None:
                listening.cancel()
                await asyncio.wait([listening])
            await connector.close_async()


@dataclass(frozen=True, slots=True)
class Member:
    """One worker of the queue."""

    jobs: JobManager
    worker: int
    listening: asyncio.Task[None]

    async def fetch(self) -> Job | None:
        """The next job, which is this worker's from now on."""
        return await self.jobs.fetch_job(queues=[QUEUE], worker_id=self.worker)

    async def finish(self, job: Job) -> None:
        """Deletes a job that is done, if nobody has yet."""
        from procrastinate.exceptions import ConnectorException
        from procrastinate.jobs import Status

        with suppress(ConnectorException):
            await self.jobs.finish_job(job, Status.SUCCEEDED, delete_job=True)

    async def give_back(self, job: Job) -> None:
        """Lets others take the job, if it is still to be done."""
        from procrastinate.exceptions import ConnectorException

        with suppress(ConnectorException):
            await self.jobs.retry_job(job)

    async def beat(self) -> None:
        """Shows that this worker lives, and lets others take the jobs of those that do not.

        Raises what ended the listening.
        """
        if self.listening.done():
            self.listening.result()
        await self.jobs.update_heartbeat(self.worker)
        for job in await self.jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED):
            await self.give_back(job)
        await self.jobs.prune_stalled_workers(STALLED * 2)


def run_of(job: Job) -> str:
    """The id of the run that a job is about."""
    return str(job.task_kwargs["run"])


def _pool(**options: Any) -> Any:
    from psycopg_pool import AsyncConnectionPool

    # A statement to see whether the connection works would double what each use costs; who joins, joins again.
    return AsyncConnectionPool(**{**options, "check": None})


async def _configure(connection: Any) -> None:
    await connection.set_autocommit(True)
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.execute("SET application_name TO 'actionql queue'")
