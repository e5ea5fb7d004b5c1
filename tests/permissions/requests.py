"""Operations as GraphQL requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.permissions import oracle
from tests.permissions.oracle_writes import Case


def request_of(case: Case) -> tuple[str, dict[str, Any]]:
    """The mutation of a case; values go as variables, which take the types of their places."""
    operation, _, many = case.op.partition("_")
    name = f"{operation}{'Many' if many else ''}{case.model}"
    given: dict[str, Any] = {}
    if case.id is not None:
        given["id"] = case.id
    if case.items:
        given["input"] = [dict(item) for item in case.items]
    elif case.op not in ("delete", "delete_many"):
        given["input"] = dict(case.values)
    if case.where is not None:
        given["where"] = {case.where[0]: {"eq": case.where[1]}}
    if case.unique_by is not None:
        given["uniqueBy"] = [case.unique_by]
    arguments = ", ".join(f"{key}: ${key}" for key in given)
    declared = ", ".join(f"${key}: JSON" for key in given)
    return f"mutation ({declared}) {{ {name}({arguments}) {{ id }} }}", given


def every_operation() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every way to get at a model's records, once for each model, that the schema has."""
    for model in sorted(oracle.READ_BY_ANYBODY):
        yield f"{{ all{model} {{ results {{ id }} totalCount }} }}", {}
        yield f"{{ one{model}(where: {{id: {{eq: 1}}}}) {{ id }} }}", {}
        yield (
            f"{{ all{model} {{ aggregate {{ count }} groupBy(by: [id]) {{ aggregate {{ count }} }} }} }}",
            {},
        )
    for model, relations in oracle.RELATIONS.items():
        for relation in relations:
            yield f"{{ all{model} {{ results {{ {relation} {{ id }} }} }} }}", {}
            yield f"{{ all{model}(where: {{{relation}: {{id: {{eq: 1}}}}}}) {{ totalCount }} }}", {}
    for model in sorted(oracle.PROFILE_MODELS):
        yield f"{{ me{model} {{ id }} }}", {}
    for model, values in WRITTEN.items():
        name = next(iter(values))
        yield request_of(Case("create", model, values=values))
        yield request_of(Case("create_many", model, items=[values]))
        yield request_of(Case("update", model, 1, values))
        yield request_of(Case("update_many", model, values=values, where=("id", 1)))
        yield request_of(Case("upsert", model, values=values, unique_by=name))
        yield request_of(Case("delete", model, 1))
        yield request_of(Case("delete_many", model, where=("id", 1)))
    for action in ("Titles of the caller", "Entries of the caller", "Comment as the caller"):
        yield "mutation ($id: ID!) { action(id: $id) }", {"id": action}


WRITTEN: dict[str, dict[str, Any]] = {
    "Person": {"email": "x@example.org", "name": "X", "password": "x password", "team": 1},
    "Note": {"title": "X", "status": "draft", "owner": 1},
    "Comment": {"text": "x", "note": 2},
    "Entry": {"amount": 1, "note": 2},
    "Message": {"text": "x"},
}
