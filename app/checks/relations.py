"""Both sides of a relation fit together."""

from __future__ import annotations

from collections.abc import Mapping

from app.checks.base import Finding, Findings, Subject
from app.definition.model import Model, Relation
from app.definition.names import snake
from app.definition.relations import InverseError, inverse_of


def check(subject: Subject) -> Findings:
    """One finding for each relation that cannot be stored or followed."""
    for name, model in subject.application.models.items():
        for key, relation in model.relations.items():
            path = ("models", name, "relations", key)
            for message in _problems(subject.application.models, model, relation):
                yield Finding(path, message)


def _problems(models: Mapping[str, Model], model: Model, relation: Relation) -> list[str]:
    if relation.required and relation.on_delete == "clear":
        return ["a required relation cannot be cleared; write on_delete: restrict or cascade"]
    target = models.get(relation.model)
    if target is None:
        return []
    try:
        inverse = inverse_of(models, model.name, relation)
    except InverseError as error:
        return [str(error)]
    if inverse is None and relation.kind in ("has_many", "has_one"):
        remedy = f"add one there, as in {snake(model.name)}: {{belongs_to: {model.name}}}"
        return [f"{target.name} has no belongs_to {model.name} that answers it; {remedy}"]
    return []
