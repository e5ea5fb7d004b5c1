"""The JSON Schema of a definition, by which editors complete and check what an author writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from app.definition.load import Steps
from app.definition.model import Application
from app.definition.names import pascal, snake
from app.definition.steps import StepOptions
from app.properties import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = "#/$defs/{model}"
STEP_FIELDS = ("kind", "options")
"""What a step is made of once it is read; authors write the kind as a key instead."""

Schema = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """Leaves defaults out that have no JSON, without a warning."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}


def json_schema(steps: Steps) -> Schema:
    """The JSON Schema (2020-12) of a whole definition with these kinds of steps."""
    options = {name: kind.options for name, kind in sorted(steps.items())}
    models: list[type[BaseModel]] = [Application, *dict.fromkeys(options.values())]
    references, made = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=REFERENCE,
        schema_generator=_Generator,
    )
    definitions: Schema = made["$defs"]
    shapes = {
        name: _with_shorthand(references[(model, "validation")], model, definitions)
        for name, model in options.items()
    }
    definitions["Step"] = _step(definitions["Step"], steps, shapes)
    for definition in definitions.values():
        _tidy(definition)
        _enumerate_kinds(definition)
    names = {
        _name_of(references[(model, "validation")]): f"{pascal(snake(name))}Options"
        for name, model in options.items()
    }
    whole = {**references[(Application, "validation")], "$defs": definitions}
    return {"$schema": DIALECT, "title": "ActionQL application definition", **_renamed(whole, names)}


def _name_of(reference: Schema) -> str:
    """The name of the definition that a reference leads to; empty where a schema stands itself."""
    return str(reference.get("$ref", "")).removeprefix(REFERENCE.format(model=""))


def _renamed(schema: Schema, names: Mapping[str, str]) -> Schema:
    """The same schema, with other names for some definitions: Python's say where a class stands."""
    definitions = {names.get(name, name): definition for name, definition in schema["$defs"].items()}
    made: Schema = _with_references({**schema, "$defs": dict(sorted(definitions.items()))}, names)
    return made


def _with_references(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_with_references(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _with_references(value, names) for key, value in schema.items()}
    name = _name_of(schema) if isinstance(schema.get("$ref"), str) else ""
    return {**changed, "$ref": REFERENCE.format(model=names[name])} if name in names else changed


def _tidy(definition: Schema) -> None:
    """Takes out the keys that no author can write, and the uuid that stands for an absent one."""
    properties = definition.get("properties", {})
    for key in [key for key in properties if key.startswith("\0")]:
        del properties[key]
    properties.get("uuid", {}).pop("default", None)


def _with_shorthand(reference: Schema, model: type[StepOptions], definitions: Mapping[str, Schema]) -> Schema:
    """The options as a mapping, as the one value that stands for them, or as nothing where none is needed."""
    definition = definitions.get(_name_of(reference), reference)
    shapes = [reference]
    if model.shorthand is not None:
        shapes.append(_of_field(definition, model, model.shorthand))
    if definition.get("type") == "object" and not definition.get("required"):
        shapes.append({"type": "null"})
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _of_field(definition: Schema, model: type[StepOptions], name: str) -> Schema:
    field = model.model_fields[name]
    found: Schema = definition["properties"][field.alias or name]
    return found


def _step(step: Schema, steps: Steps, shapes: Mapping[str, Schema]) -> Schema:
    """One mapping for each kind: its options under its name, its blocks, and what every step may have."""
    words = {key: value for key, value in step["properties"].items() if key not in STEP_FIELDS}
    return {
        "title": "Step",
        "description": "One mapping: the kind with its options, and what every step may have.",
        "anyOf": [_kind(name, shapes[name], words, kind.blocks) for name, kind in sorted(steps.items())],
    }


def _kind(name: str, shape: Schema, words: Schema, blocks: frozenset[str]) -> Schema:
    taken = {word: schema for word, schema in words.items() if word not in BLOCKS or word in blocks}
    return {
        "type": "object",
        "title": name,
        "properties": {name: shape, **taken},
        "required": [name],
        "additionalProperties": False,
    }


BLOCKS = frozenset({"then", "else", "cases", "do", "each", "index"})


def _enumerate_kinds(definition: Schema) -> None:
    """Lists the property kinds wherever a `kind` takes one."""
    properties = definition.get("properties", {})
    kind = properties.get("kind")
    if kind is not None and kind.get("type") == "string" and "enum" not in kind and "default" in properties:
        kind["enum"] = sorted(KINDS)
        kind.pop("default", None)
