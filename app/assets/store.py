"""What a store of assets gives to those who use it, whatever keeps the bytes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from app.assets import sniff
from app.assets.asset import Asset, clean_name
from app.errors import TooLarge

PIECE = 262_144

T = TypeVar("T")


class Store(Protocol):
    """Keeps the bytes of assets by their ids, each whole or not at all.

    What cannot be reached raises Overloaded.
    """

    async def save(self, chunks: AsyncIterator[bytes], *, name: str, id: str | None = None) -> Asset:
        """Stores the bytes and gives the asset once they are safe.

        `id` is for an asset whose reference was given out before; raises Conflict where it is stored or being
        stored, ValueError where it is no id. Raises TooLarge beyond the largest size, counted as they come. Whatever
        else ends it, cancellation too, leaves nothing behind.
        """

    async def open(self, id: str, size: int) -> AsyncIterator[bytes]:
        """The bytes of an asset; raises NotFound where there is none, or one of another size."""

    def stream(self, id: str) -> AsyncIterator[bytes]:
        """The bytes of an asset; raises NotFound at the first where there is none."""

    async def stat(self, id: str) -> int | None:
        """The size of an asset in bytes, None where there is none."""

    async def delete(self, id: str) -> None:
        """Removes an asset; that there is none is no error."""

    async def sweep(self, keep: Callable[[str], Awaitable[bool]], older_than: timedelta) -> int:
        """Removes what crashes left, and old assets that `keep` does not want; gives how many.

        What is not the store's own stays.
        """

    async def check(self) -> None:
        """Raises SettingsError, with the remedy, where assets could not be stored, read and removed."""

    async def answers(self) -> bool:
        """Whether the store can be reached now."""


@dataclass(slots=True)
class Written:
    """What is known of the bytes so far; there may be `most` of them."""

    most: int
    head: bytes = b""
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    async def counted(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The bytes in pieces that are hashed and written without holding the loop up; TooLarge beyond `most`."""
        async for chunk in chunks:
            for start in range(0, len(chunk), PIECE):
                piece = chunk[start : start + PIECE]
                self._add(piece)
                yield piece

    def asset(self, id: str, name: str) -> Asset:
        """The asset that the bytes are."""
        return Asset(id, clean_name(name), sniff.content_type(self.head), self.size, self.digest.hexdigest())

    def _add(self, piece: bytes) -> None:
        self.head = (self.head + piece[: sniff.HEAD])[: sniff.HEAD]
        self.size += len(piece)
        if self.size > self.most:
            raise TooLarge(f"A file may have at most {self.most:,} bytes.")
        self.digest.update(piece)


async def finished(work: Awaitable[T], stop: Callable[[], object] | None = None) -> T:
    """Waits for the work to its end even when cancelled, perhaps after it was told to `stop`.

    It goes on in any case, and could meet what belongs to whoever takes the same id next.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if stop is not None:
            stop()
        await asyncio.wait([task])
        # Looked at, so that nobody is told of what nobody waits for.
        task.cancelled() or task.exception()
        raise


def succeeded(task: asyncio.Future[Any]) -> bool:
    """Whether the work ended well."""
    return task.done() and not task.cancelled() and task.exception() is None
