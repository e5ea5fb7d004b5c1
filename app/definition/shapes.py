"""What the annotations of parts say to who walks through a definition, read once for each class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from app.definition.explanations import key_of
from app.definition.types import Reference


@dataclass(frozen=True, slots=True)
class Shape:
    """What a text refers to, and of a collection what its keys refer to, its values' shape or its items'."""

    to: str | None = None
    keys_to: str | None = None
    values: Shape | None = None
    items: Shape | None = None


SHAPELESS = Shape()
"""What nothing is known of."""
Shapes = tuple[tuple[str, str, Shape], ...]
"""Of each field its name, the key that an author writes, and its shape."""
_KNOWN: WeakKeyDictionary[type[BaseModel], Shapes] = WeakKeyDictionary()
"""A function's options go with its definition, so no class is kept."""


def shapes_of(part: type[BaseModel]) -> Shapes:
    """The shapes of a part's fields."""
    known = _KNOWN.get(part)
    if known is None:
        known = _KNOWN[part] = tuple(_shapes(part))
    return known


def _shapes(part: type[BaseModel]) -> Iterator[tuple[str, str, Shape]]:
    for name, field in part.model_fields.items():
        annotation: Any = field.annotation
        for metadata in field.metadata:
            annotation = Annotated[annotation, metadata]
        yield name, key_of(name, field), _shape(annotation)


def _shape(annotation: Any) -> Shape:
    members = [*_members(annotation)]
    to = next((_reference(member) for member in members if get_origin(member) is Annotated), None)
    for member in members:
        arguments = [argument for argument in get_args(member) if argument is not Ellipsis]
        if arguments and get_origin(member) in (tuple, list):
            return Shape(to, items=_shape(arguments[-1]))
        if len(arguments) > 1 and get_origin(member) in (dict, Mapping):
            return Shape(to, _shape(arguments[0]).to, _shape(arguments[1]))
    return Shape(to)


def _reference(annotation: Any) -> str:
    return next(mark.to for mark in annotation.__metadata__ if isinstance(mark, Reference))


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
