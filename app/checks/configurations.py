"""Configurations say where their value comes from, exist where read, and secrets stay with webservices."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.reads import Text, paths_read
from app.definition.source import Path
from app.definition.walk import Found

CONFIG = "config"


def check(subject: Subject) -> Findings:
    """One finding for each configuration that is unclear, unknown, or a secret read where it may leak."""
    for name, configuration in subject.application.configurations.items():
        path: Path = ("configurations", name)
        given = [key for key in ("value", "env") if key in configuration.model_fields_set]
        if configuration.secret is not None and given:
            yield Finding(path, f"a secret comes from the environment alone; leave {' and '.join(given)} out")
        elif configuration.secret is None and not given:
            yield Finding(path, "write where it comes from: value, env or secret")
    for found in subject.found:
        if isinstance(found.value, Text) and CONFIG in found.value.names:
            yield from _read(subject, found)


def _read(subject: Subject, found: Found) -> Findings:
    known = subject.names_in("configurations")
    for read in sorted(path for path in paths_read(found.value) if path[0] == CONFIG):
        if len(read) == 1:
            yield Finding(found.path, "config is read by name; write config.<name>")
        elif read[1] not in known:
            yield Finding(found.path, unknown("configuration", read[1], known))
        elif _is_secret(subject, read[1]) and not _goes_to_webservice(found):
            message = f"{read[1]} is a secret; only a webservice and the values for one may read it"
            yield Finding(found.path, message)


def _is_secret(subject: Subject, name: str) -> bool:
    configuration = subject.application.configurations.get(name)
    return configuration is not None and configuration.secret is not None


def _goes_to_webservice(found: Found) -> bool:
    return found.path[0] == "webservices" or (found.beside("webservice") is not None and "with" in found.path)
