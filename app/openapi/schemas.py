"""JSON Schemas of an application's records and inputs: the components of its description."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from app.definition.model import PUBLIC, SERVER_PROPERTIES, Application, Input, Model, Property
from app.definition.names import pascal
from app.permissions import Permissions, Verb
from app.properties import KINDS

Schema = Mapping[str, Any]
Spell = Callable[[str], str]
"""How a door writes the names of properties and relations."""

_ID: Schema = {"type": "integer", "format": "int64", "minimum": 1, "description": "The id of a record."}
_REFERENCE: Schema = {"type": "object", "properties": {"id": _ID}, "required": ["id"]}


class Schemas:
    """The schemas that the operations of one description name; each is a component from its first use on."""

    def __init__(self, application: Application, permissions: Permissions, roles: frozenset[str]) -> None:
        self._application = application
        self._permissions = permissions
        self._roles = roles
        self.components: dict[str, Schema] = {}

    def add(self, name: str, schema: Schema) -> Schema:
        """A reference to the schema; where another has its name, a number is put after it."""
        for number in range(1, len(self.components) + 2):
            unique = name if number == 1 else f"{name}{number}"
            if self.components.setdefault(unique, schema) == schema:
                return {"$ref": f"#/components/schemas/{unique}"}
        raise AssertionError("one of so many names is free")

    def record(self, model: Model, spell: Spell = str) -> Schema:
        """A record as a door reads it: every property, and `{id}` of what it belongs to."""
        properties = dict(self._answered(model, spell))
        parents = {
            spell(name): nullable(_REFERENCE)
            for name, relation in model.relations.items()
            if relation.kind == "belongs_to" and self._permissions.offered(relation.model, Verb.READ)
        }
        return self.add(pascal(model.name), _object(properties | parents, [*properties], model.description))

    def part(self, model: Model, spell: Spell = str) -> Schema:
        """Some of a record's properties, as a saved view shows them."""
        return self.add(f"{pascal(model.name)}Part", _object(dict(self._answered(model, spell)), []))

    def written(self, model: Model, spell: Spell = str) -> Schema:
        """A record that was written: whole for who may read it, else its id or null."""
        record = self.record(model, spell)
        whole = all(
            "all" in (model.read.get(role), model.read.get(PUBLIC))
            for role, rows in model.write.items()
            if rows != "none"
        )
        return record if whole else {"anyOf": [record, {"type": "object"}, {"type": "null"}]}

    def values(self, model: Model, spell: Spell = str, *, new: bool = True) -> Schema:
        """The values of a record that is made, or that is changed."""
        names = self._permissions.names(model.name, Verb.CREATE, self._roles)
        properties = {
            spell(name): self.property(property)
            for name, property in model.properties.items()
            if name in names
        }
        relations = {
            spell(name): _related(relation.to_many, relation.required)
            for name, relation in model.relations.items()
            if name in names
        }
        required = [
            *(name for name, one in model.properties.items() if one.required and one.default is None),
            *(name for name, one in model.relations.items() if one.required),
        ]
        needed = [spell(name) for name in required if new and name in names]
        described = _object(properties | relations, needed, model.description)
        return self.add(f"{pascal(model.name)}{'Values' if new else 'Changes'}", described)

    def property(self, property: Property) -> Schema:
        """What is written for a property."""
        return _described(KINDS[property.kind].schema(property), property, property.required)

    def input(self, declared: Input) -> Schema:
        """What is given for one input."""
        if declared.model is None:
            return _described(KINDS[declared.kind].schema(declared), declared, declared.required)
        values = self.values(self._application.models[declared.model], new=declared.required)
        return values if declared.required else nullable(values)

    def inputs(self, name: str, declared: Mapping[str, Input]) -> Schema:
        """An object with the inputs by their names."""
        properties = {key: self.input(one) for key, one in declared.items()}
        return self.add(name, {**_object(properties, needed(declared)), "additionalProperties": False})

    def _answered(self, model: Model, spell: Spell) -> Iterable[tuple[str, Schema]]:
        names = self._permissions.names(model.name, Verb.READ, self._roles)
        for name, property in model.all_properties.items():
            if name in names:
                kind = KINDS[property.kind]
                present = name in SERVER_PROPERTIES or (property.required and kind.stored)
                schema = kind.answer_schema(property)
                yield spell(name), _described(schema, property, present, answered=True)


def needed(declared: Mapping[str, Input]) -> list[str]:
    """The inputs that have to be given."""
    return [name for name, one in declared.items() if one.required and one.default is None]


def in_text(schema: Schema) -> Schema:
    """What a value is in a URL or a header, where objects are JSON."""
    return schema if "type" in schema and schema["type"] != "object" else {"type": "string"}


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    if not schema:
        return schema
    if not isinstance(schema.get("type"), str):
        return {"anyOf": [schema, {"type": "null"}]}
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **enum}


def _described(schema: Schema, part: Property | Input, present: bool, *, answered: bool = False) -> Schema:
    """The schema with what its author says of it; where it need not be present, it may be null."""
    said = " ".join(text for text in (getattr(part, "label", ""), part.description) if text)
    found = dict(schema if present else nullable(schema))
    if said:
        found["description"] = said
    if not answered and part.default is not None and not str(part.default).startswith("="):
        found["default"] = _plain(part)
    return found


def _plain(part: Property | Input) -> Any:
    """The default as JSON, whatever the definition's YAML made of it."""
    kind = KINDS[part.kind]
    value = kind.render(kind.parse(part.default, part))
    return float(value) if isinstance(value, Decimal) else value


def _object(properties: Mapping[str, Schema], required: list[str], description: str = "") -> dict[str, Any]:
    described: dict[str, Any] = {"type": "object", "properties": dict(properties)}
    if required:
        described["required"] = required
    if description:
        described["description"] = description
    return described


def _related(many: bool, required: bool) -> Schema:
    if not many:
        return _ID if required else nullable(_ID)
    ids: Schema = {"type": "array", "items": _ID}
    changes = {
        "type": "object",
        "properties": dict.fromkeys(("_add", "_remove", "_replace"), ids),
        "additionalProperties": False,
    }
    return {
        "anyOf": [ids, changes],
        "description": "The ids of all related records, or what changes of them.",
    }
