"""Picks parts out of a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pydantic import Field, field_validator

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import StepFailed
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

MAXIMUM_PATH = 500
MAXIMUM_DESCENTS = 2
"""How often a path may say `..`: each looks at everything below."""
MAXIMUM_FOUND = 10_000

_PLAIN = Expression.parse("parse_json(to_json(value))")


class Options(StepOptions):
    value: Expression = Field(description="Where it is looked for.")
    path: str = Field(
        max_length=MAXIMUM_PATH, description="A JSONPath (RFC 9535), as in `$.lines[?@.price > 10].name`."
    )
    first: bool = Field(False, description="The first part, or null, instead of a list.")

    @field_validator("path")
    @classmethod
    def _is_path(cls, path: str) -> str:
        if path.count("..") > MAXIMUM_DESCENTS:
            raise ValueError(f"write `..` at most {MAXIMUM_DESCENTS} times")
        _finder(path)
        return path


def compile_json_path(options: Options, step: Step, application: Application) -> StepFunction:
    find = _finder(options.path)

    def run(scope: Scope) -> Outcome:
        # Through JSON, so that a path sees no more than a caller would, within JSON's limits.
        value = _PLAIN.evaluate({"value": options.value.evaluate(scope.variables)})
        if not isinstance(value, dict | list):
            return Done(None if options.first else [])
        found = list(islice(find(value), 1 if options.first else MAXIMUM_FOUND + 1))
        if len(found) > MAXIMUM_FOUND:
            raise StepFailed(f"The path finds more than {MAXIMUM_FOUND:,} parts.")
        return Done((found[0] if found else None) if options.first else found)

    return run


def _finder(path: str) -> Callable[[Any], Iterator[Any]]:
    """What finds the parts; raises ValueError for what is no path."""
    # Loaded with the first definition that has such a step.
    from jsonpath import JSONPathEnvironment, JSONPathError

    environment = JSONPathEnvironment(strict=True)
    # Their regular expressions know no limit.
    for name in ("match", "search"):
        environment.function_extensions.pop(name, None)
    try:
        compiled = environment.compile(path)
    except (JSONPathError, RecursionError) as error:
        reason = str(error).partition("\n")[0].partition(", line")[0]
        raise ValueError(f"this is no JSONPath: {reason}. Write one such as $.lines[0].name") from None
    return lambda value: (match.obj for match in compiled.finditer(value))


KIND = StepKind(
    name="json_path",
    description="The parts of a value that a JSONPath finds, as a list; with `first`, one part or null.",
    options=Options,
    compile=compile_json_path,
    example="""\
json_path: {value: =answer.data, path: "$.lines[?@.price > 10].name"}
as: names
""",
)
