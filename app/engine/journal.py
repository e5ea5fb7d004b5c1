"""What a run leaves behind for the console: one entry a step, without the values it worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.steps.base import Message

MAXIMUM_ENTRIES = 1_000
MAXIMUM_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One step that ran: where, what kind, how long in milliseconds, what it said and why it failed."""

    action: str
    place: str
    kind: str
    milliseconds: float
    messages: tuple[Message, ...] = ()
    error: str | None = None


def written(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as they are stored; after the first thousand only what failed or said something."""
    kept = [
        entry
        for index, entry in enumerate(entries)
        if index < MAXIMUM_ENTRIES or (index < 2 * MAXIMUM_ENTRIES and (entry.messages or entry.error))
    ]
    return [_plain(entry) for entry in kept]


def _plain(entry: Entry) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "action": entry.action,
        "place": entry.place,
        "kind": entry.kind,
        "milliseconds": entry.milliseconds,
    }
    if entry.messages:
        plain["messages"] = [
            {"level": message.level, "text": message.text[:MAXIMUM_TEXT]} for message in entry.messages
        ]
    if entry.error is not None:
        plain["error"] = entry.error[:MAXIMUM_TEXT]
    return plain
