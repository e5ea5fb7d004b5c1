"""Names can be GraphQL, SQL and URL names, and none is taken twice once it is derived."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator

from app.checks.base import Finding, Findings, Subject
from app.definition.model import PUBLIC, ROLE_MODEL, SERVER_PROPERTIES, Model
from app.definition.names import SHAPE, aggregate_field, camel, pascal, snake
from app.definition.resolve import built_in_role
from app.definition.source import Path
from app.properties import KINDS

EXPRESSION_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})
SCOPE_NAMES = frozenset({"now", "today", "me", "config", "run"})
"""What every run knows; no input or result may hide it."""
LONGEST_TABLE = 63
"""Characters of a table's name, as PostgreSQL has it."""

SCHEMA_TYPES = (
    "Query Mutation Subscription Int Float String Boolean ID Decimal DateTime Date Time JSON URL UUID Upload "
    "File Image SortOrder TokenPair RevokedToken UploadRequest RelationInput TextFilter ExistenceFilter "
    "Run RunError RunPage RunQuestion RunStarted RunState RunWhere"
)
"""What the schema of every application has, or may have; the filters of property kinds come on top."""
BUILT_IN_TYPES = frozenset([*SCHEMA_TYPES.split(), *(f"{kind.graphql}Filter" for kind in KINDS.values())])
TYPE_SUFFIXES = (
    *("Page", "Where", "Sort", "SortFields", "SortField", "SortRelation", "Input"),
    *("Aggregate", "Sums", "Averages", "Extremes", "Grouped", "GroupKey", "GroupField"),
)
"""The schema makes these types of each model beside the one named like it."""
FIELD_VERBS = ("all", "one", "me", "create", "update", "delete", "upsert")
FIELD_VERBS_OF_MANY = ("createMany", "updateMany", "deleteMany", "upsertMany")
"""What the names of root fields begin with; the type follows."""


def check(subject: Subject) -> Findings:
    """One finding for each name that cannot be used."""
    application = subject.application
    yield from _shape(("application",), application.name, snake)
    for section in ("roles", "actions"):
        for name in getattr(application, section):
            yield from _shape((section, name), name, snake)
    if PUBLIC in application.roles:
        yield Finding(("roles", PUBLIC), "public is the role that everybody has; give this one another name")
    yield from _models(subject)
    for name, model in application.models.items():
        yield from _members(name, model)
    for name, action in application.actions.items():
        for key in action.input:
            yield from variable_name(("actions", name, "input", key), key)
    for key in application.configurations:
        yield from _identifier(("configurations", key), key)


def variable_name(path: Path, name: str) -> Findings:
    """A finding when no expression could read a variable of this name."""
    if name in SCOPE_NAMES:
        yield Finding(path, f"{name} is there in every run; write another name")
    yield from _identifier(path, name)


def _identifier(path: Path, name: str) -> Findings:
    if name in EXPRESSION_WORDS:
        yield Finding(path, f"{name!r} is a word of expressions; write another name")
    elif not SHAPE.fullmatch(name):
        yield Finding(path, _shape_message(name))


def _shape(path: Path, name: str, *derive: Callable[[str], str]) -> Findings:
    if name.startswith("__"):
        yield Finding(path, "names that begin with __ belong to GraphQL; write another name")
        return
    derived = [function(name) for function in derive]
    if not all(SHAPE.fullmatch(text) for text in derived):
        yield Finding(path, _shape_message(name))
    elif any(keyword.iskeyword(text) or text in EXPRESSION_WORDS for text in derived):
        yield Finding(path, f"{name!r} is a reserved word; write another name")


def _ascii(name: str) -> str:
    """The name without the separators that derived names lose; other letters may not get lost."""
    return name.replace(" ", "_").replace("-", "_")


def _shape_message(name: str) -> str:
    return f"{name!r} is no name; write letters, digits and _, a letter first, at most 63 characters"


def _models(subject: Subject) -> Findings:
    application = subject.application
    taken: dict[str, str] = {}
    for name, model in application.models.items():
        path: Path = ("models", name)
        if name == ROLE_MODEL and model.model_copy(update={"read": {}}) != built_in_role(application.uuid):
            yield Finding(path, "the model Role is built in and takes `read` alone; name this one otherwise")
            continue
        findings = [*_shape(path, name, _ascii, snake, pascal)]
        yield from findings
        if findings:
            continue
        table = f"{snake(application.name)}__{snake(name)}"
        if len(table) > LONGEST_TABLE:
            yield Finding(
                path, f"the table {table} has more than {LONGEST_TABLE} characters; shorten the name"
            )
        clash = next((taken[made] for made in made_of_model(name) if made in taken), None)
        if pascal(name) in BUILT_IN_TYPES:
            yield Finding(
                path, f"{pascal(name)!r} is a type of the GraphQL schema itself; write another name"
            )
        elif clash is not None:
            yield Finding(
                path, f"it gets the same names in GraphQL or SQL as the model {clash!r}; rename one"
            )
        taken.update(dict.fromkeys(made_of_model(name), name))


def made_of_model(name: str) -> Iterator[str]:
    """Everything that is named after a model; types, root fields and tables never look alike."""
    yield f"table {snake(name)}"
    type_name = pascal(name)
    yield from (f"type {type_name}{suffix}" for suffix in ("", *TYPE_SUFFIXES))
    yield from (f"field {verb}{type_name}" for verb in FIELD_VERBS + FIELD_VERBS_OF_MANY)


def _members(model_name: str, model: Model) -> Findings:
    taken = {camel(name): name for name in SERVER_PROPERTIES}
    columns = {snake(name): name for name in model.properties}
    for section, names in (("properties", model.properties), ("relations", model.relations)):
        for name in names:
            path: Path = ("models", model_name, section, name)
            if name in SERVER_PROPERTIES:
                yield Finding(path, f"the server makes {name} itself; leave it out")
                continue
            findings = [*_shape(path, name, str, snake, camel)]
            yield from findings
            fields = [camel(name)]
            if section == "relations" and model.relations[name].to_many:
                fields.append(aggregate_field(camel(name)))
            for field in fields:
                if not findings and field in taken:
                    yield Finding(
                        path, f"{taken[field]!r} is the field {field} in GraphQL already; rename one"
                    )
                taken.setdefault(field, name)
            column = f"{snake(name)}_id"
            if section == "relations" and model.relations[name].kind == "belongs_to" and column in columns:
                yield Finding(path, f"its column {column} is the property {columns[column]!r}; rename one")
