"""Tells who waits for a run, in this process, that something has become of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from time import monotonic

_LOOKS = (0.25, 0.5, 1.0, 2.0)
"""Seconds between looks at a run that another process may drive; the last again and again."""


class Changes:
    """Who waits for which run."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._stopped = False

    def tell(self, run: str) -> None:
        """Wakes those who wait for this run."""
        for event in self._waiting.get(run, ()):
            event.set()

    def stop(self) -> None:
        """Ends every wait, and those to come: the process is to end, and its callers ask another one."""
        self._stopped = True
        for run in self._waiting:
            self.tell(run)

    async def of(self, run: str, deadline: float) -> AsyncGenerator[None]:
        """Comes round at once, whenever the run may have changed, and at last when the time is over or all stops."""
        event = asyncio.Event()
        self._waiting.setdefault(run, set()).add(event)
        looks = iter(_LOOKS)
        try:
            while True:
                event.clear()
                yield
                left = deadline - monotonic()
                if left <= 0 or self._stopped:
                    return
                pause = next(looks, _LOOKS[-1])
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), min(pause, left))
        finally:
            waiting = self._waiting[run]
            waiting.discard(event)
            if not waiting:
                del self._waiting[run]
