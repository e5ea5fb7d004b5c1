"""The dispatcher of processes that share a queue: each drives what it started, and takes jobs while it has room."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from time import monotonic

from app.engine.dispatch import Drive, InProcess, Tick
from app.logs import get_logger
from app.storage.queue import Job, Member, Queue
from app.storage.work import Work

BEAT = 10.0
"""Seconds between two heartbeats; as often it looks for jobs of which it was not told."""
_AGAIN = 5.0
_LEAVING = 5.0
log = get_logger()


class Fleet:
    """Drives up to `at_once` runs in this process: begun here, found by a sweep, or taken from the queue."""

    def __init__(self, queue: Queue, at_once: int = 16, every: float = 1.0, beat: float = BEAT) -> None:
        self._queue = queue
        self._here = InProcess(at_once, every)
        self._beat = beat
        self._drive: Drive | None = None
        self._jobs: dict[str, list[Job]] = {}
        self._done: list[Job] = []
        self._more = False
        """Whether the queue may have more than there was room for."""
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    @property
    def has_room(self) -> bool:
        """Whether it serves and has nothing else to do first: here, or in the queue as far as it was looked at."""
        return self._here.has_room and not self._more

    def defer(self, run: str) -> Work[None]:
        """A job for whoever has room."""
        yield from self._queue.defer(run)

    def begin(self, run: str) -> None:
        """Drives a run of which nobody else is told."""
        self._here.begin(run)

    def notify(self, run: str, at: datetime | None = None) -> None:
        """Drives the run here if there is room; else its job, or a sweep, leads somebody to it."""
        if at is not None or self.has_room:
            self._here.notify(run, at)

    async def serve(self, drive: Drive, tick: Tick) -> None:
        """Drives what it is told of and what it takes, until `stop`."""
        self._drive = drive
        self._working = asyncio.create_task(self._work())
        await self._here.serve(self._driven, tick)
        await asyncio.wait([self._working])

    async def stop(self, grace: float) -> None:
        """Takes no more jobs; gives those back that are not done in time."""
        self._stopping.set()
        self._wake.set()
        await self._here.stop(grace)
        self._stopped.set()
        if self._working is not None:
            # Where the database does not answer, others take what is left when the heartbeats are missed.
            await asyncio.wait([self._working], timeout=_LEAVING)
            self._working.cancel()

    async def _work(self) -> None:
        """Is a worker of the queue, and becomes one again when the connection was lost."""
        while not self._stopping.is_set():
            try:
                async with self._queue.join(self._wake.set) as member:
                    await self._take_jobs(member)
                    await self._stopped.wait()
                    await self._leave(member)
            except Exception as error:
                log.warning("queue of runs lost", error=type(error).__name__, reason=str(error))
                self._more = False
                await _within(self._stopping, _AGAIN)

    async def _take_jobs(self, member: Member) -> None:
        due = 0.0
        while not self._stopping.is_set():
            self._wake.clear()
            if monotonic() >= due:
                await member.beat()
                due = monotonic() + self._beat
            await self._exchange(member, self._here.room)
            await _within(self._wake, due - monotonic())

    async def _driven(self, run: str) -> None:
        assert self._drive is not None
        try:
            await self._drive(run)
        finally:
            if not self._is_cancelled():
                self._done += self._jobs.pop(run, [])
            # Soon: then the run has left its room to the next.
            asyncio.get_running_loop().call_soon(self._wake.set)

    @staticmethod
    def _is_cancelled() -> bool:
        """Whether the run is being given back, and its job with it."""
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0

    async def _exchange(self, member: Member, most: int) -> None:
        """Finishes what is done, and takes as many jobs as there is room for."""
        if not self._done and not most:
            return
        done = self._done[:]
        jobs = await member.exchange(done, most)
        del self._done[: len(done)]
        if most:
            self._more = len(jobs) == most
        for job in jobs:
            self._jobs.setdefault(job.run, []).append(job)
            self._here.begin(job.run)

    async def _leave(self, member: Member) -> None:
        await self._exchange(member, 0)
        for jobs in self._jobs.values():
            for job in jobs:
                await member.give_back(job.id)


async def _within(event: asyncio.Event, seconds: float) -> None:
    """Returns when the event is set, or the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
