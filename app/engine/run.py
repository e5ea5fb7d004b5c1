"""A run: what it begins with, and what is remembered of it while it is driven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.permissions import Principal
from app.storage.repeats import Repeat


class Start(NamedTuple):
    """What a run begins with. A tuple, since every run makes one."""

    action: str
    input: Mapping[str, Any]
    principal: Principal
    door: str
    request_id: str | None = None
    """The request that asked for it, for the log and the audit trail."""
    seconds: float | None = None
    """How long it may be at work, where its caller says so."""
    address: str = ""
    """Where it came from, for the audit trail."""
    operation: str = "run"
    """What the audit trail calls it."""
    repeat: Repeat | None = None
    """There where it came with an idempotency key."""


@dataclass(slots=True)
class Run:
    """A run while it is driven: what it began with, and what is remembered between its transactions."""

    id: str
    start: Start
    created: datetime
    part: int = 0
    """How many parts of it have been recorded; each transaction records one."""
    hashes: dict[str, str] = field(default_factory=dict)
    """Passwords that were hashed outside the transaction which needed them."""


def clock() -> dict[str, Any]:
    """The shared values that go on with the time."""
    now = datetime.now(UTC)
    return {"now": now, "today": now.date()}
