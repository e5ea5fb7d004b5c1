"""What one rule says of a definition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.checks.base import Findings, Subject
from tests.unit.definition.toys import STEPS, loaded


def findings(rule: Callable[[Subject], Findings], folder: Path, body: str) -> list[str]:
    """The findings of a rule as `line path: message`, in the order of the lines."""
    found = loaded(folder, body)
    problems = [found.source.problem(*finding) for finding in rule(Subject(found.application, STEPS))]
    return [str(problem).partition("toys.yaml:")[2] for problem in sorted(problems)]
