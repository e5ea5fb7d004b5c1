"""Assets in a folder: each is one file, whole or not there at all."""

from __future__ import annotations

import asyncio
import math
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import aiofiles
import aiofiles.os
from aiofiles.threadpool.binary import AsyncBufferedIOBase

from app.assets.asset import Asset, is_id
from app.assets.store import Written, finished, succeeded
from app.disk import standing, sync
from app.errors import Conflict, NotFound
from app.settings import SettingsError

TEMPORARY = "temporary"

File = TypeVar("File", bound=AsyncBufferedIOBase)


class LocalStore:
    """A `Store` that keeps assets in `folder/<first two of id>/<id>`, readable for the server's user only."""

    def __init__(self, folder: Path, *, max_bytes: int = 25_000_000) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    async def save(self, chunks: AsyncIterator[bytes], *, name: str, id: str | None = None) -> Asset:
        """Stores the bytes and gives the asset once they are safe on the disk.

        `id` is for an asset whose reference was given out before; raises Conflict where it is stored or being
        stored, ValueError where it is no id. Raises TooLarge over `max_bytes`, counted as they come. Whatever
        else ends it, cancellation too, leaves nothing behind.
        """
        id = secrets.token_hex(16) if id is None else id
        if not is_id(id):
            raise ValueError("this is no id of an asset")
        temporary, final = self._folder / TEMPORARY / id, self._path(id)
        claim = asyncio.ensure_future(asyncio.to_thread(_claim, temporary, final))
        try:
            await finished(claim)
            written = await self._write(temporary, chunks)
            await finished(asyncio.to_thread(_keep, temporary, final))
        except BaseException:
            if succeeded(claim):
                _remove(temporary, final)
            raise
        return written.asset(id, name)

    async def open(self, id: str, size: int) -> AsyncIterator[bytes]:
        """The bytes of an asset; raises NotFound where there is none, or one of another size."""
        if await self.stat(id) != size:
            raise NotFound("There is no such file.")
        return self.stream(id)

    async def stream(self, id: str, chunk: int = 65_536) -> AsyncIterator[bytes]:
        """The bytes of an asset in chunks of that size; raises NotFound at the first where there is none."""
        if not is_id(id):
            raise NotFound("There is no such file.")
        try:
            async with _opened(aiofiles.open(self._path(id), "rb")) as file:
                while part := await file.read(chunk):
                    yield part
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    async def stat(self, id: str) -> int | None:
        """The size of an asset in bytes, None where there is none."""
        if not is_id(id):
            return None
        try:
            return (await aiofiles.os.stat(self._path(id))).st_size
        except FileNotFoundError:
            return None

    async def delete(self, id: str) -> None:
        """Removes an asset; that there is none is no error."""
        if is_id(id):
            await asyncio.to_thread(_remove, self._path(id))

    async def sweep(self, keep: Callable[[str], Awaitable[bool]], older_than: timedelta) -> int:
        """Removes what crashes left: old temporary files, and old assets that `keep` does not want.

        Gives the number of files removed. Files that are not the store's own stay.
        """
        before = time.time() - older_than.total_seconds()
        removed = 0
        for place in await asyncio.to_thread(_places, self._folder):
            for path in await asyncio.to_thread(_old_files, place, before):
                if place.name != TEMPORARY and await keep(path.name):
                    continue
                await asyncio.to_thread(_remove, path)
                removed += 1
        return removed

    async def check(self) -> None:
        """Raises SettingsError for a folder that cannot be made or written."""
        if not await self.answers():
            raise SettingsError(f"ACTIONQL_ASSETS: files cannot be kept in {self._folder}.")

    async def answers(self) -> bool:
        """Whether the folder is there, or may be made, and written."""
        return await asyncio.to_thread(_writable, standing(self._folder))

    def _path(self, id: str) -> Path:
        return self._folder / id[:2] / id

    async def _write(self, path: Path, chunks: AsyncIterator[bytes]) -> Written:
        written = Written(self._max_bytes)
        async with _opened(aiofiles.open(path, "r+b")) as file:
            async for piece in written.counted(chunks):
                await file.write(piece)
        return written


@asynccontextmanager
async def _opened(file: Awaitable[File]) -> AsyncIterator[File]:
    opening = asyncio.ensure_future(file)
    try:
        yield await finished(opening)
    finally:
        if succeeded(opening):
            await finished(opening.result().close())


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _claim(temporary: Path, final: Path) -> None:
    """Makes the temporary file, which only one can; whoever has it may write the final one."""
    _make_folder(temporary.parent)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise Conflict("This file is being stored already.") from None
    if final.exists():
        _remove(temporary)
        raise Conflict("This file is stored already.")


def _keep(temporary: Path, final: Path) -> None:
    """Moves a written file to its place so that it is there after a power cut, whole."""
    sync(temporary)
    _make_folder(final.parent)
    temporary.rename(final)
    sync(final.parent)
    sync(final.parent.parent)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _places(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _old_files(place: Path, before: float) -> list[Path]:
    """The store's own files in one of its folders that were last written before that time."""
    own = [path for path in place.iterdir() if is_id(path.name) and place.name in (TEMPORARY, path.name[:2])]
    return [path for path in own if _modified(path) < before]


def _modified(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:
        return math.inf
