"""Finds what rules look at, wherever it stands: references, expressions and templates, filters, parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.definition.reads import Text
from app.definition.shapes import SHAPELESS, Shape, shapes_of
from app.definition.source import Path
from app.definition.steps import Step
from app.definition.where import Where
from app.expressions import Value


@dataclass(frozen=True, slots=True)
class Found:
    """One value; `to` says what a text refers to, `owners` are the parts around it, inmost first."""

    path: Path
    value: Any
    to: str | None
    owners: tuple[BaseModel, ...]

    def beside(self, name: str) -> Any:
        """The field `name` of the nearest part around it that has one; None without any."""
        for owner in self.owners:
            if name in type(owner).model_fields:
                return getattr(owner, name)
        return None


def walk(part: BaseModel, path: Path = ()) -> Iterator[Found]:
    """Every part, reference, text with names and filter in `part`, itself first, in the order of the fields.

    The owners of what is in a step begin with the step.
    """
    yield from _value(part, SHAPELESS, path, ())


def texts(part: BaseModel, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Every expression, template, value and structure in `part`."""
    for found in walk(part, path):
        if isinstance(found.value, Text):
            yield found.path, found.value


def _value(value: Any, shape: Shape, path: Path, owners: tuple[BaseModel, ...]) -> Iterator[Found]:
    if isinstance(value, BaseModel):
        yield Found(path, value, None, owners)
        yield from _fields(value, path, () if isinstance(value, Step) else owners)
    elif isinstance(value, Where):
        yield Found(path, value, None, owners)
        yield from _filter(value, path, owners)
    elif isinstance(value, Text):
        yield Found(path, value, None, owners)
    elif isinstance(value, str):
        if shape.to is not None:
            yield Found(path, value, shape.to, owners)
    elif isinstance(value, Mapping):
        yield from _mapping(value, shape, path, owners)
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _value(item, shape.items or SHAPELESS, (*path, index), owners)


def _fields(part: BaseModel, path: Path, owners: tuple[BaseModel, ...]) -> Iterator[Found]:
    owners = (part, *owners)
    for name, key, shape in shapes_of(type(part)):
        value = getattr(part, name)
        if value is not None:
            below = part.kind if name == "options" and isinstance(part, Step) else key
            yield from _value(value, shape, (*path, below), owners)


def _mapping(
    value: Mapping[Any, Any], shape: Shape, path: Path, owners: tuple[BaseModel, ...]
) -> Iterator[Found]:
    for key, item in value.items():
        below = (*path, str(key))
        if shape.keys_to is not None:
            yield Found(below, key, shape.keys_to, owners)
        yield from _value(item, shape.values or SHAPELESS, below, owners)


def _filter(where: Where, path: Path, owners: tuple[BaseModel, ...]) -> Iterator[Found]:
    for key, entry in where.entries:
        below = (*path, key)
        if isinstance(entry, Value):
            yield Found(below, entry, None, owners)
        elif isinstance(entry, Where):
            yield from _filter(entry, below, owners)
        else:
            for index, part in enumerate(entry):
                yield from _filter(part, (*below, index), owners)
