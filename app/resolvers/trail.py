"""The audit trail of one process: entries within the transactions they tell of, and those that have none.

A refusal or a failed login has no transaction, so it is noted here and written with others about each second; see
`noted` for how many of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from app.auth.keystore import Keystore
from app.logs import get_logger
from app.metrics import Counts
from app.resolvers.audit_chain import Sealer, audit_key
from app.resolvers.noted import Noted
from app.storage.audit import AuditRows, Entry
from app.storage.work import Database, Work

EVERY = 1.0
"""Seconds between two rounds of writing and sealing."""
log = get_logger()


class Trail:
    """Takes entries and keeps the chain; `open` and `close` are for processes that serve."""

    def __init__(self, database: Database, keystore: Keystore, refusals: Counts | None = None) -> None:
        self._database = database
        self._rows = AuditRows(database.dialect)
        self._sealer = Sealer(database, audit_key(keystore))
        self._refusals = refusals or Counts()
        self._noted = Noted()
        self._used = False
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def tell(self, entry: Entry) -> Work[None]:
        """Writes an entry within the transaction that it tells of."""
        self._used = True
        return self._rows.insert(entry)

    def note(self, entry: Entry) -> None:
        """Has an entry written soon, or counted where there were too many like it of late."""
        self._used = True
        self._refusals.add((entry.operation, entry.result))
        self._noted.add(entry, monotonic())

    def open(self) -> None:
        """Starts to write what is noted and to seal, until it is closed."""
        self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Writes and seals what is left, if anything was told here."""
        self._closing.set()
        if self._task is not None:
            await self._task
        if self._used:
            await self._round(last=True)

    async def _keep(self) -> None:
        while not self._closing.is_set():
            await self._round()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), EVERY)

    async def _round(self, last: bool = False) -> None:
        try:
            await self._write_noted(last)
            await self._sealer.seal()
        except Exception as error:
            log.warning("audit trail not written", error=type(error).__name__)

    async def _write_noted(self, last: bool) -> None:
        """Writes what is noted; where the database does not take it, it is kept for the next round."""
        entries = self._noted.due(monotonic(), last=last)
        if not entries:
            return
        await self._database.write(lambda: self._insert(entries))
        self._noted.written(len(entries))

    def _insert(self, entries: Sequence[Entry]) -> Work[None]:
        for entry in entries:
            yield from self._rows.insert(entry)
