"""No two things of one kind have the same uuid."""

from __future__ import annotations

from uuid import UUID

from app.checks.base import Finding, Findings, Subject
from app.definition.model import Named
from app.definition.source import Path, path_text


def check(subject: Subject) -> Findings:
    """One finding for each uuid that is given again."""
    seen: dict[tuple[type, UUID], Path] = {}
    for found in subject.found:
        part = found.value
        if not isinstance(part, Named):
            continue
        first = seen.setdefault((type(part), part.uuid), found.path)
        if first != found.path:
            yield Finding(
                (*found.path, "uuid"), f"{path_text(first)} has this uuid already; leave it out here"
            )
