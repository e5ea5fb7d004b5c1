"""Who may replace or delete all records of a model may write them."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject


def check(subject: Subject) -> Findings:
    """One finding for each role whose right has no rows to work on."""
    for name, model in subject.application.models.items():
        for role in model.collection:
            if model.write.get(role, "none") == "none":
                message = f"{role} may not write {name}; grant that, too, as in write: {{{role}: all}}"
                yield Finding(("models", name, "collection", role), message)
