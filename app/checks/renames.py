"""What `was` names is gone: what is still there keeps its data, and nothing would be renamed."""

from __future__ import annotations

from collections.abc import Mapping

from app.checks.base import Finding, Findings, Subject
from app.definition.earlier import Renamable
from app.definition.names import snake
from app.definition.source import Path


def check(subject: Subject) -> Findings:
    """One finding for each former name that something else has now, or two have had."""
    models = subject.application.models
    yield from _taken("model", ("models",), models)
    for name, model in models.items():
        yield from _taken("property", ("models", name, "properties"), model.properties)
        yield from _taken("relation", ("models", name, "relations"), model.relations)


def _taken(what: str, path: Path, parts: Mapping[str, Renamable]) -> Findings:
    there = {snake(name): name for name in parts}
    renamed: dict[str, str] = {}
    for name, part in parts.items():
        if part.was is None or snake(part.was) == snake(name):
            continue
        here: Path = (*path, name, "was")
        if snake(part.was) in there:
            yield Finding(
                here,
                f"the {what} {there[snake(part.was)]!r} is still there, so nothing would be renamed; once "
                f"{name!r} has its data, leave this out; to swap names, go by a third one",
            )
        elif snake(part.was) in renamed:
            yield Finding(here, f"{renamed[snake(part.was)]!r} was called so; leave one out")
        renamed[snake(part.was)] = name
