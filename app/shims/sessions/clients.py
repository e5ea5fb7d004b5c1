"""How much one client may ask: so many requests at once, a second and a minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic

from app.auth.limiter import AttemptLimiter
from app.errors import TooManyRequests
from app.settings import Settings


class Clients:
    """The clients of this process, each known by its key."""

    def __init__(self, settings: Settings) -> None:
        self._at_once = settings.execution_at_once
        self._a_second = settings.execution_per_second
        self._a_minute = settings.execution_per_minute
        self._seconds = AttemptLimiter(window=1.0)
        self._minutes = AttemptLimiter()
        self._here: Counter[str] = Counter()

    def admit(self, key: str) -> AbstractContextManager[None]:
        """Counts one request of a client, and gives what ends it; raises `TooManyRequests` over a limit."""
        if self._here[key] >= self._at_once:
            raise TooManyRequests("Too many requests at once with this key.", 1)
        self._count(self._seconds, key, self._a_second)
        self._count(self._minutes, key, self._a_minute)
        self._here[key] += 1
        return self._leaving(key)

    @contextmanager
    def _leaving(self, key: str) -> Iterator[None]:
        try:
            yield
        finally:
            self._here[key] -= 1
            if not self._here[key]:
                del self._here[key]

    def _count(self, limiter: AttemptLimiter, key: str, limit: int) -> None:
        wait = limiter.check(key, limit, monotonic())
        if wait is not None:
            raise TooManyRequests("Too many requests with this key, try again later.", wait)
