"""The files of one application: bytes in the store, a row in the database for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from app.assets.asset import Asset
from app.assets.store import Store
from app.errors import NotFound, Overloaded
from app.storage.assets import AssetRow, AssetRows
from app.storage.audit import AuditRows, Entry
from app.storage.work import Database, Work

PATIENCE = timedelta(days=1)
"""How long a stored file may wait for a record that refers to it."""

WriteAsset = Callable[[Asset, Callable[[], Work[Mapping[str, Any]]]], Awaitable[Mapping[str, Any]]]


class Library:
    """Stores and finds the files of one application."""

    def __init__(self, store: Store, database: Database, application: str) -> None:
        self._store = store
        self._database = database
        self._application = application
        self._rows = AssetRows(database.dialect)
        self._audit = AuditRows(database.dialect)

    async def store(
        self,
        chunks: AsyncIterator[bytes],
        *,
        name: str,
        id: str | None = None,
        write: WriteAsset | None = None,
        told: Entry | None = None,
    ) -> Asset:
        """Keeps the bytes; the file is pending until a record refers to it. `id` where it was promised before.

        `write` runs what makes the file known; where it gives another one that was kept before, that is it.
        `told` goes into the audit trail with the id of the file; what a run stores, its own entry tells.
        """
        saved = await self._store.save(chunks, name=name, id=id)
        kept: Asset | None = None
        try:
            given = partial(self._enter, saved, told)
            kept = Asset(**await (self._database.write(given) if write is None else write(saved, given)))
        finally:
            if kept != saved:
                await self._take_back(saved)
        return kept

    async def _take_back(self, asset: Asset) -> None:
        """Removes what nobody knows of; where the store does not answer, a later sweep does."""
        with suppress(Overloaded):
            await self._store.delete(asset.id)

    def _enter(self, asset: Asset, told: Entry | None) -> Work[Mapping[str, Any]]:
        given = asdict(asset)
        row = AssetRow(**given, application=self._application, state="pending", created=datetime.now(UTC))
        yield from self._rows.insert(row)
        if told is not None:
            yield from self._audit.insert(told._replace(ids=(asset.id,)))
        return given

    async def find(self, id: str) -> AssetRow:
        """What is known of a file of this application; raises `NotFound`."""
        row = await self._database.read(lambda: self._rows.find(self._application, id))
        if row is None:
            raise NotFound("There is no such file.")
        return row

    async def open(self, id: str) -> tuple[AssetRow, AsyncIterator[bytes]]:
        """What is known of a file, and its bytes; raises `NotFound`, also where the store has lost it or a part."""
        row = await self.find(id)
        return row, await self._store.open(id, row.size)

    def stream(self, id: str) -> AsyncIterator[bytes]:
        """The bytes of a file."""
        return self._store.stream(id)


async def sweep(store: Store, database: Database, patience: timedelta = PATIENCE) -> int:
    """Removes the files that no record came to refer to within `patience`, and what crashes left; tells how many.

    A file that a run may hold stays until the run has ended.
    """
    rows = AssetRows(database.dialect)

    async def wanted(id: str) -> bool:
        return await database.read(lambda: rows.wanted(id, patience))

    return await store.sweep(wanted, patience)
