"""A live application is never in Private Data Mode."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject


def check(subject: Subject) -> Findings:
    """A finding when the two contradict each other."""
    application = subject.application
    if application.private_data_mode and application.status == "live":
        yield Finding(
            ("private_data_mode",), "a live application cannot be private; write false, or development"
        )
