"""What the audit trail is told of runs, in the transactions in which they begin and end."""

from __future__ import annotations

from datetime import UTC, datetime

from app.engine.run import Start
from app.permissions import SYSTEM, Principal
from app.storage.audit import OK, Entry
from app.storage.durable_runs import NewRun, StoredRun
from app.storage.runs import RunRow


def told_of_part(start: Start, row: RunRow, part: int) -> Entry | None:
    """The entry for a part of a run whose caller waits: the first tells that it goes on, the last how it ended."""
    if row.state != "running":
        return _entry(start, row, start.operation, row.reason or OK)
    return _entry(start, row, "start") if part == 0 else None


def told_of_start(start: Start, row: NewRun) -> Entry:
    """The entry for a durable run that begins."""
    return _entry(start, row, "start")


def told_of_end(row: StoredRun, reason: str | None) -> Entry:
    """The entry for a durable run that ends, or ends for want of its process; where it came in, its start tells."""
    return Entry(
        row.application,
        datetime.now(UTC),
        row.principal or "system",
        row.run_as,
        row.door,
        "",
        None,
        "run",
        row.action_name,
        reason or OK,
        row.id,
    )


def principal_name(principal: Principal) -> str | None:
    """Who called, for the record of a run: a record of a model, a key's user, a key of no user, or `system`."""
    if principal.record is not None:
        return f"{principal.model or 'user'}:{principal.record['id']}"
    if principal == SYSTEM:
        return "system"
    return None if principal.key is None else f"key:{principal.key}"


def actor_name(principal: Principal) -> str:
    """The same for the audit trail: `system` for anybody."""
    return principal_name(principal) or "system"


def _entry(start: Start, row: RunRow | NewRun, operation: str, result: str = OK) -> Entry:
    return Entry(
        row.application,
        datetime.now(UTC),
        row.principal or "system",
        row.run_as,
        start.door,
        start.address,
        start.request_id,
        operation,
        row.action_name,
        result,
        row.id,
    )
