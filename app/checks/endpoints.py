"""Custom endpoints and generated ones have paths of their own and fill inputs that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.model import Endpoint
from app.definition.source import Path, path_text

SHAPE = re.compile(r"(/([A-Za-z0-9._~-]+|\{[A-Za-z][A-Za-z0-9_]*\}))+")
VARIABLE = re.compile(r"\{([^}]*)\}")
GENERATED = (("GET", ""), ("POST", ""), ("GET", "/{}"), ("PUT", "/{}"), ("DELETE", "/{}"))


def check(subject: Subject) -> Findings:
    """One finding for each path that is none or is taken, and each input that the action does not have."""
    taken: dict[tuple[str, str], Path] = {}
    for name, endpoint in subject.application.endpoints.items():
        path: Path = ("endpoints", name)
        yield from _path(endpoint.path, path)
        routes = [(endpoint.method, VARIABLE.sub("{}", endpoint.path))]
        yield from _taken(routes, path, taken)
        yield from _inputs(subject, endpoint, path)
        if endpoint.body is not None and endpoint.method in ("GET", "DELETE"):
            yield Finding((*path, "body"), f"a {endpoint.method} request has no body; write POST or PUT")
    for name, generated in subject.application.api_generator.items():
        path = ("api_generator", name)
        yield from _path(generated.path, path)
        yield from _taken([(method, generated.path + rest) for method, rest in GENERATED], path, taken)


def _path(text: str, path: Path) -> Findings:
    if not SHAPE.fullmatch(text):
        yield Finding((*path, "path"), f"{text!r} is no path; write one like /v1/shoes or /v1/shoes/{{id}}")


def _taken(routes: Sequence[tuple[str, str]], path: Path, taken: dict[tuple[str, str], Path]) -> Findings:
    first = next((taken[route] for route in routes if route in taken), None)
    if first is not None:
        yield Finding((*path, "path"), f"{path_text(first)} answers this method and path already")
    for route in routes:
        taken.setdefault(route, path)


def _inputs(subject: Subject, endpoint: Endpoint, path: Path) -> Findings:
    action = subject.application.actions.get(endpoint.action)
    if action is None:
        return
    for here, name in _filled(endpoint, path):
        if name not in action.input:
            yield Finding(here, unknown("input", name, [*action.input], f" of {action.name}"))


def _filled(endpoint: Endpoint, path: Path) -> Iterator[tuple[Path, str]]:
    for variable in VARIABLE.findall(endpoint.path):
        yield (*path, "path"), variable
    if endpoint.body is not None:
        yield (*path, "body"), endpoint.body
    for section in ("headers", "query"):
        for key, name in getattr(endpoint, section).items():
            yield (*path, section, key), name
