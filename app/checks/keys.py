"""`unique`, `index` and views name what the model has."""

from __future__ import annotations

from collections.abc import Iterator

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.model import Model
from app.definition.source import Path
from app.properties import KINDS


def check(subject: Subject) -> Findings:
    """One finding for each name that is no property or belongs_to relation, or has no column."""
    for name, model in subject.application.models.items():
        path: Path = ("models", name)
        stored = [*_stored(model), *_parents(model)]
        for key, lists in (("unique", model.unique), ("index", model.index)):
            for index, names in enumerate(lists):
                for missing in (name for name in names if name not in stored):
                    yield Finding((*path, key, index), _column_message(model, missing, stored))
        for key, view in model.views.items():
            shown = [*model.all_properties, *model.relations]
            for index, wanted in enumerate(view.properties):
                if wanted not in shown:
                    message = unknown("property or relation", wanted, shown, f" of {name}")
                    yield Finding((*path, "views", key, "properties", index), message)


def _column_message(model: Model, name: str, stored: list[str]) -> str:
    if name in model.all_properties or name in model.relations:
        return f"{name} has no column of its own; name stored properties and belongs_to relations"
    return unknown("property or relation", name, stored, f" of {model.name}")


def _stored(model: Model) -> Iterator[str]:
    for name, found in model.all_properties.items():
        kind = KINDS.get(found.kind)
        if kind is None or kind.stored:
            yield name


def _parents(model: Model) -> Iterator[str]:
    return (name for name, relation in model.relations.items() if relation.kind == "belongs_to")
