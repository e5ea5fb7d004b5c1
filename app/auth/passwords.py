"""Passwords as argon2id hashes, made in a bounded pool of threads: logins cannot starve the event loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from app.errors import BadInput, Overloaded

T = TypeVar("T")


class Passwords:
    """Hashes and verifies passwords; a verification costs the same whatever is wrong with it.

    `memory_kib`, `time_cost` and `parallelism` are argon2's, `max_length` is in bytes of UTF-8. At most
    `workers` hashes are computed and `queue` more wait: the next one is refused as Overloaded.
    """

    def __init__(
        self,
        workers: int = 2,
        memory_kib: int = 19456,
        time_cost: int = 2,
        parallelism: int = 1,
        max_length: int = 1024,
        queue: int = 64,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)
        self._max_length = max_length
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="passwords")
        self._room = BoundedSemaphore(workers + queue)
        # Made while the server starts; what comes later waits behind it.
        self._dummy = self._pool.submit(self._hasher.hash, secrets.token_bytes(32))

    async def hash(self, password: str) -> str:
        """The argon2id hash of `password`. BadInput when it is too long, Overloaded when too many wait."""
        return await self._in_pool(partial(self._hasher.hash, self._checked(password)))

    def hash_now(self, password: str) -> str:
        """Like `hash`, in the calling thread: for seeding and the command line."""
        return self._hasher.hash(self._checked(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one behind `stored`.

        `None` (nobody has that name), a password over the length limit and a `stored` that is no argon2 hash
        are False, in the same time. Overloaded when too many wait.
        """
        secret = _bytes_of(password)
        if len(secret) > self._max_length:
            stored, secret = None, b"too long"
        return await self._in_pool(partial(self._matches, stored, secret))

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than today's, or is no argon2 hash at all."""
        try:
            return self._hasher.check_needs_rehash(stored)
        except InvalidHashError:
            return True

    def close(self) -> None:
        """End the threads, after what they hold is done."""
        self._pool.shutdown(wait=True)

    def _checked(self, password: str) -> bytes:
        secret = _bytes_of(password)
        if len(secret) > self._max_length:
            raise BadInput(f"A password has at most {self._max_length} bytes.")
        return secret

    async def _in_pool(self, work: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            raise Overloaded("Too many logins at once. Please try again in a moment.")
        future = self._pool.submit(work)
        # A caller that gives up leaves the queue, but work that has begun keeps its room until it ends.
        future.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(future)

    def _matches(self, stored: str | None, secret: bytes) -> bool:
        if stored is None:
            return self._spend(secret)
        try:
            return self._hasher.verify(stored, secret)
        except VerifyMismatchError:
            return False
        except (VerificationError, ValueError):
            return self._spend(secret)

    def _spend(self, secret: bytes) -> bool:
        """Take as long as a real verification would, and refuse whatever it says."""
        with suppress(VerificationError):
            self._hasher.verify(self._dummy.result(), secret)
        return False


def _bytes_of(password: str) -> bytes:
    # JSON can carry lone surrogates, which strict UTF-8 would refuse with an exception.
    return password.encode("utf-8", "surrogatepass")
