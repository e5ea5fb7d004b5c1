"""Assets in a bucket of an object store: each is one object, whole or not there at all.

Needs the package `obstore`, so that this is imported only where the settings name a bucket.
"""

from __future__ import annotations

import asyncio
import atexit
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from app.assets.asset import Asset, is_id
from app.assets.bucket import fault, refusal
from app.assets.store import Written, finished, succeeded
from app.errors import Conflict, NotFound, Overloaded
from app.logs import get_logger
from app.settings import SettingsError

if TYPE_CHECKING:
    from obstore import GetResult

CLAIMS = "claims"
CHECKS = "check"
PART = 5 * 1024 * 1024
"""Bytes of an upload that are held at once; no store takes smaller parts."""
CHUNK = 65_536
FAULTS = (BaseError, FileNotFoundError)
"""What the library raises; FileNotFoundError for a bucket that is missing, too."""
PATIENCE = 2.0
"""Seconds after which a store that does not answer counts as out of reach."""

log = get_logger()
# The library's threads want the interpreter's lock once more when they have answered; one that does so while the
# interpreter ends would abort the process.
atexit.register(time.sleep, 0.1)


class ObjectStore:
    """A `Store` that keeps assets as the objects `<first two of id>/<id>` under the bucket's prefix."""

    def __init__(self, bucket: S3Store, *, max_bytes: int = 25_000_000) -> None:
        self._bucket = bucket
        self._max_bytes = max_bytes

    async def save(self, chunks: AsyncIterator[bytes], *, name: str, id: str | None = None) -> Asset:
        """Stores the bytes and gives the asset once the store has taken them.

        An `id` that was given out before is claimed by an object of its own while it is being stored; nobody else has
        one that is made here.
        """
        written = Written(self._max_bytes)
        pieces = written.counted(chunks)
        if id is None:
            id = secrets.token_hex(16)
            await self._put(_path(id), pieces)
            return written.asset(id, name)
        if not is_id(id):
            raise ValueError("this is no id of an asset")
        async with self._claimed(id):
            await self._put(_path(id), pieces)
        return written.asset(id, name)

    async def open(self, id: str, size: int) -> AsyncIterator[bytes]:
        """The bytes of an asset; raises NotFound where there is none, or one of another size."""
        found = await self._get(id)
        if found.meta["size"] != size:
            raise NotFound("There is no such file.")
        return _chunks(found)

    async def stream(self, id: str) -> AsyncIterator[bytes]:
        """The bytes of an asset; raises NotFound at the first where there is none."""
        async for chunk in _chunks(await self._get(id)):
            yield chunk

    async def stat(self, id: str) -> int | None:
        """The size of an asset in bytes, None where there is none."""
        if not is_id(id):
            return None
        with _told():
            try:
                return (await obstore.head_async(self._bucket, _path(id)))["size"]
            except FileNotFoundError:
                return None

    async def delete(self, id: str) -> None:
        """Removes an asset; that there is none is no error."""
        if is_id(id):
            await self._remove(_path(id))

    async def sweep(self, keep: Callable[[str], Awaitable[bool]], older_than: timedelta) -> int:
        """Removes old claims and checks that crashes left, and old assets that `keep` does not want; gives how many."""
        before = datetime.now(UTC) - older_than
        removed = 0
        async for path in self._old(before):
            place, _, id = path.rpartition("/")
            if not is_id(id) or place not in (CLAIMS, CHECKS, id[:2]):
                continue
            if place == id[:2] and await keep(id):
                continue
            await self._remove(path)
            removed += 1
        return removed

    async def check(self) -> None:
        """Stores, lists, reads and removes an object; raises SettingsError for what the store does not do."""
        path = f"{CHECKS}/{secrets.token_hex(16)}"
        with _refused("write to"):
            await obstore.put_async(self._bucket, path, b"check", mode="create")
        await self._check_claims(path)
        with _refused("list"):
            await obstore.list(self._bucket, CHECKS).collect_async()
        with _refused("read"):
            await (await obstore.get_async(self._bucket, path)).bytes_async()
        with _refused("delete from"):
            await obstore.delete_async(self._bucket, path)

    async def answers(self) -> bool:
        """Whether the store answers in a moment, and not with a refusal."""
        try:
            async with asyncio.timeout(PATIENCE):
                await obstore.head_async(self._bucket, CHECKS)
        except FileNotFoundError:
            return True
        except (BaseError, TimeoutError):
            return False
        return True

    async def _check_claims(self, path: str) -> None:
        """Two servers could store under one id where the store does not refuse the second of two claims."""
        with _refused("write to"), suppress(AlreadyExistsError):
            await obstore.put_async(self._bucket, path, b"check", mode="create")
            raise SettingsError(
                "ACTIONQL_ASSETS: the store overwrites objects where it is told not to (If-None-Match)."
            )

    @asynccontextmanager
    async def _claimed(self, id: str) -> AsyncIterator[None]:
        """Lets one request of one server store under an id, and none where it is stored; Conflict for the others."""
        path = f"{CLAIMS}/{id}"
        claim = asyncio.ensure_future(obstore.put_async(self._bucket, path, b"", mode="create"))
        try:
            with _told():
                try:
                    await finished(claim)
                except AlreadyExistsError:
                    raise Conflict("This file is being stored already.") from None
            if await self.stat(id) is not None:
                raise Conflict("This file is stored already.")
            yield
        finally:
            if succeeded(claim):
                await self._take_back(path)

    async def _put(self, path: str, pieces: AsyncIterator[bytes]) -> None:
        first = await _up_to(PART, pieces)
        try:
            with _told():
                if len(first) < PART:
                    await finished(obstore.put_async(self._bucket, path, first))
                else:
                    await self._put_parts(path, first, pieces)
        except BaseException:
            await self._take_back(path)
            raise

    async def _put_parts(self, path: str, first: bytes, pieces: AsyncIterator[bytes]) -> None:
        """Hands parts over as they come. An upload that is let go would leave them; one that fails takes them back."""
        stop = asyncio.get_running_loop().create_future()
        parts = _until(stop, first, pieces)
        upload = obstore.put_async(self._bucket, path, parts, chunk_size=PART, max_concurrency=1)
        await finished(upload, partial(stop.set_result, None))

    async def _get(self, id: str) -> GetResult:
        if not is_id(id):
            raise NotFound("There is no such file.")
        with _told():
            try:
                return await obstore.get_async(self._bucket, _path(id))
            except FileNotFoundError:
                raise NotFound("There is no such file.") from None

    async def _old(self, before: datetime) -> AsyncIterator[str]:
        with _told():
            async for page in obstore.list(self._bucket):
                for found in page:
                    if found["last_modified"] < before:
                        yield found["path"]

    async def _remove(self, path: str) -> None:
        with _told(), suppress(FileNotFoundError):
            await obstore.delete_async(self._bucket, path)

    async def _take_back(self, path: str) -> None:
        """Removes what is not to stay; where the store does not answer, a later sweep does."""
        with suppress(Overloaded):
            await finished(self._remove(path))


def _path(id: str) -> str:
    return f"{id[:2]}/{id}"


async def _up_to(size: int, pieces: AsyncIterator[bytes]) -> bytes:
    """The first bytes, at least so many unless there are fewer."""
    taken = bytearray()
    async for piece in pieces:
        taken += piece
        if len(taken) >= size:
            break
    return bytes(taken)


async def _until(
    stop: asyncio.Future[None], first: bytes, pieces: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The first bytes and the pieces after them; ends with an error as soon as it is told to stop."""
    yield first
    while True:
        taking: asyncio.Future[bytes | None] = asyncio.ensure_future(anext(pieces, None))
        either: list[asyncio.Future[Any]] = [taking, stop]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
            raise ConnectionAbortedError("the upload was stopped")
        piece = taking.result()
        if piece is None:
            return
        yield piece


async def _chunks(found: GetResult) -> AsyncIterator[bytes]:
    with _told():
        async for chunk in found.stream(CHUNK):
            yield bytes(chunk)


@contextmanager
def _told() -> Iterator[None]:
    """Tells callers that the store failed, and the log why."""
    try:
        yield
    except FAULTS as error:
        log.warning("file store failed", reason=fault(error))
        raise Overloaded("The store of files can't be reached.") from None


@contextmanager
def _refused(operation: str) -> Iterator[None]:
    """Tells the operator what the store did not do, and what to look at."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except FAULTS as error:
        raise SettingsError(f"ACTIONQL_ASSETS: {refusal(error, operation)}") from None
