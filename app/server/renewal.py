"""Serves changed definitions without a stop.

They are read, checked and compiled beside what is served, the database is brought to them, and they are swapped in
at once. Requests that have begun end on what they began with. What is mistaken, or would leave data behind, changes
nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from app.definition.load import Loaded
from app.definition.model import Application
from app.definition.source import Source
from app.edge import Edge, NotRenewed
from app.engine.worker import Worker
from app.errors import INTERNAL_CODE, ActionQLError, DefinitionError, Problem
from app.logs import get_logger
from app.memory import free_what_stayed
from app.resolvers.audit import MOST_IDS, STARTER, administered
from app.resolvers.context import Generation
from app.schema.endpoint import GraphQLEndpoint
from app.server.seed import Taken
from app.storage.tables import Tables

Read = Callable[[], Sequence[Loaded]]
LINGER = 1.0
"""Seconds after a swap until what was served before is freed; requests that take longer keep it until the next one."""
log = get_logger()


@dataclass(frozen=True, slots=True)
class Compiled:
    """Applications ready to serve, once the database fits them."""

    generations: list[Generation]
    tables: list[Tables]
    taken: Taken
    sources: Mapping[str, Source]


class Compile(Protocol):
    """Makes applications; those of `kept`, by name, stay what they are."""

    def __call__(
        self,
        applications: Sequence[Application],
        *,
        sources: Mapping[str, Source],
        kept: Mapping[str, Generation],
    ) -> Compiled: ...


Settle = Callable[[Compiled], Awaitable[None]]
"""Brings the database to what is compiled; raises where that would leave data behind."""


class Renewal:
    """Swaps what a server serves."""

    def __init__(
        self, edge: Edge, graphql: GraphQLEndpoint, worker: Worker, compile: Compile, settle: Settle
    ) -> None:
        self._applications = edge.applications
        self._trail = edge.server.trail
        self._graphql = graphql
        self._worker = worker
        self._compile = compile
        self._settle = settle

    @asynccontextmanager
    async def running(self, read: Read | None, changed: asyncio.Event) -> AsyncIterator[None]:
        """Serves what `read` gives anew whenever `changed` is set; without it, what is served stays."""
        if read is None:
            yield
            return
        renewing = asyncio.create_task(self._renew_always(read, changed))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])

    async def _renew_always(self, read: Read, changed: asyncio.Event) -> None:
        while True:
            await changed.wait()
            changed.clear()
            if await self.renew(read):
                await asyncio.sleep(LINGER)
                free_what_stayed()

    async def renew(self, read: Read) -> bool:
        """Serves the definitions as they are now; whether anything has changed. Never raises."""
        try:
            renewed = await self._renewed(read)
        except Exception as error:
            self._refuse(error)
            return False
        self._applications.reloads.served()
        if not renewed:
            log.info("definitions unchanged")
            return False
        log.info("changed definitions served", applications=renewed)
        return True

    def _refuse(self, error: Exception) -> None:
        """Says why nothing has changed: in the log, in the console, and once in the audit trail."""
        why = NotRenewed(datetime.now(UTC), _problems(error))
        told = tuple(map(str, why.problems))
        log.error("changed definition not served", problems=told, exc_info=_unexpected(error))
        if not self._applications.reloads.refuse(why):
            return
        generations = self._applications.generations
        problems = {one.application.uuid.hex: self._applications.refused_of(one, why) for one in generations}
        concerned = {uuid: mine for uuid, mine in problems.items() if mine} or problems
        code = error.code if isinstance(error, ActionQLError) else INTERNAL_CODE
        for uuid, mine in concerned.items():
            entry = administered(uuid, STARTER, "definition", "", tuple(mine[:MOST_IDS]))
            self._trail.note(entry._replace(result=code))

    async def _renewed(self, read: Read) -> list[str]:
        """Swaps in what has changed, and tells which."""
        definitions = await asyncio.to_thread(read)
        kept = self._unchanged(definitions)
        if len(kept) == len(definitions) == len(self._applications.generations):
            return []
        compiled = await asyncio.to_thread(self._prepare, definitions, kept)
        await self._settle(compiled)
        self._applications.swap(compiled.generations)
        self._worker.swap({one.application.uuid.hex: one.durable for one in compiled.generations})
        return [name for one in definitions if (name := one.application.name) not in kept]

    def _prepare(self, definitions: Sequence[Loaded], kept: Mapping[str, Generation]) -> Compiled:
        sources = {one.application.name: one.source for one in definitions}
        compiled = self._compile([one.application for one in definitions], sources=sources, kept=kept)
        for generation in compiled.generations:
            self._graphql.warm(generation)
        return compiled

    def _unchanged(self, definitions: Sequence[Loaded]) -> dict[str, Generation]:
        served = {one.durable.revisions.current: one for one in self._applications.generations}
        return {
            one.application.name: served[one.source.revision]
            for one in definitions
            if one.source.revision in served
        }


def _problems(error: Exception) -> tuple[Problem | str, ...]:
    if isinstance(error, DefinitionError):
        return tuple(error.problems)
    if isinstance(error, ActionQLError):
        return (error.message,)
    return ("The server failed to make it ready; the log says why.",)


def _unexpected(error: Exception) -> Exception | None:
    return None if isinstance(error, ActionQLError) else error
