"""The templates of a webservice read its variables and configurations, nothing else."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject, unknown
from app.checks.names import SCOPE_NAMES
from app.definition.source import Path
from app.definition.walk import texts


def check(subject: Subject) -> Findings:
    """One finding for each name that is no variable of the webservice or the endpoint."""
    for name, webservice in subject.application.webservices.items():
        path: Path = ("webservices", name)
        for here, text in texts(webservice, path):
            known = {*SCOPE_NAMES, *webservice.variables}
            if here[2] == "endpoints":
                known.update(webservice.endpoints[str(here[3])].variables)
            else:
                known.update(*(endpoint.variables for endpoint in webservice.endpoints.values()))
            for wrong in sorted(text.names - known):
                yield Finding(here, f"{unknown('name', wrong, known)} Or add it to variables.")
