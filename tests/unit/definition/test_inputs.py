from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.definition.inputs import check_input
from app.definition.model import Application
from app.definition.record import Record
from app.errors import BadInput
from tests.unit.steps.world import definition

ACTION = """
Order:
  input:
    article: {kind: text, required: true}
    amount: {kind: number, default: 1, minimum: 1}
    on: {kind: date, default: =today}
    shoe: {model: Shoe}
"""


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return definition(tmp_path, ACTION)


def checked(application: Application, given: Any) -> Any:
    return check_input(application, application.actions["Order"], given)


def test_input_is_parsed_by_its_kinds_and_completed_by_defaults(application: Application) -> None:
    assert checked(application, {"article": "A1", "amount": "3"}) == {
        "article": "A1",
        "amount": 3,
        "on": datetime.now(UTC).date(),
        "shoe": None,
    }


def test_input_that_is_null_takes_its_default(application: Application) -> None:
    assert checked(application, {"article": "A1", "amount": None})["amount"] == 1


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (None, {"article": ["is_required"]}),
        ({"article": ""}, {"article": ["is_required"]}),
        ({"article": None, "amount": 0}, {"article": ["is_required"], "amount": ["is_too_small"]}),
        ({"article": "A1", "amuont": 2}, {"amuont": ["is_unknown"]}),
        ({"article": "A1", "shoe": 5}, {"shoe": ["is_invalid"]}),
        ({"article": "A1", "shoe": {"nmae": "x"}}, {"nmae": ["is_unknown"]}),
        ({"article": "A1", "shoe": {"id": 5}}, {"id": ["is_unknown"]}),
        ({"article": "A1", "shoe": {"price": "dear"}}, {"price": ["is_invalid"]}),
        ({"shoe": {"price": "dear"}}, {"price": ["is_invalid"], "article": ["is_required"]}),
        (["A1"], {"input": ["is_invalid"]}),
    ],
)
def test_input_that_is_wrong_names_every_field(
    application: Application, given: Any, fields: dict[str, list[str]]
) -> None:
    with pytest.raises(BadInput) as raised:
        checked(application, given)
    assert raised.value.fields == fields


def test_unknown_input_is_told_the_near_one(application: Application) -> None:
    with pytest.raises(BadInput, match="Did you mean 'amount'"):
        checked(application, {"article": "A1", "amuont": 2})


def test_values_of_a_record_are_parsed_by_their_kinds(application: Application) -> None:
    shoe = checked(application, {"article": "A1", "shoe": {"name": "x", "price": "2.50", "maker": 3}})["shoe"]
    assert shoe["name"] == "x"
    assert str(shoe["price"]) == "2.50"
    assert shoe["maker"] == 3


def test_record_that_an_action_found_is_taken_as_it_is(application: Application) -> None:
    shoe = Record("Shoe", {"id": 5, "name": "x"})
    assert checked(application, {"article": "A1", "shoe": shoe})["shoe"] is shoe


def test_record_of_another_model_is_taken_by_its_values_alone(application: Application) -> None:
    with pytest.raises(BadInput):
        checked(application, {"article": "A1", "shoe": Record("Maker", {"id": 5})})


def test_several_mistakes_are_one_sentence(application: Application) -> None:
    with pytest.raises(BadInput) as wrong:
        checked(application, {"colour": "red", "on": "today"})
    assert wrong.value.message == (
        "colour is no input of this action; article is required; on is no date such as "
        f"{datetime.now(UTC).date()}"
    )
