"""Whatever names another part of the definition names one that exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.checks.base import Finding, Findings, Subject, members, unknown
from app.definition.model import PUBLIC
from app.definition.walk import Found

SECTIONS: Mapping[str, str] = {
    "model": "models",
    "action": "actions",
    "profile": "authentication_profiles",
    "webservice": "webservices",
    "role": "roles",
}


def check(subject: Subject) -> Findings:
    """One finding for each reference that leads nowhere."""
    for found in subject.found:
        if found.to is not None and found.to in SECTIONS:
            yield from _named(subject, found, found.to)
        elif found.to in _WITHIN:
            yield from _WITHIN[found.to](subject, found)


def _named(subject: Subject, found: Found, what: str) -> Findings:
    known = subject.names_in(SECTIONS[what])
    if what == "role":
        known.add(PUBLIC)
    if found.value not in known:
        yield Finding(found.path, unknown(what, found.value, known))


def _property(subject: Subject, found: Found) -> Findings:
    name, _, property_name = found.value.rpartition(".")
    if not name:
        yield Finding(found.path, f"write a model and its property, as in Media.{found.value}")
        return
    known = subject.names_in("models")
    if name not in known:
        yield Finding(found.path, unknown("model", name, known))
        return
    model = subject.model(name)
    if model is not None and property_name not in model.all_properties:
        yield Finding(found.path, unknown("property", property_name, [*model.all_properties], f" of {name}"))


def _member(subject: Subject, found: Found) -> Findings:
    model = subject.model(found.beside("model"))
    if model is not None and found.value not in members(model):
        what = "property or relation"
        yield Finding(found.path, unknown(what, found.value, members(model), f" of {model.name}"))


def _endpoint(subject: Subject, found: Found) -> Findings:
    webservice = subject.application.webservices.get(found.beside("webservice") or "")
    if webservice is not None and found.value not in webservice.endpoints:
        owner = f" of {webservice.name}"
        yield Finding(found.path, unknown("endpoint", found.value, [*webservice.endpoints], owner))


def _variable(subject: Subject, found: Found) -> Findings:
    webservice = subject.application.webservices.get(found.beside("webservice") or "")
    endpoint = webservice.endpoints.get(found.beside("endpoint") or "") if webservice else None
    if webservice is None or endpoint is None:
        return
    known = [*webservice.variables, *endpoint.variables]
    if found.value not in known:
        owner = f" of the endpoint {found.beside('endpoint')}"
        yield Finding(found.path, unknown("variable", found.value, known, owner))


def _input(subject: Subject, found: Found) -> Findings:
    action = subject.application.actions.get(found.beside("action") or "")
    if action is not None and found.value not in action.input:
        yield Finding(found.path, unknown("input", found.value, [*action.input], f" of {action.name}"))


_WITHIN: Mapping[str | None, Callable[[Subject, Found], Findings]] = {
    "property": _property,
    "member": _member,
    "endpoint": _endpoint,
    "variable": _variable,
    "input": _input,
}
