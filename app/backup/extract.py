"""Takes out of a backup that was verified what its manifest names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.assets.store import Store
from app.backup.archive import MANIFEST, Member, opened
from app.backup.manifest import Manifest
from app.backup.verify import DATABASES
from app.errors import Conflict
from app.storage.copies import RestoreRefused


@dataclass(frozen=True, slots=True)
class Extracted:
    """The database as a file, and the contents of all small files by their names in the backup."""

    database: Path
    small: Mapping[str, bytes]


async def extract(file: Path, manifest: Manifest, store: Store, folder: Path, stored: list[str]) -> Extracted:
    """Writes the database's file into `folder` and the assets into the store; their ids go into `stored`.

    Assets may stand in the store before the database knows of them: a sweep removes those that it never comes to know.
    """
    database, small = folder / DATABASES[manifest.database.kind], dict[str, bytes]()
    with opened(file) as members:
        for member in members:
            if member.name.startswith("assets/"):
                await _store(store, member, manifest.files[member.name].sha256, stored)
            elif member.name == database.name:
                _write(database, member)
            else:
                small[member.name] = member.content()
            if member.name != MANIFEST and member.listed() != manifest.files.get(member.name):
                raise RestoreRefused(f"{member.name} has changed since the backup was verified.")
    return Extracted(database, small)


async def _store(store: Store, member: Member, sha256: str, stored: list[str]) -> None:
    """Stores a file under its id, unless it is there and as it should be."""
    id = member.name.rpartition("/")[2]
    if await store.stat(id) is not None:
        if await _digest(store.stream(id)) == sha256:
            member.skip()
            return
        await store.delete(id)
    try:
        await store.save(_chunks(member), name=id, id=id)
    except Conflict:
        raise RestoreRefused("Another restore into the same files is under way.") from None
    stored.append(id)


async def _chunks(member: Member) -> AsyncIterator[bytes]:
    for piece in member.pieces():
        yield piece


async def _digest(chunks: AsyncIterator[bytes]) -> str:
    digest = hashlib.sha256()
    async for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, member: Member) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for piece in member.pieces():
            file.write(piece)
        file.flush()
        os.fsync(descriptor)
