"""A small backup, made without a server, and others made of it."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from app.assets.library import Library
from app.functions import load_application
from app.main import prepare
from app.server.opening import close_server, open_server
from app.settings import load
from tests.backup.places import DEFINITION, PASSWORD, Place

FOLDER = "actionql-backup-1/"
PICTURE = b"the bytes of a file"
Members = dict[str, bytes]


def fill(place: Place) -> None:
    """Makes the application's tables and records, and stores a file, as a server would."""
    asyncio.run(_fill(place))


async def _fill(place: Place) -> None:
    cheap = {"argon2_memory_kib": 64, "argon2_time_cost": 1}
    settings = load(env_file=None, database_url=place.url, data=place.data, **cheap)
    definition = load_application(DEFINITION)
    await prepare(settings, [definition], {"ADA_PASSWORD": PASSWORD})
    server = await open_server(settings)
    try:
        library = Library(server.store, server.database, definition.application.uuid.hex)
        await library.store(_chunks(), name="a.txt")
    finally:
        await close_server(server)


async def _chunks() -> AsyncIterator[bytes]:
    yield PICTURE


def members(file: Path) -> Members:
    """The files of a backup by their names."""
    with tarfile.open(file) as archive:
        found = {one.name.removeprefix(FOLDER): archive.extractfile(one) for one in archive}
        return {name: content.read() for name, content in found.items() if content is not None}


def written(
    file: Path, contents: Mapping[str, bytes], *others: tarfile.TarInfo, folder: str = FOLDER
) -> Path:
    """A tar of these files, with `others` before them."""
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as archive:
        for head in others:
            archive.addfile(head, io.BytesIO(bytes(head.size)))
        for name, content in contents.items():
            head = tarfile.TarInfo(folder + name)
            head.size = len(content)
            archive.addfile(head, io.BytesIO(content))
    return file


def with_manifest(contents: Members, change: Callable[[Any], None]) -> Members:
    """The same files with another manifest."""
    manifest = json.loads(contents["manifest.json"])
    change(manifest)
    return {**contents, "manifest.json": json.dumps(manifest).encode()}
