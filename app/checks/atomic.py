"""An atomic action happens whole or not at all, so no step of it reaches outside the database."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject
from app.definition.model import Action
from app.definition.source import Path
from app.definition.steps import Step
from app.definition.walk import walk


def check(subject: Subject) -> Findings:
    """One finding for each step of an atomic action that reaches, or calls an action with such a step."""
    for name, action in subject.application.actions.items():
        if not action.atomic:
            continue
        for found in walk(action, ("actions", name)):
            if isinstance(found.value, Step) and subject.steps[found.value.kind].reaches:
                yield Finding(found.path, _message(found.value.kind))
            elif found.to == "action" and isinstance(found.value, str):
                yield from _called(subject, found.value, found.path)


def _message(what: str) -> str:
    return f"{what} reaches outside, so the action cannot be atomic; leave atomic or the step out"


def _called(subject: Subject, name: str, path: Path) -> Findings:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        action = subject.application.actions.get(current)
        if action is None or current in seen:
            continue
        seen.add(current)
        reaching, calls = _reaching(subject, action)
        if reaching is not None:
            yield Finding(path, _message(f"{reaching} of {current!r}"))
            return
        waiting.extend(calls)


def _reaching(subject: Subject, action: Action) -> tuple[str | None, list[str]]:
    calls = []
    for found in walk(action):
        if isinstance(found.value, Step) and subject.steps[found.value.kind].reaches:
            return found.value.kind, []
        if found.to == "action":
            calls.append(found.value)
    return None, calls
