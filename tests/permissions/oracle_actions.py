"""What the oracle says of actions: who may call them, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.permissions.oracle import (
    BAD_USER_INPUT,
    FORBIDDEN,
    NOT_FOUND,
    UNAUTHENTICATED,
    WRITE,
    Caller,
    World,
    rules_of,
    visible,
)

ACTIONS: Mapping[str, tuple[frozenset[str], str | None]] = {
    "Ping": (frozenset({"public"}), None),
    "For members": (frozenset({"member"}), None),
    "For leaders": (frozenset({"manager", "auditor"}), None),
    "For staff": (frozenset({"member"}), "Staff"),
    "For nobody": (frozenset(), None),
    "Titles of the application": (frozenset({"public"}), None),
    "Titles of the caller": (frozenset({"public"}), None),
    "Entries of the application": (frozenset({"public"}), None),
    "Entries of the caller": (frozenset({"public"}), None),
    "Comment as the application": (frozenset({"manager"}), None),
    "Comment as the caller": (frozenset({"member", "manager", "auditor"}), None),
    "Who am I": (frozenset({"public"}), None),
    "Check badge": (frozenset(), None),
    "No such action": (frozenset(), None),
}
"""Who may call each action, and with tokens of which profile."""


def may_call(caller: Caller, action: str) -> str | None:
    """The code of the refusal, or None."""
    allow, profile = ACTIONS[action]
    if not allow:
        return NOT_FOUND
    if "public" in allow:
        return None
    if caller.model is None or (profile is not None and caller.profile != profile):
        return UNAUTHENTICATED
    return None if allow & caller.roles else FORBIDDEN


def call(world: World, caller: Caller, action: str) -> tuple[Any, str | None]:
    """The result of an action, or the code of a refusal."""
    refusal = may_call(caller, action)
    return (None, refusal) if refusal is not None else outcome(world, caller, action)


def outcome(world: World, caller: Caller, action: str) -> tuple[Any, str | None]:
    """The same once the caller is let in."""
    if action == "Titles of the caller":
        rows = visible(world, caller, "Note")
        return (None, rows) if isinstance(rows, str) else ([row["title"] for row in rows], None)
    if action == "Entries of the caller":
        rows = visible(world, caller, "Entry")
        return (None, rows) if isinstance(rows, str) else (len(rows), None)
    if action == "Comment as the caller":
        if not rules_of(WRITE, caller, "Comment"):
            return None, caller.refusal
        notes = visible(world, caller, "Note")
        if isinstance(notes, str) or 1 not in [row["id"] for row in notes]:
            return None, BAD_USER_INPUT
    return _RESULTS[action](world, caller), None


_RESULTS: Mapping[str, Callable[[World, Caller], Any]] = {
    "Ping": lambda world, caller: "pong",
    "For members": lambda world, caller: "hello",
    "For leaders": lambda world, caller: "hello",
    "For staff": lambda world, caller: "hello",
    "For nobody": lambda world, caller: "hello",
    "Titles of the application": lambda world, caller: [row["title"] for row in world["Note"].values()],
    "Entries of the application": lambda world, caller: len(world["Entry"]),
    "Comment as the application": lambda world, caller: "written",
    "Comment as the caller": lambda world, caller: "written",
    "Who am I": lambda world, caller: "nobody" if caller.id is None else caller.id,
}
