"""Steps have the blocks and words of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.base import Finding, Findings, Subject
from app.definition.source import Path
from app.definition.steps import Step
from app.definition.walk import walk

BLOCK_WORDS = {
    "then": "then",
    "else_": "else",
    "cases": "cases",
    "do": "do",
    "each": "each",
    "index": "index",
}


def check(subject: Subject) -> Findings:
    """One finding for each block that a step does not take or that it lacks."""
    for name, action in subject.application.actions.items():
        for found in walk(action, ("actions", name)):
            if isinstance(found.value, Step):
                yield from _step(subject, found.value, found.path)


def _step(subject: Subject, step: Step, path: Path) -> Findings:
    kind = subject.steps[step.kind]
    for word in _words(step):
        if word not in kind.blocks:
            takes = f"it takes {', '.join(sorted(kind.blocks))}" if kind.blocks else "it takes no blocks"
            yield Finding((*path, word), f"{step.kind} has no {word!r}; {takes}")
    if "do" in kind.blocks and not step.do:
        yield Finding(path, f"{step.kind} needs steps to repeat: do: [..]")
    if "then" in kind.blocks and not (step.then or step.else_ or step.cases):
        yield Finding(path, f"{step.kind} needs steps: then: [..], else: [..] or cases: [..]")
    for word in ("retry", "on_error"):
        if getattr(step, word) is not None and not kind.reaches:
            yield Finding((*path, word), f"{step.kind} reaches nothing outside; leave {word} out")


def _words(step: Step) -> Iterator[str]:
    return (word for field, word in BLOCK_WORDS.items() if field in step.model_fields_set)
