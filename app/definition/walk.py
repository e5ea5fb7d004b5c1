"""Finds what rules look at, wherever it stands: references, expressions and templates, filters, parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from app.definition.explanations import key_of
from app.definition.reads import Text
from app.definition.source import Path
from app.definition.steps import Step
from app.definition.types import Reference
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
    yield from _value(part, None, path, ())


def texts(part: BaseModel, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Every expression, template, value and structure in `part`."""
    for found in walk(part, path):
        if isinstance(found.value, Text):
            yield found.path, found.value


def _value(value: Any, annotation: Any, path: Path, owners: tuple[BaseModel, ...]) -> Iterator[Found]:
    if isinstance(value, BaseModel):
        yield Found(path, value, None, owners)
        yield from _fields(value, path, () if isinstance(value, Step) else owners)
    elif isinstance(value, Where):
        yield Found(path, value, None, owners)
        yield from _filter(value, path, owners)
    elif isinstance(value, Text):
        yield Found(path, value, None, owners)
    elif isinstance(value, str):
        to = _reference(annotation)
        if to is not None:
            yield Found(path, value, to, owners)
    elif isinstance(value, Mapping):
        yield from _mapping(value, annotation, path, owners)
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _value(item, _argument(annotation, -1), (*path, index), owners)


def _fields(part: BaseModel, path: Path, owners: tuple[BaseModel, ...]) -> Iterator[Found]:
    for name, field in type(part).model_fields.items():
        key = part.kind if isinstance(part, Step) and name == "options" else key_of(name, field)
        annotation: Any = field.annotation
        for metadata in field.metadata:
            annotation = Annotated[annotation, metadata]
        yield from _value(getattr(part, name), annotation, (*path, key), (part, *owners))


def _mapping(
    value: Mapping[Any, Any], annotation: Any, path: Path, owners: tuple[BaseModel, ...]
) -> Iterator[Found]:
    to = _reference(_argument(annotation, 0))
    for key, item in value.items():
        below = (*path, str(key))
        if to is not None:
            yield Found(below, key, to, owners)
        yield from _value(item, _argument(annotation, 1), below, owners)


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


def _members(annotation: Any) -> Iterator[Any]:
    """The members of a union, without what only annotates them, but with references kept."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif origin is Annotated and not any(isinstance(mark, Reference) for mark in annotation.__metadata__):
        yield from _members(get_args(annotation)[0])
    else:
        yield annotation


def _reference(annotation: Any) -> str | None:
    for member in _members(annotation):
        if get_origin(member) is Annotated:
            return next(mark.to for mark in member.__metadata__ if isinstance(mark, Reference))
    return None


def _argument(annotation: Any, place: int) -> Any:
    """The annotation of keys (0), values (1) or items (-1) of a collection."""
    for member in _members(annotation):
        arguments = [argument for argument in get_args(member) if argument is not Ellipsis]
        if get_origin(member) in (dict, Mapping, tuple, list) and arguments:
            return arguments[place] if place < len(arguments) else None
    return None
