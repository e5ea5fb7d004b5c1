"""No action calls itself whatever happens."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject
from app.definition.model import Action
from app.definition.source import Path
from app.definition.steps import Step
from app.definition.walk import walk

ENDING = ("finish", "error")


def check(subject: Subject) -> Findings:
    """One finding for each step that calls its own action with no condition and no way out before it."""
    for name, action in subject.application.actions.items():
        yield from _unconditional(action, name, ("actions", name, "steps"))


def _unconditional(action: Action, name: str, path: Path) -> Findings:
    for index, step in enumerate(action.steps):
        here: Path = (*path, index)
        if step.if_ is None:
            for found in walk(step, here):
                own = len(found.path) > len(here) and found.path[len(here)] == step.kind
                if own and found.to == "action" and found.value == name:
                    yield Finding(found.path, f"{name!r} calls itself for ever; give the step an if")
        if _may_end(step):
            return


def _may_end(step: Step) -> bool:
    return any(isinstance(found.value, Step) and found.value.kind in ENDING for found in walk(step))
