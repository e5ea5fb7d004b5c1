"""What every Strawberry type is made of here: fields with explicit arguments, and classes for them."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from app.resolvers.context import Context
from app.schema.scalars import PYTHON_TYPES

Info = GraphQLResolveInfo[Context]


@strawberry.type(description="A stored file.")
class File:
    """A file property as it is read."""

    name: str
    url: str = strawberry.field(description="Where to download it; the address is signed and expires.")


@strawberry.type(description="A stored image.")
class Image:
    """An image property as it is read."""

    name: str
    url: str = strawberry.field(description="Where to download it; the address is signed and expires.")


_LASTING = frozenset({*PYTHON_TYPES.values(), File, Image, types.NoneType})
"""Types that no definition brings, and that go with none."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a field: its GraphQL name, Python annotation, default and description."""

    name: str
    annotation: Any
    default: Any = strawberry.UNSET
    description: str | None = None


@dataclass(frozen=True, slots=True)
class RootField:
    """A field of Query or Mutation and the function that answers it."""

    field: StrawberryField
    resolve: Callable[[Info, Mapping[str, Any]], Any]


def field(
    name: str, annotation: Any, description: str = "", arguments: Sequence[Argument] = ()
) -> StrawberryField:
    """A Strawberry field with explicit arguments; what it does is bound when the schema is made."""
    made = StrawberryField(
        python_name=name,
        graphql_name=name,
        type_annotation=_annotation(annotation),
        description=description or None,
        default=strawberry.UNSET,
    )
    made.arguments = [
        StrawberryArgument(
            python_name=argument.name,
            graphql_name=argument.name,
            type_annotation=_annotation(argument.annotation),
            default=argument.default,
            description=argument.description,
        )
        for argument in arguments
    ]
    return made


def _annotation(annotation: Any) -> StrawberryAnnotation:
    """Strawberry's reading of an annotation, which takes it long: one for all fields of a lasting type."""
    parts = get_args(annotation) or (annotation,)
    return _lasting(annotation) if _LASTING.issuperset(parts) else StrawberryAnnotation(annotation)


@cache
def _lasting(annotation: Any) -> StrawberryAnnotation:
    return StrawberryAnnotation(annotation)


def shell(name: str) -> type:
    """A class that can be referred to before its fields are known."""
    return types.new_class(name)


def filled(
    made: type, fields: Sequence[StrawberryField], description: str = "", is_input: bool = False
) -> type:
    """Gives a shell its fields and makes it a Strawberry type.

    The definition is made by hand: what `strawberry.type` does besides, such as making a dataclass, is for classes
    that get instances, which these never do, and takes most of the time that a schema does.
    """
    for one in fields:
        one.origin = made
    made.__strawberry_definition__ = StrawberryObjectDefinition(  # type: ignore[attr-defined]
        name=made.__name__,
        is_input=is_input,
        is_interface=False,
        origin=made,
        description=description or None,
        interfaces=[],
        extend=False,
        directives=(),
        is_type_of=None,
        resolve_type=None,
        fields=list(fields),
    )
    return made


def output(name: str) -> Any:
    """The Python annotation of a property kind's GraphQL type."""
    return {"File": File, "Image": Image}.get(name) or PYTHON_TYPES[name]
