"""Which relations of two models are the two sides of one thing."""

from __future__ import annotations

from collections.abc import Mapping

from app.definition.model import Model, Relation


class InverseError(ValueError):
    """More than one relation leads back, and none of them is named by `inverse`."""


def inverse_of(models: Mapping[str, Model], model: str, relation: Relation) -> Relation | None:
    """The other model's relation that is the same thing seen from there; None when there is none.

    It is the one that `inverse` names here or there, else the only one that leads back. Raises
    `InverseError` when several do, and when `inverse` names a relation that does not lead back.
    """
    kinds = _kinds_across(relation)
    back = [
        other
        for other in models[relation.model].relations.values()
        if other.kind in kinds and other.model == model and not _same(relation, other, model)
    ]
    if relation.inverse is not None:
        return _only(
            [other for other in back if other.name == relation.inverse], model, relation, needed=True
        )
    named = [other for other in back if other.inverse == relation.name]
    return _only(named or [other for other in back if other.inverse is None], model, relation)


def _kinds_across(relation: Relation) -> tuple[str, ...]:
    if relation.kind == "belongs_to":
        return ("has_many", "has_one")
    return ("belongs_to",) if relation.kind in ("has_many", "has_one") else ("has_and_belongs_to_many",)


def _same(relation: Relation, other: Relation, model: str) -> bool:
    return other.name == relation.name and relation.model == model


def _only(found: list[Relation], model: str, relation: Relation, *, needed: bool = False) -> Relation | None:
    if len(found) == 1:
        return found[0]
    if not found and not needed:
        return None
    if not found:
        raise InverseError(
            f"{relation.inverse!r} is no relation of {relation.model} that leads back to {model}"
        )
    names = ", ".join(other.name for other in found)
    raise InverseError(f"several relations of {relation.model} lead back ({names}); name one by inverse")
