"""Steps fulfil what their kind asks of its options and blocks together."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject
from app.definition.steps import Step
from app.definition.walk import walk


def check(subject: Subject) -> Findings:
    """One finding for each thing that a kind has against a step."""
    for name, action in subject.application.actions.items():
        for found in walk(action, ("actions", name)):
            step = found.value
            if isinstance(step, Step):
                problems = subject.steps[step.kind].problems
                for message in problems(step.options, step, subject.application):
                    yield Finding(found.path, message)
