"""What the oracle says of doors that open actions and models by rules of their own."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.permissions import oracle, oracle_actions
from tests.permissions.oracle import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Caller, Row, World
from tests.permissions.oracle_writes import Case, rights_first, write


@dataclass(frozen=True)
class Door:
    """Whom a rule lets in: those of a profile, with one of some roles, with a key that is good for it."""

    profile: str | None = None
    allow: frozenset[str] = frozenset()
    keyed: bool = False

    def refusal(self, caller: Caller) -> str | None:
        """The code for who does not get in, or None."""
        everybody = not self.allow or "public" in self.allow
        if everybody and self.profile is None and not self.keyed:
            return None
        if caller.model is None or self.profile not in (None, caller.profile):
            return UNAUTHENTICATED
        if self.keyed and "keyed" not in caller.roles:
            return FORBIDDEN
        return None if everybody or self.allow & caller.roles else FORBIDDEN


def door(*allow: str, profile: str | None = None, keyed: bool = False) -> Door:
    return Door(profile, frozenset(allow), keyed)


OPEN = Door()
ENDPOINTS: Mapping[str, tuple[str, str, Door]] = {
    "ping": ("GET", "Ping", OPEN),
    "members": ("GET", "For members", OPEN),
    "staff": ("GET", "For nobody", door(profile="Staff")),
    "clients": ("GET", "For nobody", door(profile="Clients")),
    "auditors": ("GET", "For nobody", door("auditor")),
    "leading-members": ("GET", "For leaders", door("member", profile="Staff")),
    "everybody": ("GET", "For nobody", door("public")),
    "all-titles": ("GET", "Titles of the application", door("member")),
    "titles": ("GET", "Titles of the caller", OPEN),
    "entries": ("GET", "Entries of the caller", door(profile="Staff")),
    "comments": ("POST", "Comment as the caller", OPEN),
}
"""Method and action of each endpoint, and whom it lets in."""
GENERATED: Mapping[str, Door] = {
    "Team": OPEN,
    "Person": OPEN,
    "Client": door("auditor", profile="Staff"),
    "Note": OPEN,
    "Comment": door("member", "manager", "auditor"),
    "Entry": door("auditor", profile="Staff"),
    "Message": OPEN,
}
OPENED = "Client"
"""The model that says nothing of who may read or write it, so that its rule does."""
TRIGGERS: Mapping[str, Door] = {
    "Ping": OPEN,
    "For members": door(keyed=True),
    "For nobody": door(keyed=True),
    "Titles of the caller": OPEN,
    "Entries of the caller": door(keyed=True),
    "Comment as the caller": door(keyed=True),
}
"""Triggers of the incoming API; an anonymous one, which is open, knows nobody."""
HTTP = (
    "Ping",
    "For members",
    "For staff",
    "For nobody",
    "Titles of the caller",
    "Entries of the caller",
    "Comment as the caller",
    "Who am I",
)
"""Actions that HTTP requests run, each under its own rule; their names begin with the door's."""
MODULES = ("For members", "Titles of the caller")


def call(world: World, caller: Caller, action: str, through: Door) -> tuple[Any, str | None]:
    """The result of an action that a door opens, or the code of a refusal.

    Who is known also needs a role of the action's own, where it names any; nobody does not.
    """
    allow, _ = oracle_actions.ACTIONS[action]
    refusal = through.refusal(caller)
    if refusal is None and caller.model is not None and allow and not allow & {"public", *caller.roles}:
        refusal = FORBIDDEN
    return (None, refusal) if refusal is not None else oracle_actions.outcome(world, caller, action)


def records(world: World, caller: Caller, model: str) -> list[Row] | str:
    """The rows of a generated list, or the code of the refusal."""
    refusal = GENERATED[model].refusal(caller)
    if refusal is not None:
        return refusal
    rows = (
        [world[model][id] for id in sorted(world[model])]
        if model == OPENED
        else oracle.visible(world, caller, model)
    )
    return rows if isinstance(rows, str) else [oracle.shown(caller, model, row) for row in rows]


def change(world: World, caller: Caller, case: Case) -> tuple[str | None, World]:
    """The refusal's code, or the new world."""
    refusal = GENERATED[case.model].refusal(caller)
    if refusal is not None:
        return refusal, world
    if case.model == OPENED:
        return _change_opened(world, case)
    code, after, _ = write(world, caller, case)
    return rights_first(caller, case, code), after


def _change_opened(world: World, case: Case) -> tuple[str | None, World]:
    """Whom the rule lets in, all rows are theirs; the only cases are to create and to delete."""
    after = deepcopy(world)
    rows = after[case.model]
    if case.op == "delete":
        return (None, after) if rows.pop(case.id or 0, None) else (NOT_FOUND, world)
    new = max(rows) + 1000
    rows[new] = {"id": new, "login": case.values["login"]}
    return None, after
