"""What a step does, in the few words that fit a box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from app.definition.steps import Step
from app.definition.where import Where
from app.expressions import Expression, Structure, Template, Value


def words_of(step: Step) -> str:
    """The step's options in one line, the most telling first; empty where it has none."""
    options = step.options
    if not isinstance(options, BaseModel):
        return ""
    if step.kind == "loop":
        return f"{step.each or 'item'} in {_told(getattr(options, 'items', None))}"
    given = {name: getattr(options, name) for name in options.model_fields_set}
    shorthand = getattr(type(options), "shorthand", None)
    if shorthand in given and len(given) == 1:
        return _told(given[shorthand])
    ordered = [name for name in type(options).model_fields if name in given]
    if step.kind == "assign":
        return _pairs(given.get("variables", {}))
    return ", ".join(part for name in ordered if (part := _option(name, given[name])))


def asides_of(step: Step) -> list[str]:
    """What is said of a step beside its options: when it is left out, its name, what becomes of an error."""
    said = []
    if step.if_ is not None:
        said.append(f"if {step.if_.source}")
    if step.retry is not None:
        said.append(f"tried {step.retry.times} times more")
    if step.on_error == "continue":
        said.append("goes on after an error")
    return said


_BARE = frozenset(
    {"model", "record", "action", "webservice", "endpoint", "method", "url", "title", "message"}
)
"""Options that say what they are by themselves."""


def _option(name: str, value: Any) -> str:
    if value is None or value is False or value == {} or value == ():
        return ""
    plain = name.rstrip("_")
    if value is True:
        return plain
    if name in _BARE:
        return _told(value)
    if plain in ("values", "fields", "with") and isinstance(value, Mapping):
        return "with " + ", ".join(value)
    return f"{plain} {_told(value)}"


def _told(value: Any) -> str:
    """A value as its author wrote it, or nearly so."""
    if isinstance(value, Where):
        return ", ".join(_conditions(value))
    if isinstance(value, Expression | Template):
        return value.source
    if isinstance(value, Value | Structure):
        return _raw(value.raw)
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Mapping):
        return _pairs(value)
    if isinstance(value, tuple | list):
        return ", ".join(map(_told, value))
    if isinstance(value, BaseModel):
        return " ".join(_told(getattr(value, name)) for name in value.model_fields_set)
    return str(value)


def _raw(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_raw(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_raw, value))
    return "null" if value is None else str(value).removeprefix("=")


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {_told(value)}" for name, value in values.items())


def _conditions(where: Where) -> Iterator[str]:
    for name, entry in where.entries:
        if isinstance(entry, Value):
            yield f"{name} {_told(entry)}"
        elif isinstance(entry, Where):
            yield from (f"{name} {part}" for part in _conditions(entry))
        else:
            word = " and " if name == "_and" else " or "
            yield word.join(", ".join(_conditions(part)) for part in entry)


def _duration(value: timedelta) -> str:
    seconds = value.total_seconds()
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
