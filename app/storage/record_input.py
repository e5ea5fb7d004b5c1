"""What callers and steps give for a record, parsed: every problem with it at once, and then its columns and links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from app.definition.model import SERVER_PROPERTIES, Property, Relation
from app.errors import BadInput, Forbidden
from app.expressions import EvaluationError, Expression
from app.permissions import Grant
from app.properties import KINDS
from app.properties.base import Invalid
from app.storage.audit import Entry
from app.storage.compile.own import Own
from app.storage.tables import ModelTable

MOST_LINKS = 1_000
_LARGEST_ID = 2**63 - 1
_CHANGES = {"_add": "add", "_remove": "remove", "_replace": "replace", "id": "replace"}
_FILES = frozenset({"file", "image", "multi_file"})


class Write(NamedTuple):
    """The moment of a write, and the hashes of the passwords in it by their text."""

    now: datetime
    hashes: Mapping[str, str]


class Making(NamedTuple):
    """How a record is made: whether it is validated, and given up when a unique value is taken; what is answered."""

    validate: bool = True
    lenient: bool = False
    own: tuple[Own, ...] = ()
    """Columns that are answered beside the id."""
    last: bool = False
    """Whether nothing else is done in the transaction."""
    told: Entry | None = None
    """What the audit trail is told beside it, once the id is known."""


class Unhashed(Exception):
    """A password was written that `Write.hashes` lacks: hash `text` outside of the transaction and start again."""

    def __init__(self, text: str) -> None:
        super().__init__("a password has to be hashed")
        self.text = text


@dataclass(slots=True)
class Links:
    """What becomes of the records of a to-many relation; `replace` leaves no others."""

    add: list[int] = field(default_factory=list)
    remove: list[int] = field(default_factory=list)
    replace: list[int] | None = None

    @property
    def wanted(self) -> list[int]:
        """The records that are to be there afterwards."""
        return list(dict.fromkeys([*self.add, *(self.replace or ())]))


@dataclass(slots=True)
class Problems:
    """What is wrong with one record, by property or relation."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def add(self, name: str, code: str, words: str) -> None:
        self.fields.setdefault(name, []).append(code)
        self.sentences.append(f"{name} {words}" if name else words)

    def check(self) -> None:
        """Raises `BadInput` if there was any."""
        if self.fields:
            raise BadInput(". ".join(self.sentences), self.fields)


@dataclass(slots=True)
class Parsed:
    """A record's values by their names: stored ones, references of belongs_to, and links of the other relations."""

    columns: dict[str, Any] = field(default_factory=dict)
    references: dict[str, int | None] = field(default_factory=dict)
    links: dict[str, Links] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    """The references to stored files among the values."""

    @property
    def stored(self) -> dict[str, Any]:
        """What the record's own row gets."""
        return {**self.columns, **self.references}

    @property
    def scope(self) -> dict[str, Any]:
        """What validations see."""
        references = {name: None if id is None else {"id": id} for name, id in self.references.items()}
        return {**self.columns, **references}


class RecordParser:
    """Parses the values of one model's records."""

    def __init__(self, table: ModelTable) -> None:
        self._model = table.model
        self._settable = {
            name: property
            for name, property in table.model.properties.items()
            if KINDS[property.kind].writable and name not in SERVER_PROPERTIES
        }
        self._defaults = dict(self._read_defaults())
        self._required = [name for name, property in self._settable.items() if property.required]
        self._required += [
            name
            for name, relation in table.model.relations.items()
            if relation.required and relation.kind == "belongs_to"
        ]

    def create(self, grant: Grant, values: Mapping[str, Any], write: Write) -> Parsed:
        """A new record, with defaults; raises `BadInput` with every problem, then `Unhashed`."""
        problems = Problems()
        parsed = self._parse(grant, values, problems)
        for name, default in self._defaults.items():
            if name not in values:
                self._set(parsed, name, self._settable[name], default(write), problems)
        for name in self._required:
            if name in values or parsed.columns.get(name) is not None:
                continue
            if name not in grant.names:
                # Who may not know of the property learns nothing of it here.
                raise Forbidden(f"You may not create a {self._model.name}.")
            problems.add(name, "is_required", "is required")
        problems.check()
        parsed.columns["created_at"] = parsed.columns["updated_at"] = write.now
        return self._hashed(parsed, write)

    def update(self, grant: Grant, values: Mapping[str, Any], write: Write) -> Parsed:
        """Changes of a record; raises `BadInput` with every problem, then `Unhashed`."""
        problems = Problems()
        parsed = self._parse(grant, values, problems)
        problems.check()
        parsed.columns["updated_at"] = write.now
        return self._hashed(parsed, write)

    def parse_one(self, grant: Grant, name: str, value: Any) -> Any:
        """One value as it would be stored, for looking it up; raises `BadInput`."""
        problems = Problems()
        parsed = self._parse(grant, {name: value}, problems)
        problems.check()
        return parsed.references[name] if name in parsed.references else parsed.columns.get(name)

    def _parse(self, grant: Grant, values: Mapping[str, Any], problems: Problems) -> Parsed:
        parsed = Parsed()
        for name, value in values.items():
            if name not in grant.names:
                problems.add(name, "is_unknown", "is unknown")
            elif name in self._settable:
                self._set(parsed, name, self._settable[name], value, problems)
            elif name in self._model.relations:
                self._relate(parsed, name, self._model.relations[name], value, problems)
            else:
                problems.add(name, "is_unknown", "is unknown")
        return parsed

    def _set(self, parsed: Parsed, name: str, property: Property, value: Any, problems: Problems) -> None:
        if value is None or value == "":
            if property.required:
                problems.add(name, "is_required", "is required")
                return
            if value is None:
                parsed.columns[name] = None
                return
        try:
            stored = KINDS[property.kind].parse(value, property)
        except Invalid as invalid:
            problems.add(name, invalid.code, str(invalid))
            return
        parsed.columns[name] = stored
        if property.kind in _FILES:
            parsed.files[name] = [stored] if isinstance(stored, str) else list(stored)

    def _relate(self, parsed: Parsed, name: str, relation: Relation, value: Any, problems: Problems) -> None:
        try:
            if relation.kind == "belongs_to":
                parsed.references[name] = _one_id(value, relation)
            elif relation.kind == "has_one":
                id = _one_id(value, relation)
                parsed.links[name] = Links(replace=[] if id is None else [id])
            else:
                parsed.links[name] = _links(value)
        except Invalid as invalid:
            problems.add(name, invalid.code, str(invalid))

    def _hashed(self, parsed: Parsed, write: Write) -> Parsed:
        for name, value in parsed.columns.items():
            property = self._settable.get(name)
            if property is None or property.kind != "password" or value is None:
                continue
            if value not in write.hashes:
                raise Unhashed(value)
            parsed.columns[name] = write.hashes[value]
        return parsed

    def _read_defaults(self) -> Iterator[tuple[str, Callable[[Write], Any]]]:
        for name, property in self._settable.items():
            default = property.default
            if isinstance(default, str) and default.startswith("="):
                yield name, _computed(Expression.read(default))
            elif default is not None:
                yield name, _constant(default)


def _constant(default: Any) -> Callable[[Write], Any]:
    return lambda write: default


def _computed(expression: Expression) -> Callable[[Write], Any]:
    def default(write: Write) -> Any:
        try:
            return expression.evaluate({"now": write.now, "today": write.now.date()})
        except EvaluationError:
            return None

    return default


def _one_id(value: Any, relation: Relation) -> int | None:
    if isinstance(value, Mapping):
        value = _named(value)
    if isinstance(value, list | tuple):
        if len(value) > 1:
            raise Invalid("is_invalid", "takes one record")
        value = value[0] if value else None
        value = value.get("id") if isinstance(value, Mapping) else value
    if value is None or value == "":
        if relation.required:
            raise Invalid("is_required", "is required")
        return None
    return _id(value)


def _named(value: Mapping[str, Any]) -> Any:
    for key in ("id", "_replace", "_add"):
        if key in value:
            return value[key]
    raise Invalid("is_invalid", "takes an id, or _add or _replace with one")


def _links(value: Any) -> Links:
    if value is None:
        return Links(replace=[])
    if not isinstance(value, Mapping):
        return Links(replace=_ids(value))
    unknown = [key for key in value if key not in _CHANGES]
    # A whole record, as reading gave it, stands for itself.
    if unknown and "id" not in value:
        raise Invalid("is_invalid", "takes ids, or _add, _remove and _replace with ids")
    links = Links()
    for key, ids in value.items():
        if key in _CHANGES:
            setattr(links, _CHANGES[key], _ids(ids))
    return links


def _ids(value: Any) -> list[int]:
    items: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    if len(items) > MOST_LINKS:
        raise Invalid("is_too_long", f"has more than {MOST_LINKS:,} records")
    return [_id(item.get("id") if isinstance(item, Mapping) else item) for item in items]


def _id(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19:
        value = int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST_ID:
        raise Invalid("is_invalid", "is no id of a record")
    return value
