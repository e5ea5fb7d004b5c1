"""Every filter fits its model; those of grants and doors read no more than who calls and the time."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.filters import compile_where
from app.definition.source import Path
from app.definition.types import NestedError
from app.definition.walk import texts, walk
from app.definition.where import Where

CALLER_NAMES = {"me", "now", "today"}


def check(subject: Subject) -> Findings:
    """One finding for each unknown name, operator or operand."""
    for name, model in subject.application.models.items():
        for found in walk(model, ("models", name)):
            if isinstance(found.value, Where):
                yield from _fits(subject, name, found.value, found.path)
        yield from _caller_names(subject, name)
    for name, action in subject.application.actions.items():
        for found in walk(action, ("actions", name)):
            if isinstance(found.value, Where):
                yield from _fits(subject, found.beside("model"), found.value, found.path)


def _fits(subject: Subject, model_name: str | None, where: Where, path: Path) -> Findings:
    model = subject.model(model_name)
    if model is None:
        return
    try:
        compile_where(subject.application, model, where)
    except NestedError as error:
        for below, message in error.problems:
            yield Finding((*path, *below), message)


def _caller_names(subject: Subject, name: str) -> Findings:
    for path, text in texts(subject.application.models[name], ("models", name)):
        if path[2] not in ("read", "write", "filters"):
            continue
        for wrong in sorted(text.names - CALLER_NAMES):
            message = unknown("name", wrong, CALLER_NAMES)
            yield Finding(path, f"{message} A filter here knows me, now and today.")
