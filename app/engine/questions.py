"""What a run that waits asks, and whether an answer belongs to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.definition.model import Input
from app.errors import Conflict
from app.expressions import to_plain
from app.steps.base import Ask
from app.storage.durable_runs import StoredRun


def question(ask: Ask) -> dict[str, Any]:
    """What is stored while the run waits: a new token, the texts, the fields as a form shows them, and the times."""
    now = datetime.now(UTC)
    return {
        "token": secrets.token_urlsafe(16),
        "title": ask.title,
        "text": ask.text,
        "fields": [_field(name, field) for name, field in ask.fields.items()],
        "asked": now.isoformat(),
        "until": None if ask.within is None else (now + ask.within).isoformat(),
    }


def belongs(token: str, wait: Mapping[str, Any] | None) -> bool:
    """Whether the token is that of the question."""
    return wait is not None and secrets.compare_digest(token.encode(), str(wait.get("token", "")).encode())


def check_question(row: StoredRun, token: str) -> None:
    """Raises `Conflict` unless the run waits for an answer to the question with this token."""
    if row.ended is not None:
        raise Conflict("The run has ended; it takes no answer.")
    if row.state != "waiting_for_input":
        asked = "has been answered" if row.wait else "has not been asked"
        raise Conflict(f"The run does not wait: its question {asked}.")
    if not belongs(token, row.wait):
        raise Conflict("The token is not that of the question which the run waits for.")


def _field(name: str, field: Input) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": name,
        "label": field.label or name,
        "kind": field.kind or "object",
        "required": field.required,
        "description": field.description,
    }
    if field.options:
        shown["options"] = list(field.options)
    if field.length is not None:
        shown["length"] = field.length
    if field.default is not None and not str(field.default).startswith("="):
        shown["default"] = to_plain(field.default)
    return shown
