"""Expressions of a model, its computed properties and validations, read the record's own names."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject, members, unknown
from app.definition.walk import texts

BESIDE_RECORD = ("me", "now", "today", "config")


def check(subject: Subject) -> Findings:
    """One finding for each name that is no property or relation of the model."""
    for name, model in subject.application.models.items():
        known = {*members(model), *BESIDE_RECORD}
        for path, text in texts(model, ("models", name)):
            if path[2] not in ("properties", "validations"):
                continue
            for wrong in sorted(text.names - known):
                yield Finding(path, unknown("name", wrong, known))
