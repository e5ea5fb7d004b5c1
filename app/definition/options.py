"""The options of the kinds of steps and properties as people read them, in README's tables and on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.definition.models import Property
from app.definition.names import snake
from app.definition.steps import Step, StepOptions
from app.definition.types import Reference
from app.definition.where import Where
from app.expressions import Expression, Structure, Template, Value
from app.properties.base import OPTIONS, PropertyKind

COMPUTED = {"count": ("relation",), "expression": ("expression",), "sum": ("relation", "property")}
"""The options that only a model's properties have, and of those each only one kind."""
WORDS = {
    "value": "anything; a text in it that begins with `=` is an expression",
    "expression": "`=name == null`; a boolean or number stands for itself",
    "template": "a text; Liquid in it, as in `{{ name }}`, is replaced by values",
    "structure": "anything; Liquid in its texts is replaced by values",
    "filter": "properties and relations with their conditions, as in `{price: {lt: 10}}`",
    "duration": "as in `250ms`, `30s`, `15m`, `2h`, `14d`",
}
"""The words for types that are the definition's own."""

_TYPES: Mapping[Any, str] = {
    Any: "value",
    Value: "value",
    Expression: "expression",
    Template: "template",
    Structure: "structure",
    Where: "filter",
    timedelta: "duration",
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    Decimal: "number",
}
_NAMES = {
    "property": "Model.property",
    "member": "property or relation",
    "result": "variable",
}
"""What stands for a reference, where that is not the name of the thing."""
_FEW = 3
_LIMITS = {
    "ge": "from {}",
    "le": "to {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
    "pattern": "like {}",
}


class Kind(Protocol):
    """What is told of a kind of step."""

    @property
    def options(self) -> type[StepOptions]: ...
    @property
    def blocks(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a kind; `type` and `default` are words for people, the default empty where it goes without."""

    name: str
    type: str
    required: bool = False
    default: str = ""
    description: str = ""
    alone: bool = False
    """Whether its bare value may stand for the options, as in `debug: text`."""


def step_options(kind: Kind) -> list[Option]:
    """The options of a kind of step, the one that may stand alone and the required ones first.

    One without a name stands for names that the author chooses.
    """
    if kind.options.named:
        return [_option("", field) for field in kind.options.model_fields.values()]
    alone = kind.options.shorthand
    made = [_option(name, field, name == alone) for name, field in kind.options.model_fields.items()]
    return sorted(made, key=lambda option: (not option.alone, not option.required))


def block_words(kind: Kind) -> list[Option]:
    """The words that a kind of step takes beside its options."""
    return [_option(name, field) for name, field in _fields(Step, sorted(kind.blocks))]


def words_of_any_step() -> list[Option]:
    """What every kind of step takes beside its options; of those that leave the process the last two as well."""
    return [_option(name, field) for name, field in _fields(Step, ("as", "if", "retry", "on_error"))]


def property_options(kind: PropertyKind) -> list[Option]:
    """The options that not every kind of property takes."""
    names = (*COMPUTED.get(kind.name, ()), *sorted(kind.takes))
    return [_option(name, field) for name, field in _fields(Property, names)]


def options_of_any_property() -> list[Option]:
    """What every kind of property takes."""
    special = {*OPTIONS, *chain.from_iterable(COMPUTED.values()), "name", "uuid", "kind"}
    return [_option(name, field) for name, field in Property.model_fields.items() if name not in special]


def _fields(model: type[BaseModel], names: Sequence[str]) -> Iterator[tuple[str, FieldInfo]]:
    written = {field.alias or name: field for name, field in model.model_fields.items()}
    for name in names:
        yield name, written[name]


def _option(name: str, field: FieldInfo, alone: bool = False) -> Option:
    return Option(
        name=field.alias or name,
        type=", ".join([_type(field.annotation, field.metadata), *_limits(field.metadata)]),
        required=field.is_required(),
        default="" if field.is_required() else _shown(field.get_default()),
        description=field.description or "",
        alone=alone,
    )


def _type(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    reference = next((one for one in metadata if isinstance(one, Reference)), None)
    if reference is not None:
        return _NAMES.get(reference.to, reference.to)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(inner[0], inner[1:])
    if origin in (Union, UnionType):
        return " or ".join(_type(one) for one in inner if one is not NoneType)
    if origin is Literal:
        return " ".join(map(str, inner))
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return f"{{{_key(inner[0])}: {_type(inner[1])}}}"
    return _TYPES.get(annotation) or _mapping(annotation)


def _key(annotation: Any) -> str:
    return "name" if annotation is str else _type(annotation)


def _mapping(annotation: Any) -> str:
    """A mapping by its keys where they are few, else by its name."""
    keys = [field.alias or name for name, field in getattr(annotation, "model_fields", {}).items()]
    if 0 < len(keys) <= _FEW:
        return f"{{{', '.join(keys)}}}"
    return snake(annotation.__name__).replace("_", " ")


def _limits(metadata: Sequence[Any]) -> Iterator[str]:
    for one in metadata:
        for name, words in _LIMITS.items():
            limit = getattr(one, name, None)
            if limit is not None:
                yield words.format(str(limit).encode("unicode_escape").decode())


def _shown(default: Any) -> str:
    """A default as an author would write it; empty for one that stands for nothing."""
    if isinstance(default, Template):
        return default.source
    if isinstance(default, Value):
        default = default.raw
    if default is None or default in ((), {}, ""):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)
