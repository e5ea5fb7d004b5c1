"""What must hold across a definition: one rule a file, each a function `check` that yields findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from app.checks.base import Finding, Findings, Subject
from app.definition.load import Loaded, Paths, Steps, read
from app.definition.model import Application
from app.errors import DefinitionError

Rule = Callable[[Subject], Findings]


def _rules() -> Mapping[str, Rule]:
    """The `check` of each module here, by the module's name; a module without one is skipped."""
    modules = {info.name: import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)}
    return MappingProxyType(
        {name: module.check for name, module in modules.items() if hasattr(module, "check")}
    )


RULES = _rules()
"""Every rule by its name."""


def check(
    application: Application, *, steps: Steps, broken: frozenset[tuple[str, str]] = frozenset()
) -> list[Finding]:
    """Everything that is wrong across a definition, each mistake once."""
    subject = Subject(application, steps, broken)
    return list(dict.fromkeys(finding for rule in RULES.values() for finding in rule(subject)))


def load_checked(paths: Paths, steps: Steps) -> Loaded:
    """The definition, well formed and consistent; raises DefinitionError with every problem.

    Where the shape of some parts is wrong, the others are checked as if those were right.
    """
    reading = read(paths, steps=steps)
    problems = list(reading.problems)
    if reading.source is None or reading.application is None:
        raise DefinitionError(problems)
    findings = check(reading.application, steps=steps, broken=reading.broken)
    problems += [reading.source.problem(*finding) for finding in findings]
    if problems:
        raise DefinitionError(problems)
    return Loaded(reading.application, reading.source)


__all__ = ["RULES", "Finding", "Rule", "Subject", "check", "load_checked"]
