"""The files of one application: bytes in the store, a row in the database for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from app.assets.asset import Asset
from app.assets.local import LocalStore
from app.errors import NotFound
from app.storage.assets import AssetRow, AssetRows
from app.storage.work import Database

PATIENCE = timedelta(days=1)
"""How long a stored file may wait for a record that refers to it."""


class Library:
    """Stores and finds the files of one application."""

    def __init__(self, store: LocalStore, database: Database, application: str) -> None:
        self._store = store
        self._database = database
        self._application = application
        self._rows = AssetRows(database.dialect)

    async def store(self, chunks: AsyncIterator[bytes], *, name: str, id: str | None = None) -> Asset:
        """Keeps the bytes; the file is pending until a record refers to it. `id` where it was promised before."""
        asset = await self._store.save(chunks, name=name, id=id)
        row = AssetRow(
            id=asset.id,
            application=self._application,
            name=asset.name,
            content_type=asset.content_type,
            size=asset.size,
            sha256=asset.sha256,
            state="pending",
            created=datetime.now(UTC),
        )
        try:
            await self._database.write(lambda: self._rows.insert(row))
        except BaseException:
            await self._store.delete(asset.id)
            raise
        return asset

    async def find(self, id: str) -> AssetRow:
        """What is known of a file of this application; raises `NotFound`."""
        row = await self._database.read(lambda: self._rows.find(self._application, id))
        if row is None:
            raise NotFound("There is no such file.")
        return row

    def stream(self, id: str) -> AsyncIterator[bytes]:
        """The bytes of a file."""
        return self._store.stream(id)


async def sweep(store: LocalStore, database: Database, patience: timedelta = PATIENCE) -> int:
    """Removes the files that no record came to refer to within `patience`, and what crashes left; tells how many."""
    rows, since = AssetRows(database.dialect), datetime.now(UTC) - patience

    async def wanted(id: str) -> bool:
        return await database.read(lambda: rows.wanted(id, since))

    return await store.sweep(wanted, patience)
