"""How many attempts in a time: sliding windows in memory, bounded in number."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict, deque

WINDOW_SECONDS = 60.0


class AttemptLimiter:
    """Counts attempts by key over the last `window` seconds, for at most `most_keys` keys.

    When more keys are in use the one that was checked longest ago is forgotten. For the event loop's thread. Each
    process counts for itself: with several workers, a caller whose connections reach all of them gets as many times
    the limit.
    """

    def __init__(self, most_keys: int = 10_000, window: float = WINDOW_SECONDS) -> None:
        self._most_keys = most_keys
        self._window = window
        self._attempts: OrderedDict[bytes, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._attempts)

    def check(self, key: str, limit: int, now: float) -> int | None:
        """Count an attempt and answer None; over `limit`, count nothing and answer the seconds to wait.

        `now` is in seconds of a monotonic clock; the answer is whole and at least 1.
        """
        attempts = self._attempts_of(key)
        while attempts and attempts[0] <= now - self._window:
            attempts.popleft()
        if len(attempts) < limit:
            attempts.append(now)
            return None
        # With a limit that was lowered, more than the oldest attempt has to leave the window.
        leaving = attempts[-limit] if limit > 0 else now
        return max(1, math.ceil(leaving + self._window - now))

    def _attempts_of(self, key: str) -> deque[float]:
        # Callers choose the keys (user names): their digest keeps the memory of each bounded.
        short = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        attempts = self._attempts.setdefault(short, deque())
        self._attempts.move_to_end(short)
        if len(self._attempts) > self._most_keys:
            self._attempts.popitem(last=False)
        return attempts
