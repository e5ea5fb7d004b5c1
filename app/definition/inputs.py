"""Values from outside, checked by their kinds: the input of an action, and the answer to a question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from app.definition.model import Action, Application, Input, Model
from app.definition.record import Record
from app.errors import BadInput
from app.expressions import EvaluationError, Expression
from app.properties import KINDS
from app.properties.base import Invalid, in_words
from app.suggestions import did_you_mean

INPUT = "input of this action"
REQUEST_NAMES = ("body", "headers", "contentType", "url")
"""What an action with an incoming API sees of the request, whether or not it declares them."""
OWN_ANSWER = frozenset({"body", "headers", "contentType", "statusCode"})
"""Outputs with which an action that the incoming API calls makes its HTTP answer itself."""


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Sent(NamedTuple):
    """Inputs that came in pieces: values, the names that their sender knows them by, and what is wrong already."""

    values: Mapping[str, Any]
    names: Mapping[str, str] = _NOTHING
    wrong: Mapping[str, Invalid] = _NOTHING


def check_input(application: Application, action: Action, input: Any) -> Mapping[str, Any]:
    """The input of an action as Python values, with defaults; every problem at once in one `BadInput`."""
    return check_values(application, action.input, input, INPUT)


def check_sent(application: Application, action: Action, sent: Sent) -> Mapping[str, Any]:
    """The same for inputs that came in pieces."""
    return _checked(application, action.input, sent, INPUT)


def check_values(
    application: Application, fields: Mapping[str, Input], given: Any, what: str
) -> Mapping[str, Any]:
    """What was given for `fields` as Python values, with defaults; every problem at once in one `BadInput`.

    `what` says in messages what a field is: `input of this action`.
    """
    if given is not None and not isinstance(given, Mapping):
        raise BadInput(f"Write an object: each {what} under its name.", {"input": ["is_invalid"]})
    return _checked(application, fields, Sent(given or {}), what)


def _checked(
    application: Application, fields: Mapping[str, Input], sent: Sent, what: str
) -> Mapping[str, Any]:
    given, wrong = sent.values, dict(sent.wrong)
    for name in given:
        if name not in fields:
            wrong[name] = Invalid("is_unknown", f"is no {what}.{did_you_mean(name, fields)}")
    values: dict[str, Any] = {}
    for name, declared in fields.items():
        try:
            values[name] = _value(application, declared, given.get(name))
        except _InvalidRecord as problems:
            wrong = {**problems.by_property, **wrong}
        except Invalid as problem:
            wrong.setdefault(sent.names.get(name, name), problem)
    if wrong:
        message = in_words(wrong)
        reasons = {name: str(problem) for name, problem in wrong.items()}
        raise BadInput(message, {name: [problem.code] for name, problem in wrong.items()}, reasons)
    return values


class _InvalidRecord(Exception):
    """What is wrong with a record's values, by property: as a step that stores them would tell it."""

    def __init__(self, by_property: Mapping[str, Invalid]) -> None:
        super().__init__()
        self.by_property = by_property


def _value(application: Application, declared: Input, value: Any) -> Any:
    if value is None:
        value = _default(declared)
    if value is None or (value == "" and declared.required):
        if declared.required:
            raise Invalid("is_required", "is required")
        return None
    if declared.model is not None:
        return _record(application, declared.model, value)
    return KINDS[declared.kind].parse(value, declared)


def _default(declared: Input) -> Any:
    if not isinstance(declared.default, str) or not declared.default.startswith("="):
        return declared.default
    now = datetime.now(UTC)
    try:
        return Expression.read(declared.default).evaluate({"now": now, "today": now.date()})
    except EvaluationError:
        return None


def _record(application: Application, name: str, value: Any) -> Mapping[str, Any]:
    """A record's values given as one input; which of them it needs is for the step that stores it to say.

    A record that another action has found is taken as it is.
    """
    if isinstance(value, Record) and value.model == name:
        return value
    if not isinstance(value, Mapping):
        raise Invalid("is_invalid", f"is an object with values of a {name}")
    model = application.models[name]
    parsed: dict[str, Any] = {}
    wrong: dict[str, Invalid] = {}
    for key, item in value.items():
        try:
            parsed[key] = _member(model, key, item)
        except Invalid as problem:
            wrong[key] = problem
    if wrong:
        raise _InvalidRecord(wrong)
    return parsed


def _member(model: Model, key: str, value: Any) -> Any:
    """A property's value, parsed; what is to become of a relation, as it is."""
    property = model.properties.get(key)
    if property is None and key not in model.relations:
        known = [*model.properties, *model.relations]
        raise Invalid("is_unknown", f"is no property of {model.name}.{did_you_mean(key, known)}")
    return value if property is None or value is None else KINDS[property.kind].parse(value, property)
