"""Writes README's tables anew from the code: .venv/bin/python scripts/tables.py

Each stands between `<!-- table: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.definition.names import camel
from app.definition.options import Option, block_words, property_options, step_options
from app.edge.doors import UnsupportedMediaType
from app.errors import INTERNAL_CODE, ActionQLError, DefinitionError
from app.expressions import FUNCTIONS, Function
from app.metrics.figures import SHOWN
from app.properties import KINDS as PROPERTIES
from app.properties.base import PropertyKind
from app.schema.documents import PARSE_FAILED
from app.schema.guard import VALIDATION_FAILED
from app.schema.http import NotAcceptable, WrongMethod
from app.schema.types import OPERATORS
from app.settings import describe
from app.steps import KINDS as STEPS
from app.steps.base import StepKind

README = Path(__file__).parents[1] / "README.md"
AT_THE_DOOR = (WrongMethod, NotAcceptable, UnsupportedMediaType)
"""Requests that are none of GraphQL have the code of their base and a status of their own."""

_TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
Row = tuple[str, ...]


def filled(text: str) -> str:
    """README's text with every table as the code makes it; KeyError for a table that there is not."""
    return _TABLE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def properties() -> str:
    """The kinds of properties."""
    rows = (
        (code(name), kind.description, _constraints(kind), _types(kind)) for name, kind in PROPERTIES.items()
    )
    return table(("kind", "holds", "options", "in GraphQL"), rows)


def metrics() -> str:
    """What `/metrics` shows."""
    rows = (
        (code(one.shown), one.kind, code(" ".join(one.labels)) if one.labels else "", one.words)
        for one in SHOWN
    )
    return table(("metric", "kind", "labels", "tells"), rows)


def filters() -> str:
    """The keys of filters, with the kinds that take the same ones."""
    groups: dict[str, list[str]] = defaultdict(list)
    for kind in PROPERTIES.values():
        if kind.readable and (kind.stored or kind.operators):
            keys = (camel(operator) for operator in OPERATORS if operator in kind.operators)
            groups[" ".join(keys)].append(kind.name)
    rows = (
        (code(" ".join(kinds)), code(keys) if keys else "none but those two")
        for keys, kinds in groups.items()
    )
    return table(("kinds", "keys beside `exists` and `doesNotExist`"), rows)


def steps() -> str:
    """The kinds of steps."""
    rows = ((code(name), kind.description, _options(kind)) for name, kind in STEPS.items())
    return table(("step", "does", "options"), rows)


def examples() -> str:
    """A step of every kind, as a list in YAML."""
    items = ("- " + kind.example.strip().replace("\n", "\n  ") for kind in STEPS.values())
    return "\n".join(["```yaml", *items, "```", ""])


def functions() -> str:
    """The functions of expressions."""
    rows = (
        (code(_signature(one)), one.description, f"{code(one.example)} is {code(one.gives)}")
        for one in FUNCTIONS.values()
    )
    return table(("function", "gives", "example"), rows)


def errors_below(error: type[ActionQLError]) -> Iterator[type[ActionQLError]]:
    """The branches of the error tree below one of its errors, in the order in which it is drawn."""
    for branch in error.__subclasses__():
        yield branch
        yield from errors_below(branch)


def errors() -> str:
    """The codes that callers meet, with the statuses of each."""
    made = [error for error in errors_below(ActionQLError) if error.__module__ == ActionQLError.__module__]
    rows = [
        (code(error.code), _statuses(error), re.split(r"[;.]", error.__doc__ or "")[0] + ".")
        for error in made
        if error is not DefinitionError
    ]
    rows += [
        (code(PARSE_FAILED), "400", "The document is no GraphQL."),
        (code(VALIDATION_FAILED), "400", "The document does not fit the schema, or is beyond a limit."),
        (code(INTERNAL_CODE), "500", "Anything else; the log has more under the request's id."),
    ]
    return table(("code", "status", "when"), rows)


def settings() -> str:
    """The settings of the server."""
    rows = ((code(name), code(default) if default else "", about) for name, default, about in describe())
    return table(("variable", "default", "meaning"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    one.__name__: one for one in (properties, filters, steps, examples, functions, errors, settings, metrics)
}


def table(head: Row, rows: Iterable[Row]) -> str:
    """The rows as a Markdown table that ends with a line feed."""
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in (head, ("---",) * len(head), *rows))


def code(text: str) -> str:
    """The text in the type of code."""
    return f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _constraints(kind: PropertyKind) -> str:
    names = [option.name for option in property_options(kind)]
    return code(" ".join(names)) if names else ""


def _types(kind: PropertyKind) -> str:
    given = code(kind.graphql_input or kind.graphql)
    if not kind.readable:
        return f"{given}, never read"
    if not kind.writable:
        return f"{given}, read only"
    return given if kind.graphql_input is None else f"{code(kind.graphql)}, given as {given}"


def _options(kind: StepKind[Any]) -> str:
    if kind.options.named:
        return "names with their values"
    options = step_options(kind)
    parts = [f"**{code(_marked(option))}**" for option in options if option.alone]
    if names := " ".join(_marked(option) for option in options if not option.alone):
        parts.append(code(names))
    if kind.blocks:
        parts.append(f"and beside them {code(' '.join(word.name for word in block_words(kind)))}")
    return " ".join(parts)


def _marked(option: Option) -> str:
    return option.name if option.required else f"{option.name}?"


def _signature(function: Function) -> str:
    marks = ((one.name, ".." if one.many else "?" if one.optional else "") for one in function.parameters)
    return f"{function.name}({', '.join(name + mark for name, mark in marks)})"


def _statuses(error: type[ActionQLError]) -> str:
    special = (one.status for one in AT_THE_DOOR if issubclass(one, error))
    return " ".join(map(str, sorted({error.status, *special})))


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
