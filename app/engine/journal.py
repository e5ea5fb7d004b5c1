"""What a run leaves behind for the console: one entry a step, without the values it worked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.steps.base import Message

MAXIMUM_ENTRIES = 1_000
MAXIMUM_TEXT = 2_000


class Entry(NamedTuple):
    """One step that ran: where, what kind, how long in milliseconds, what it said and why it failed.

    A tuple, since every step makes one.
    """

    action: str
    place: str
    kind: str
    milliseconds: float
    messages: tuple[Message, ...] = ()
    error: str | None = None


def add(entries: list[Entry], entry: Entry) -> None:
    """Notes one more step; after the first thousand only what failed or said something, up to as many again."""
    count = len(entries)
    if count < MAXIMUM_ENTRIES or (count < 2 * MAXIMUM_ENTRIES and (entry.messages or entry.error)):
        entries.append(entry)


def written(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as they are stored."""
    return [_plain(entry) for entry in entries]


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
