"""Entries of the audit trail that have no transaction, such as refusals, until they are written; bounded.

Whoever is refused can ask again as often as they like, so that not every refusal may be a row. The first of its kind
is written; the same again from the same address within a minute is counted, and the count is one more entry at the
end of that minute. Kinds are bounded too, for each address and in all: what is over that is counted in one entry for
each application.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from app.auth.limiter import AttemptLimiter
from app.storage.audit import Entry

WINDOW = 60.0
"""Seconds in which the same is counted."""
PER_MINUTE = 600
PER_ADDRESS_MINUTE = 60
_MOST_KEPT = 10_000
"""While the database takes no writes."""


@dataclass(slots=True)
class _Window:
    entry: Entry
    until: float
    more: int = 0


class Noted:
    """Takes entries, and gives those that are to be written; `now` is in seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._limiter = AttemptLimiter(window=WINDOW)
        self._fresh: list[Entry] = []
        self._windows: dict[Entry, _Window] = {}
        self._over: Counter[str] = Counter()
        self._over_until = 0.0

    def add(self, entry: Entry, now: float) -> None:
        """Has an entry written, or counts it."""
        kind = entry._replace(at=_NEVER, request_id=None, ids=tuple(entry.ids))
        window = self._windows.get(kind)
        if window is not None and now < window.until:
            window.more += 1
            return
        late = self._limiter.check(f"address:{entry.address}", PER_ADDRESS_MINUTE, now)
        full = len(self._fresh) >= _MOST_KEPT
        if full or late is not None or self._limiter.check("all", PER_MINUTE, now) is not None:
            self._count(entry.application, now)
            return
        if window is not None:
            self._close(window)
        self._windows[kind] = _Window(kind, now + WINDOW)
        self._fresh.append(entry)

    def due(self, now: float, *, last: bool = False) -> list[Entry]:
        """What is to be written now; at the `last` time also the counts of minutes that are not over."""
        for kind, window in list(self._windows.items()):
            if last or window.until <= now:
                self._close(self._windows.pop(kind))
        if self._over and (last or self._over_until <= now):
            self._fresh += [_over(application, more) for application, more in self._over.items()]
            self._over.clear()
        return [*self._fresh]

    def written(self, count: int) -> None:
        """Forgets the first so many of what `due` gave."""
        del self._fresh[:count]

    def _count(self, application: str, now: float) -> None:
        if not self._over:
            self._over_until = now + WINDOW
        self._over[application] += 1

    def _close(self, window: _Window) -> None:
        if window.more:
            told = window.entry
            self._fresh.append(told._replace(at=datetime.now(UTC), ids=(*told.ids, f"{window.more} more")))


_NEVER = datetime.min.replace(tzinfo=UTC)


def _over(application: str, more: int) -> Entry:
    return Entry(
        application=application,
        at=datetime.now(UTC),
        actor="system",
        behalf="caller",
        door="",
        address="",
        request_id=None,
        operation="refusal",
        subject=f"{more} more",
        result="TOO_MANY_REQUESTS",
    )
