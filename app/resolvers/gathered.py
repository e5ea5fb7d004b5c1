"""What several requests look up at the same moment, read together where each statement is a round trip."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from app.storage.work import Database, Work

K = TypeVar("K")
V = TypeVar("V")
_Waiting = dict[K, list["asyncio.Future[V | None]"]]


class Gathered(Generic[K, V]):
    """Looks up by keys: one statement for all that the tasks want which an event loop has ready.

    It reads after each of them has come, so no answer is older than its request. A database that can tell its version
    is in this process, where nothing is won by that.
    """

    def __init__(self, database: Database, look: Callable[[Sequence[K]], Work[Mapping[K, V]]]) -> None:
        self._database = database
        self._look = look
        self._waiting: _Waiting[K, V] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def find(self, key: K) -> V | None:
        """What there is for this key, or None; raises what reading raised."""
        if self._database.version() is not None:
            return (await self._read([key])).get(key)
        future: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            # It begins when all that is ready now has had its turn.
            task = asyncio.create_task(self._answer())
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        self._waiting.setdefault(key, []).append(future)
        return await future

    async def _read(self, keys: Sequence[K]) -> Mapping[K, V]:
        return await self._database.read(lambda: self._look(keys))

    async def _answer(self) -> None:
        waiting, self._waiting = self._waiting, {}
        try:
            found = await self._read(list(waiting))
        except BaseException as error:
            for _, future in _unsettled(waiting):
                future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for key, future in _unsettled(waiting):
            future.set_result(found.get(key))


def _unsettled(waiting: _Waiting[K, V]) -> Iterator[tuple[K, asyncio.Future[V | None]]]:
    """Those whose requests have not gone meanwhile."""
    for key, futures in waiting.items():
        yield from ((key, future) for future in futures if not future.done())
