"""Properties, inputs and fields of forms have a kind, and options that the kind takes."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.model import Model, Property
from app.definition.source import Path
from app.expressions import Expression, ExpressionError
from app.properties import KINDS
from app.properties.base import Constraints, PropertyKind

DEFAULT_NAMES = {"now", "today", "me"}
OVER_A_RELATION = ("count", "sum")
NUMBER_KINDS = ("number", "decimal", "price", "minutes")


def check(subject: Subject) -> Findings:
    """One finding for each kind or option that makes no sense."""
    for found in subject.found:
        part = found.value
        if not isinstance(part, Constraints) or not part.kind:
            continue
        kind = KINDS.get(part.kind)
        if kind is None:
            yield Finding((*found.path, "kind"), unknown("kind", part.kind, [*KINDS]))
            continue
        yield from (Finding(found.path, message) for message in kind.problems(part))
        yield from _default(part, found.path)
        if isinstance(part, Property):
            model = next(owner for owner in found.owners if isinstance(owner, Model))
            yield from _property(subject, model, part, kind, found.path)
        elif not kind.writable:
            yield Finding(found.path, f"nobody can give a value of kind {part.kind}; write another kind")


def _default(part: Constraints, path: Path) -> Findings:
    if not isinstance(part.default, str) or not part.default.startswith("="):
        return
    try:
        names = Expression.parse(part.default[1:]).names
    except ExpressionError as error:
        yield Finding((*path, "default"), error.message)
        return
    for name in sorted(names - DEFAULT_NAMES):
        yield Finding(
            (*path, "default"), f"{unknown('name', name, DEFAULT_NAMES)} A default knows now, today, me."
        )


def _property(subject: Subject, model: Model, part: Property, kind: PropertyKind, path: Path) -> Findings:
    if (part.expression is not None) is not (part.kind == "expression"):
        yield Finding(path, "the kind expression, and no other, has an expression: expression: =...")
    if part.kind in OVER_A_RELATION:
        yield from _over_relation(subject, model, part, path)
    elif part.relation is not None or part.property is not None:
        yield Finding(
            path, "only the kinds count and sum go over a relation; leave relation and property out"
        )
    if not kind.stored and part.unique:
        yield Finding((*path, "unique"), f"a {part.kind} is computed and cannot be unique; leave it out")
    if not kind.stored and part.required:
        yield Finding((*path, "required"), f"a {part.kind} is computed and always there; leave it out")


def _over_relation(subject: Subject, model: Model, part: Property, path: Path) -> Findings:
    if part.relation is None:
        yield Finding(path, f"missing key 'relation': over which relation the {part.kind} goes")
        return
    relation = model.relations.get(part.relation)
    if relation is None or not relation.to_many:
        known = [name for name, other in model.relations.items() if other.to_many]
        message = unknown("relation to many", part.relation, known, f" of {model.name}")
        yield Finding((*path, "relation"), message)
        return
    target = subject.model(relation.model)
    if part.kind == "sum" and target is not None:
        yield from _summed(part, target, path)


def _summed(part: Property, target: Model, path: Path) -> Findings:
    if part.property is None:
        yield Finding(path, f"missing key 'property': which property of {target.name} is summed")
        return
    known = [name for name, found in target.properties.items() if found.kind in NUMBER_KINDS]
    if part.property not in known:
        yield Finding((*path, "property"), unknown("number", part.property, known, f" of {target.name}"))
