"""Custom endpoints and generated ones have paths of their own and fill the inputs of their actions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.model import Action, Endpoint
from app.definition.source import Path, path_text

SHAPE = re.compile(r"(/([A-Za-z0-9._~-]+|\{[A-Za-z][A-Za-z0-9_]*\}))+")
VARIABLE = re.compile(r"\{([^}]*)\}")
GENERATED = (("GET", ""), ("POST", ""), ("GET", "/{}"), ("PUT", "/{}"), ("DELETE", "/{}"))
OWN = frozenset(
    {
        "api",
        "console",
        "docs",
        "graphql",
        "healthz",
        "metrics",
        "openapi.json",
        "phixflow",
        "readyz",
        "static",
    }
)
"""First words of paths that the server has itself."""
IN_TEMPLATES = frozenset({"result", "me"})
CREDENTIALS = frozenset({"authorization", "cookie"})


def check(subject: Subject) -> Findings:
    """One finding for each path that is none or is taken, and each input that is not there or cannot be filled so."""
    taken: dict[tuple[str, str], Path] = {}
    for name, endpoint in subject.application.endpoints.items():
        path: Path = ("endpoints", name)
        yield from _path(endpoint.path, path)
        routes = [(endpoint.method, VARIABLE.sub("{}", endpoint.path))]
        yield from _taken(routes, path, taken)
        yield from _template(endpoint, path)
        yield from _purpose(subject, endpoint, path)
        if endpoint.body is not None and endpoint.method in ("GET", "DELETE"):
            yield Finding((*path, "body"), f"a {endpoint.method} request has no body; write POST or PUT")
    for name, generated in subject.application.api_generator.items():
        path = ("api_generator", name)
        yield from _path(generated.path, path)
        yield from _taken([(method, generated.path + rest) for method, rest in GENERATED], path, taken)
        if VARIABLE.search(generated.path):
            yield Finding((*path, "path"), "a generated path has no variables; its {id} is added")


def _path(text: str, path: Path) -> Findings:
    if not SHAPE.fullmatch(text):
        yield Finding((*path, "path"), f"{text!r} is no path; write one like /v1/shoes or /v1/shoes/{{id}}")
        return
    first = text.split("/")[1]
    if first in OWN:
        yield Finding((*path, "path"), f"/{first} is the server's own; begin the path with another word")


def _taken(routes: Sequence[tuple[str, str]], path: Path, taken: dict[tuple[str, str], Path]) -> Findings:
    first = next((taken[route] for route in routes if route in taken), None)
    if first is not None:
        yield Finding((*path, "path"), f"{path_text(first)} answers this method and path already")
    for route in routes:
        taken.setdefault(route, path)


def _template(endpoint: Endpoint, path: Path) -> Findings:
    if endpoint.response != "html":
        if endpoint.template is not None:
            yield Finding((*path, "template"), "only an html response has a template; write response: html")
        return
    if endpoint.template is None:
        yield Finding(
            (*path, "response"), "an html response needs a template; write template: <p>{{ result }}</p>"
        )
        return
    for name in sorted(endpoint.template.names - IN_TEMPLATES):
        yield Finding((*path, "template"), unknown("name", name, [*IN_TEMPLATES], " in a template"))


def _purpose(subject: Subject, endpoint: Endpoint, path: Path) -> Findings:
    if endpoint.action is None:
        yield from _session(endpoint, path)
        return
    action = subject.application.actions.get(endpoint.action)
    if action is not None:
        yield from _inputs(endpoint, action, path)


def _session(endpoint: Endpoint, path: Path) -> Findings:
    """A login or logout is a POST for everybody that fills no inputs."""
    what = "login" if endpoint.login is not None else "logout"
    if endpoint.method != "POST":
        yield Finding((*path, "method"), f"a {what} changes a session; write method: POST")
    for option in ("profile", "allow", "body", "headers", "query"):
        if getattr(endpoint, option):
            yield Finding((*path, option), f"a {what} takes no {option}")
    if VARIABLE.search(endpoint.path):
        yield Finding((*path, "path"), f"a {what} takes no variables")


def _inputs(endpoint: Endpoint, action: Action, path: Path) -> Findings:
    filled: set[str] = set()
    for here, name in _filled(endpoint, path):
        if name not in action.input:
            yield Finding(here, unknown("input", name, [*action.input], f" of {action.name}"))
        elif name in filled:
            yield Finding(here, f"the input {name} is filled already")
        elif here[-1] != "body" and _is_bodily(action, name):
            yield Finding(here, f"the input {name} does not fit into a variable; write body: {name}")
        filled.add(name)
    for key in endpoint.headers:
        if key.lower() in CREDENTIALS:
            yield Finding((*path, "headers", key), f"{key} says who calls, and is not handed on")
    for name, declared in action.input.items():
        if declared.required and declared.default is None and name not in filled:
            remedy = f"add it to path, query, headers or body of {endpoint.name}"
            yield Finding((*path, "action"), f"nothing fills the required input {name}; {remedy}")


def _is_bodily(action: Action, name: str) -> bool:
    """Whether an input is a record or a file."""
    declared = action.input[name]
    return declared.model is not None or declared.kind in ("file", "image", "multi_file")


def _filled(endpoint: Endpoint, path: Path) -> Iterator[tuple[Path, str]]:
    for variable in VARIABLE.findall(endpoint.path):
        yield (*path, "path"), variable
    if endpoint.body is not None:
        yield (*path, "body"), endpoint.body
    for section in ("headers", "query"):
        for key, name in getattr(endpoint, section).items():
            yield (*path, section, key), name
