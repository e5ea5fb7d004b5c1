from __future__ import annotations

from typing import Any

import pytest

from app.definition.conditions import Compare, Parameter, Some
from app.definition.where import Where
from app.permissions.row_filters import RowFilter, any_of, compile_rows
from tests.unit.permissions.test_permissions import application

APPLICATION = application()
ADA: dict[str, Any] = {"id": 7, "name": "Ada", "team": {"id": 3}}


def compiled(model: str, where: dict[str, Any]) -> RowFilter:
    return compile_rows(APPLICATION, APPLICATION.models[model], Where.parse(where))


@pytest.mark.parametrize(
    ("model", "where", "caller", "value"),
    [
        ("Person", {"id": {"eq": "=me.id"}}, "Person", 7),
        ("Person", {"id": "=me.id"}, "Client", None),
        ("Person", {"id": {"neq": "=me.id"}}, "Client", None),
        ("Person", {"_or": [{"_and": [{"id": {"eq": "=me.id"}}]}]}, "Client", None),
        ("Note", {"owner": {"id": {"eq": "=me.id"}}}, "Person", 7),
        ("Note", {"owner": {"id": {"eq": "=me.id"}}}, "Client", None),
        ("Note", {"owner": {"team": {"id": {"eq": "=me.team.id"}}}}, "Person", 3),
        ("Note", {"owner": {"team": {"id": {"eq": "=me.team.id"}}}}, "Client", None),
        # A person's team is no person, whatever its number.
        ("Note", {"owner": {"id": {"eq": "=me.team.id"}}}, "Person", None),
        ("Person", {"id": {"eq": 5}}, "Client", 5),
        ("Person", {"name": {"eq": "=me.name"}}, "Client", "Ada"),
        ("Person", {"id": {"eq": "=me.id"}}, None, None),
        # Who comes with an API key is a user of the server, and no record of any model.
        ("Person", {"name": {"eq": "=me.name"}}, None, None),
    ],
)
def test_operand_that_is_an_id_counts_for_callers_of_its_model(
    model: str, where: dict[str, Any], caller: str | None, value: Any
) -> None:
    assert compiled(model, where).values(caller, ADA if caller else None) == (value,)


@pytest.mark.parametrize("expression", ["=me.name * 2", "=number(me.name)", "=me.team.id / 0"])
def test_operand_that_cannot_be_evaluated_is_null(expression: str) -> None:
    assert compiled("Person", {"name": {"eq": expression}}).values("Person", ADA) == (None,)


def test_operand_may_be_the_time() -> None:
    (now,) = compiled("Person", {"created_at": {"lt": "=now"}}).values(None, None)
    assert now.tzinfo is not None


def test_any_of_unites_conditions_and_keeps_operands_apart() -> None:
    first, second = compiled("Person", {"id": {"eq": "=me.id"}}), compiled("Person", {"name": {"eq": "x"}})
    united = any_of([first, second])
    assert united is not None
    assert united.condition == Some((Compare("id", "eq", Parameter(0)), Compare("name", "eq", Parameter(1))))
    assert united.values("Person", ADA) == (7, "x")
    assert any_of([first]) == first
    assert any_of([first, None, second]) is None
