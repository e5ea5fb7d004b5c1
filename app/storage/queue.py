"""Procrastinate's queue in PostgreSQL: runs that some process shall look at, and who looks at them.

A job says no more than the id of a run. The rows of the runs are the truth, so one that is lost or comes twice does
no harm. Jobs are deferred by our own connections, in the transaction that makes the run due; they are taken by
Procrastinate's, which keep a search path and listen, so a pooler between has to pool by sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.storage.queue_schema import SCHEMA
from app.storage.work import Statement, Work

if TYPE_CHECKING:
    from procrastinate.manager import JobManager

QUEUE = "runs"
STALLED = 30.0
"""Seconds after a worker's last heartbeat when others take its jobs."""
_DEFER = (
    f"SELECT {SCHEMA}.procrastinate_defer_jobs_v1(ARRAY[ROW('{QUEUE}', 'drive', 0, NULL, NULL, "
    f"jsonb_build_object('run', $1::text), NULL)]::{SCHEMA}.procrastinate_job_to_defer_v1[])"
)
_EXCHANGE = """
WITH done AS (
  DELETE FROM procrastinate_jobs WHERE id = ANY(%(done)s::bigint[]) AND status IN ('todo', 'doing')
), free AS (
  SELECT id FROM procrastinate_jobs
  WHERE status = 'todo' AND queue_name = %(queue)s AND id <> ALL(%(done)s::bigint[])
    AND (scheduled_at IS NULL OR scheduled_at <= now())
  ORDER BY priority DESC, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE procrastinate_jobs AS job SET status = 'doing', worker_id = %(worker)s FROM free
WHERE job.id = free.id RETURNING job.id, job.args ->> 'run' AS run
"""
"""What Procrastinate's functions do for one job without a lock, for any number of them at once."""
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of the queue, which leads to a run."""

    id: int
    run: str


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

    async def exchange(self, done: Sequence[Job], most: int) -> list[Job]:
        """Deletes jobs that are done, if nobody has yet; gives the next ones, which are this worker's from now on."""
        rows = await self.jobs.connector.execute_query_all_async(
            query=_EXCHANGE, done=[job.id for job in done], most=most, queue=QUEUE, worker=self.worker
        )
        return sorted((Job(**row) for row in rows), key=lambda job: job.id)

    async def give_back(self, job: int) -> None:
        """Lets others take the job with this id, if it is still to be done."""
        from procrastinate.exceptions import ConnectorException

        with suppress(ConnectorException):
            await self.jobs.retry_job_by_id_async(job, datetime.now(UTC))

    async def beat(self) -> None:
        """Shows that this worker lives, and lets others take the jobs of those that do not.

        Raises what ended the listening.
        """
        if self.listening.done():
            self.listening.result()
        await self.jobs.update_heartbeat(self.worker)
        for job in await self.jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED):
            if job.id is not None:
                await self.give_back(job.id)
        await self.jobs.prune_stalled_workers(STALLED * 2)


def _pool(**options: Any) -> Any:
    from psycopg_pool import AsyncConnectionPool

    # A statement to see whether the connection works would double what each use costs; who joins, joins again.
    return AsyncConnectionPool(**{**options, "check": None})


async def _configure(connection: Any) -> None:
    await connection.set_autocommit(True)
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.execute("SET application_name TO 'actionql queue'")
    # Jobs only wake runs: of what a failing database forgets here, others are told once more.
    await connection.execute("SET synchronous_commit TO off")
