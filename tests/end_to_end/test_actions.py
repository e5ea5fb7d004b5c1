"""Calling actions: who may, with what, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import PASSWORD, STAFF

ADD = "00000000000040008000000000000001"
PRIVATE = "00000000000040008000000000000002"
UPLOAD = "7a4e0b0e5d5c4c0fb3a4f0a1b2c3d4e5"
ASK = "mutation { action(id: $id, input: $input) }"


def test_public_action_takes_its_input_and_defaults(tools: Caller) -> None:
    assert tools.action(ADD, {"amount": "41", "on": "2026-11-22", "flag": True}) == {
        "amount": 42,
        "price": 1.10,
        "on": "2026-11-22",
        "mail": None,
        "flag": True,
    }


def test_exact_numbers_stay_exact(tools: Caller) -> None:
    query = f'mutation {{ action(id: "{ADD}", input: {{amount: 1, price: 123456789012345.67}}) }}'
    assert '"price":123456789012345.67' in tools.send(query).text


def test_action_without_a_result_answers_null(tools: Caller) -> None:
    assert tools.ask('mutation { action(id: "Nothing") }') == {"action": {"results": None}}


def test_actions_of_one_document_run_in_order(tools: Caller) -> None:
    query = (
        'mutation { one: action(id: "Add", input: {amount: 1}) two: action(id: "Add", input: {amount: 2}) }'
    )
    assert [done["results"]["amount"] for done in tools.ask(query).values()] == [2, 3]


@pytest.mark.parametrize("id", ["0" * 32, "No such action", PRIVATE, "Private", UPLOAD, "Upload file", ""])
def test_action_that_is_not_for_callers_is_not_there(wim: Caller, id: str) -> None:
    error = wim.error(ASK, {"id": id, "input": None})
    assert error["message"] == "There is no action with this id."
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("NOT_FOUND", 404)


def test_private_action_of_the_example_is_not_there(system: Caller) -> None:
    assert system.refused("Login Data API") == "NOT_FOUND"


def test_action_wants_its_role_and_its_profile(tools: Caller, wim: Caller) -> None:
    assert tools.refused("For workers") == "UNAUTHENTICATED"
    assert wim.action("For workers") == "wim"
    assert wim.refused("For bosses") == "FORBIDDEN"
    assert wim.refused("For visitors") == "UNAUTHENTICATED"
    assert tools.login("Visitors", "wim", PASSWORD).action("For visitors") == "done"
    assert tools.login(STAFF, "bea", PASSWORD).refused("For workers") == "FORBIDDEN"


@pytest.mark.parametrize(
    ("input", "fields"),
    [
        (None, {"amount": ["is_required"]}),
        ({}, {"amount": ["is_required"]}),
        ({"amount": None}, {"amount": ["is_required"]}),
        ({"amount": "many"}, {"amount": ["is_invalid"]}),
        ({"amount": 1.5}, {"amount": ["is_invalid"]}),
        ({"amount": True}, {"amount": ["is_invalid"]}),
        ({"amount": [1]}, {"amount": ["is_invalid"]}),
        ({"amount": 10**30}, {"amount": ["is_too_large"]}),
        ({"Amount": 1}, {"Amount": ["is_unknown"], "amount": ["is_required"]}),
        (
            {"amount": "x", "on": "2026-02-30", "mail": "nobody", "flag": "maybe", "surplus": 1},
            {
                "amount": ["is_invalid"],
                "on": ["is_invalid"],
                "mail": ["is_invalid"],
                "flag": ["is_invalid"],
                "surplus": ["is_unknown"],
            },
        ),
        ([], {"input": ["is_invalid"]}),
        ("amount", {"input": ["is_invalid"]}),
    ],
)
def test_input_that_does_not_fit_is_named(tools: Caller, input: Any, fields: dict[str, list[str]]) -> None:
    error = tools.error(ASK, {"id": ADD, "input": input})
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("BAD_USER_INPUT", 400)
    assert error["extensions"]["fields"] == fields
    assert all(name in error["message"] for name in fields)


def test_surplus_input_is_told_its_likely_name(tools: Caller) -> None:
    assert "Did you mean 'amount'?" in tools.error(ASK, {"id": ADD, "input": {"amuont": 1}})["message"]


def test_error_step_tells_its_message_and_undoes_what_was_done(tools: Caller) -> None:
    error = tools.error(ASK, {"id": "Complain", "input": {}})
    assert error["message"] == "The line is 2 full."
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("ACTION_FAILED", 422)
    assert lines(tools, "left behind") == 0


def test_step_that_fails_tells_nothing_and_undoes_what_was_done(tools: Caller) -> None:
    error = tools.error(ASK, {"id": "Divide", "input": {"by": 0}})
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("STEP_FAILED", 502)
    assert "10 / by" not in error["message"]
    assert lines(tools, "left broken") == 0


def test_result_that_is_a_record_comes_as_its_values(tools: Caller) -> None:
    line = tools.action("Write line", {"text": "a record"})
    assert (line["text"], line["amount"]) == ("a record", 2.5)
    assert line["created_at"] == line["updated_at"]


def test_unique_value_that_is_taken_is_a_conflict(tools: Caller) -> None:
    tools.action("Write line", {"text": "taken"})
    assert tools.refused("Write line", {"text": "taken"}) == "CONFLICT"
    assert lines(tools, "taken") == 1


def lines(tools: Caller, text: str) -> int:
    """How many lines have this text."""
    query = "{ allLine(where: {text: {eq: $text}}) { totalCount } }"
    return int(tools.ask(query, {"text": text})["allLine"]["totalCount"])
