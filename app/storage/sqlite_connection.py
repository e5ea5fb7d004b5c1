"""One SQLite connection as every lane opens it, and the clock that stops its statements."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from math import inf
from pathlib import Path
from time import monotonic, sleep, thread_time
from typing import TypeVar

from app.storage.pattern import search_pattern

T = TypeVar("T")

STATEMENTS = 1024
"""Prepared statements that a connection keeps."""
_STEPS = 2000
"""Instructions of SQLite's machine between two looks at the clock; some 50 microseconds."""
_PATTERN_SECONDS = 1.0
"""How long the regular expressions of one work may take together."""
_BUSY, _INTERRUPT = sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT


class Deadline:
    """When to stop, on the monotonic clock; another thread may move it."""

    __slots__ = ("at",)

    def __init__(self, at: float = inf) -> None:
        self.at = at

    @property
    def passed(self) -> bool:
        """Whether it is time to stop."""
        return monotonic() > self.at


class Budget(Deadline):
    """Stops what takes `seconds` of the thread's own time, or ten times that on the clock.

    On a busy machine a thread waits for its turn, which says nothing about the work at hand.
    """

    __slots__ = ("_cpu", "_seconds")

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._cpu: float | None = None

    def begin(self) -> None:
        """Starts the clocks; that of the thread, which is slow to read, with the first look at it."""
        self.at = monotonic() + 10 * self._seconds
        self._cpu = None

    def end(self) -> None:
        """Stops the clocks."""
        self.at = self._cpu = inf

    @property
    def passed(self) -> bool:
        """Whether it is time to stop."""
        if self._cpu is None:
            self._cpu = thread_time() + self._seconds
        return thread_time() > self._cpu or monotonic() > self.at


class Connection:
    """A connection that stops what it does when `deadline` passes; `expired` tells whether it just did."""

    def __init__(self, path: Path, *, writes: bool, wait: float, cache: int) -> None:
        self.deadline = Deadline()
        self._pattern_seconds = 0.0
        self._pattern = lru_cache(maxsize=64)(search_pattern)
        self.sqlite = sqlite3.connect(
            path, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
        )
        try:
            self._set_up(writes, cache)
        except BaseException:
            self.sqlite.close()
            raise

    def start(self, deadline: Deadline) -> None:
        """Sets the clock for the next work."""
        self.deadline = deadline
        self._pattern_seconds = 0.0

    @property
    def expired(self) -> bool:
        """Whether the clock has run out."""
        return self.deadline.passed or self._pattern_seconds > _PATTERN_SECONDS

    def roll_back(self) -> None:
        """Ends the transaction if there is one, however late it is.

        SQLite looks at the clock now and then in any statement, ROLLBACK and BEGIN among them, and stops a BEGIN that
        is done already.
        """
        if not self.sqlite.in_transaction:
            return
        deadline, self.deadline = self.deadline, Deadline()
        try:
            self.sqlite.execute("ROLLBACK")
        finally:
            self.deadline = deadline

    def close(self) -> None:
        self.sqlite.close()

    def _set_up(self, writes: bool, cache: int) -> None:
        def pragmas() -> None:
            # A database that does not exist yet is made here; several processes may start at once.
            self.sqlite.execute("PRAGMA journal_mode=WAL").fetchall()

        retry_busy(pragmas)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{cache}",
            "journal_size_limit=67108864",
            f"query_only={'OFF' if writes else 'ON'}",
        ):
            self.sqlite.execute(f"PRAGMA {pragma}").fetchall()
        self.sqlite.set_progress_handler(self._look, _STEPS)
        self.sqlite.create_function("regexp", 2, self._regexp, deterministic=True)

    def _look(self) -> bool:
        return self.deadline.passed

    def _regexp(self, pattern: str | None, text: str | None) -> bool | None:
        if pattern is None or text is None:
            return None
        started = monotonic()
        until = min(self.deadline.at, started + _PATTERN_SECONDS - self._pattern_seconds)
        try:
            return self._pattern(pattern).search(str(text), until)
        finally:
            self._pattern_seconds += monotonic() - started


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection held the lock for longer than was waited."""
    return _primary_code(error) == _BUSY


def is_interrupted(error: sqlite3.Error) -> bool:
    """Whether the clock stopped the statement."""
    return _primary_code(error) == _INTERRUPT


def retry_busy(action: Callable[[], T], patience: float = 30.0) -> T:
    """Tries again while another process holds the lock, in short uneven pauses so that no process starves."""
    until = monotonic() + patience
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or monotonic() > until:
                raise
        sleep(random.uniform(0.0005, 0.005))  # noqa: S311


def _primary_code(error: sqlite3.Error) -> int:
    # Errors that Python's driver raises by itself carry no code.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
