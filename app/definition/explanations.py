"""What validation found wrong with a definition, in words for its author."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from app.definition.source import Node, Path
from app.definition.steps import STEP_WORDS, OptionsError, Step, StepOptions
from app.definition.types import NestedError
from app.expressions import ExpressionError
from app.suggestions import did_you_mean

Kinds = Mapping[str, type[StepOptions]]


class Mistake(NamedTuple):
    """What is wrong with the value at `at`, told of `path`: a key that is too much is told of its mapping."""

    at: Path
    path: Path
    message: str
    branch: bool = False
    """Whether it is about one of several forms that the value may have."""


def mistakes(error: ValidationError, model: type[BaseModel], node: Node, kinds: Kinds) -> list[Mistake]:
    """Every mistake once; `node` is what was validated as `model`.

    What several forms of one value have against it becomes one message.
    """
    found: dict[tuple[Any, ...], dict[str, Mistake]] = {}
    for mistake in _each(error, model, node, kinds):
        key = (mistake.at, mistake.path, None if mistake.branch else mistake.message)
        found.setdefault(key, {}).setdefault(mistake.message, mistake)
    return [next(iter(forms.values()))._replace(message=", or ".join(forms)) for forms in found.values()]


def _each(error: ValidationError, model: type[BaseModel], node: Node, kinds: Kinds) -> Iterator[Mistake]:
    for details in error.errors(include_url=False):
        path = _written(node, details["loc"], keep_last=details["type"] == "missing")
        cause = details.get("ctx", {}).get("error")
        if isinstance(cause, OptionsError):
            yield from _in_options(cause, path, node, kinds)
        elif isinstance(cause, NestedError):
            yield from (
                Mistake((*path, *below), (*path, *below), message) for below, message in cause.problems
            )
        elif isinstance(cause, ExpressionError):
            yield Mistake((*path, *cause.path), (*path, *cause.path), cause.message)
        elif details["type"] == "missing":
            yield Mistake(path[:-1], path[:-1], f"missing key {path[-1]!r}")
        elif details["type"] == "extra_forbidden":
            yield Mistake(path, path[:-1], f"unknown key {path[-1]!r}.{_remedy(model, path, kinds)}")
        else:
            yield Mistake(path, path, explain(details), branch=len(details["loc"]) > len(path))


def _remedy(model: type[BaseModel], path: Path, kinds: Kinds) -> str:
    """What to do about a key that is too much."""
    if issubclass(model, StepOptions) and len(path) == 1 and path[0] in STEP_WORDS:
        return " Write it beside the kind of the step, not below it."
    return did_you_mean(str(path[-1]), sorted(known_keys(model, path[:-1], kinds)))


def _in_options(error: OptionsError, path: Path, node: Node, kinds: Kinds) -> Iterator[Mistake]:
    prefix: Path = (*path, error.kind)
    below = node
    for key in prefix:
        below = below.child(key) or below
    for mistake in _each(error.error, kinds[error.kind], below, kinds):
        yield mistake._replace(at=(*prefix, *mistake.at), path=(*prefix, *mistake.path))


def _written(node: Node, loc: tuple[str | int, ...], keep_last: bool) -> Path:
    """The parts of a location that are in the definition; Pydantic puts names of branches between them."""
    current, kept = node, []
    for key in loc:
        child = current.child(key)
        if child is not None:
            current = child
            kept.append(key)
    if keep_last:
        kept.append(loc[-1])
    return tuple(kept)


def explain(details: ErrorDetails) -> str:
    """One error of Pydantic as a sentence that says what to write."""
    context = details.get("ctx", {})
    kind = details["type"]
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    if kind == "literal_error":
        choices = [str(choice) for choice in _choices(context["expected"])]
        return f"write one of {', '.join(choices)}.{did_you_mean(str(details['input']), choices)}"
    if kind in _LIMITS:
        return _LIMITS[kind](context)
    for prefix, sentence in _SENTENCES.items():
        if kind.startswith(prefix):
            return sentence
    message = details["msg"]
    return message[:1].lower() + message[1:]


def _choices(expected: str) -> list[str]:
    return [choice.strip("'") for part in expected.split(", ") for choice in part.split(" or ")]


_SENTENCES: Mapping[str, str] = {
    "string_": "write a text",
    "bool_": "write true or false",
    "int_": "write a whole number",
    "decimal_": "write a number",
    "float_": "write a number",
    "finite_number": "write a number",
    "tuple_": "write a list",
    "list_": "write a list",
    "dict_": "write a mapping",
    "mapping_": "write a mapping",
    "model_": "write a mapping",
    "uuid_": "write a uuid, in quotes",
    "is_instance_of": "write a text",
}
_LIMITS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "greater_than_equal": lambda context: f"write a number from {context['ge']} up",
    "greater_than": lambda context: f"write a number above {context['gt']}",
    "less_than_equal": lambda context: f"write a number up to {context['le']}",
    "less_than": lambda context: f"write a number below {context['lt']}",
    "string_too_short": lambda context: f"write at least {context['min_length']} characters",
    "string_too_long": lambda context: f"write at most {context['max_length']} characters",
    "string_pattern_mismatch": lambda context: f"write a text like {context['pattern']}",
    "too_short": lambda context: f"write at least {context['min_length']} of them",
    "too_long": lambda context: f"write at most {context['max_length']} of them",
}


def key_of(name: str, field: FieldInfo) -> str:
    """The key an author writes for a field; one that authors cannot write begins with a NUL."""
    alias = field.validation_alias or field.alias
    return alias if isinstance(alias, str) else name


def known_keys(model: type[BaseModel], path: Path, kinds: Kinds) -> set[str]:
    """The keys that the mapping at `path` takes, whichever of the possible models it is."""
    found: list[Any] = [model]
    for key in path:
        found = [below for annotation in found for below in _below(annotation, key, kinds)]
    keys = {key_of(*item) for one in found if _is_model(one) for item in one.model_fields.items()}
    return {key for key in keys if not key.startswith("\0")}


def _below(annotation: Any, key: str | int, kinds: Kinds) -> Iterator[Any]:
    if _is_model(annotation):
        if issubclass(annotation, Step) and key in kinds:
            yield kinds[str(key)]
        for name, field in annotation.model_fields.items():
            if key_of(name, field) == key:
                yield from _parts(field.annotation)
        return
    arguments = [argument for argument in get_args(annotation) if argument is not Ellipsis]
    if arguments:
        yield from _parts(arguments[-1])


def _parts(annotation: Any) -> Iterator[Any]:
    """The annotation, or the members of the union that it is."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
