"""Both sides of a relation fit together."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject
from app.definition.model import Model, Relation
from app.definition.names import did_you_mean


def check(subject: Subject) -> Findings:
    """One finding for each relation that cannot be stored or followed."""
    for name, model in subject.application.models.items():
        for key, relation in model.relations.items():
            path = ("models", name, "relations", key)
            target = subject.model(relation.model)
            for message in _problems(model, relation, target):
                yield Finding(path, message)


def _problems(model: Model, relation: Relation, target: Model | None) -> list[str]:
    if relation.required and relation.on_delete == "clear":
        return ["a required relation cannot be cleared; write on_delete: restrict or cascade"]
    if target is None:
        return []
    others = [
        other
        for other in target.relations.values()
        if other.model == model.name and other.kind in _OTHER_SIDES[relation.kind] and other is not relation
    ]
    if relation.inverse is not None:
        return _inverse_problems(relation, target, [other.name for other in others])
    if relation.kind in ("has_many", "has_one") and len(others) != 1:
        return [_belongs_to_problem(model, target, [other.name for other in others])]
    return []


_OTHER_SIDES = {
    "belongs_to": ("has_many", "has_one"),
    "has_many": ("belongs_to",),
    "has_one": ("belongs_to",),
    "has_and_belongs_to_many": ("has_and_belongs_to_many",),
}


def _inverse_problems(relation: Relation, target: Model, others: list[str]) -> list[str]:
    if relation.inverse in others:
        return []
    inverse = str(relation.inverse)
    return [f"{inverse!r} is no other side of it in {target.name}.{did_you_mean(inverse, others)}"]


def _belongs_to_problem(model: Model, target: Model, others: list[str]) -> str:
    if others:
        return f"{target.name} belongs to {model.name} by {' and '.join(others)}; name one of them as inverse"
    return (
        f"{target.name} has no relation to {model.name}; "
        f"add one there, as in {model.name.lower()}: {{belongs_to: {model.name}}}"
    )
