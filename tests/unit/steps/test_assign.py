from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import DefinitionError, StepFailed
from app.steps import assign
from tests.unit.steps.conftest import Perform
from tests.unit.steps.world import actions, definition


async def test_assign_sets_each_variable_to_its_value(perform: Perform) -> None:
    steps = """
    - assign: {total: =price * 2, currency: EUR, both: [=price, {of: =price}]}
    - assign: {total: =total + 1}
    """
    assert await perform(steps, "=[total, currency, both]", price=3) == [7, "EUR", [3, {"of": 3}]]


async def test_assign_sets_in_order_and_each_sees_those_before_it(perform: Perform) -> None:
    assert await perform("- assign: {a: =a + 1, b: =a * 10}", "=[a, b]", a=1, b=2) == [2, 20]


async def test_assign_of_a_variable_called_variables(perform: Perform) -> None:
    assert await perform("- assign: {variables: =1}", "=variables") == 1


async def test_assign_of_what_cannot_be_evaluated_names_the_step(perform: Perform) -> None:
    with pytest.raises(StepFailed) as raised:
        await perform("- assign: {a: =1}\n- assign: {b: =text / 2}", text="secret words")
    assert raised.value.message == "The step steps[1] (assign) of 'Attempt' failed."
    assert "text / 2" in raised.value.reason
    assert "secret" not in raised.value.reason


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("assign: {}", "at least 1"),
        ("assign:", "at least 1"),
        ("assign: x", "write a mapping"),
        ("assign: {a: '=1 +'}", r"assign\.a: .*"),
        ("assign: {now: 1}", "now is there in every run"),
    ],
)
def test_assign_that_cannot_work_is_a_definition_error(tmp_path: Path, step: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        definition(tmp_path, actions(f"- {step}"))


def test_assign_is_a_mapping_of_names_for_editors() -> None:
    schema = assign.Options.model_json_schema()
    assert schema["type"] == "object"
    assert "variables" not in schema.get("properties", {})
    assert schema["additionalProperties"]
