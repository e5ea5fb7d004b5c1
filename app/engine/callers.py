"""Who started a run, as its row keeps it: enough to find them again, with the rights that they have then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.definition.record import Record
from app.permissions import ANYBODY, Principal


def caller_of(principal: Principal) -> Mapping[str, Any] | None:
    """What is kept of who calls; null for anybody."""
    if principal == ANYBODY:
        return None
    record = principal.record
    if principal.profile is not None and record is not None:
        return {"profile": principal.profile, "record": record["id"]}
    kept: dict[str, Any] = {"key": principal.key}
    if record is not None:
        kept["user"] = {"id": record["id"], "email": record.get("email")}
    return kept


def record_of(principal: Principal) -> Record | None:
    """The record that a caller is, which expressions see as `me`."""
    if principal.record is None or principal.model is None:
        return None
    return Record(principal.model, principal.record)
