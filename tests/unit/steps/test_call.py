from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import BadInput, DefinitionError
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import definition

TWICE = """
Twice:
  input:
    number: {kind: number, required: true}
    on: {kind: date, default: =today}
  steps: [{assign: {number: =number * 2}}]
  result: '=[number, on < today]'
"""


async def test_call_gives_the_result_of_the_action(open_world: Open) -> None:
    world = await open_world(
        f"""{TWICE}
Attempt:
  steps:
    - assign: {{number: =1}}
    - call: {{action: Twice, with: {{number: "21", on: "2016-01-02"}}}}
      as: doubled
  result: '=[number, doubled[0], doubled[1]]'
"""
    )
    assert await world.run() == [1, 42, True]


@pytest.mark.parametrize(
    ("number", "code"), [("=null", "is_required"), ("much", "is_invalid"), ("=1.5", "is_invalid")]
)
async def test_call_checks_the_input_like_any_callers(open_world: Open, number: str, code: str) -> None:
    world = await open_world(
        f"{TWICE}Attempt: {{steps: [{{call: {{action: Twice, with: {{number: {number}}}}}}}]}}"
    )
    with pytest.raises(BadInput) as raised:
        await world.run()
    assert raised.value.fields == {"number": [code]}


async def test_call_passes_records_on_as_they_are(open_world: Open) -> None:
    world = await open_world(
        """
        Rename:
          input: {shoe: {model: Shoe, required: true}}
          steps: [{update: {record: =shoe, values: {name: renamed}}, as: changed}]
          result: =changed
        Attempt:
          steps:
            - create: {model: Shoe, values: {name: x, price: 2}}
              as: shoe
            - call: {action: Rename, with: {shoe: =shoe}}
              as: renamed
          result: =renamed
        """
    )
    renamed = await world.run()
    assert (renamed["id"], renamed["name"], renamed["price"]) == (1, "renamed", 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("{action: Twise, with: {number: 1}}", "Did you mean 'Twice'"),
        ("{action: Twice, with: {numbr: 1}}", "Did you mean 'number'"),
        ("{action: Twice}", "missing input 'number' of Twice"),
    ],
)
def test_call_that_cannot_work_is_a_definition_error(tmp_path: Path, options: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        definition(tmp_path, f"{TWICE}Attempt: {{steps: [{{call: {options}}}]}}")
