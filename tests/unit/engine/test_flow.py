"""Blocks, loops, calls and early ends, in every combination that an author may write."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed, TimedOut
from app.permissions import Principal
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import STAFF, actions, shoes

INNER = """
Inner:
  input: {number: {kind: number}}
  steps:
    - loop: =range(10)
      each: item
      do:
        - condition: =item == number
          then: [{finish: =item * 100}]
  result: none found
"""


async def test_action_without_steps_has_no_result(open_world: Open) -> None:
    world = await open_world("Attempt: {}")
    assert await world.run() is None


async def test_result_sees_the_inputs_and_what_steps_set(perform: Perform) -> None:
    assert await perform("- assign: {b: =a + 1}", "=[a, b, c]", a=1, c=None) == [1, 2, None]


async def test_outputs_make_an_object(open_world: Open) -> None:
    world = await open_world("Attempt: {steps: [{assign: {a: 1}}], outputs: {A: =a, Fixed: x}}")
    assert await world.run() == {"A": 1, "Fixed": "x"}


async def test_result_that_cannot_be_made_fails_and_undoes_the_run(open_world: Open) -> None:
    world = await open_world(actions("- create: {model: Shoe, values: {name: x}}", "=a / 0", ["a"]))
    with pytest.raises(StepFailed, match="result of 'Attempt' could not be made") as raised:
        await world.run(a=1)
    assert "a / 0" in raised.value.reason
    assert shoes(world) == []


@pytest.mark.parametrize(("number", "seen"), [(1, [1]), (0, []), (None, [])])
async def test_step_with_if_runs_only_when_it_is_true(perform: Perform, number: Any, seen: list[int]) -> None:
    steps = "- assign: {seen: []}\n- append: {list: seen, value: =number}\n  if: =number"
    assert await perform(steps, "=seen", number=number) == seen


async def test_if_that_cannot_be_evaluated_names_the_step(perform: Perform) -> None:
    with pytest.raises(StepFailed, match=r"steps\[0\]\.then\[0\] \(debug\)"):
        await perform('- {condition: =true, then: [{debug: x, if: =number < "a"}]}', number=1)


async def test_loops_nest_with_names_of_their_own(perform: Perform) -> None:
    steps = """
    - assign: {seen: []}
    - loop: =[1, 2]
      each: outer
      index: i
      do:
        - loop: =[7, 8]
          each: inner
          index: k
          do: [{append: {list: seen, value: "=[i, k, outer * inner]"}}]
        - append: {list: seen, value: =i}
    """
    expected = [[0, 0, 7], [0, 1, 8], 0, [1, 0, 14], [1, 1, 16], 1]
    assert await perform(steps, "=seen") == expected


async def test_block_in_a_loop_runs_anew_for_each_item(perform: Perform) -> None:
    steps = """
    - assign: {even: 0, odd: 0}
    - loop: =range(5)
      each: n
      do:
        - condition: =n % 2 == 0
          then: [{assign: {even: =even + 1}}]
          else: [{assign: {odd: =odd + 1}}]
    """
    assert await perform(steps, "=[even, odd]") == [3, 2]


@pytest.mark.parametrize(("number", "result"), [(3, 300), (99, "none found")])
async def test_finish_in_a_loop_of_a_called_action_goes_back_to_its_caller(
    open_world: Open, number: int, result: Any
) -> None:
    world = await open_world(
        f"""{INNER}
Attempt:
  steps:
    - loop: =[1, {number}]
      each: item
      do: [{{call: {{action: Inner, with: {{number: =item}}}}, as: answer}}]
    - assign: {{after: yes}}
  result: =[answer, after]
"""
    )
    assert await world.run() == [result, "yes"]


async def test_called_action_has_variables_of_its_own(open_world: Open) -> None:
    world = await open_world(
        """
        Inner:
          steps: [{assign: {secret: 2, shared: 2}}]
          result: =me.email
        Attempt:
          steps:
            - assign: {shared: 1}
            - call: {action: Inner}
              as: answer
          result: =[shared, answer]
        """
    )
    assert await world.run(principal=STAFF) == [1, "a@b.nl"]


async def test_called_actions_call_others(open_world: Open) -> None:
    world = await open_world(
        """
        Factorial:
          input: {n: {kind: number, required: true}}
          steps:
            - condition: =n <= 1
              then: [{finish: 1}]
            - call: {action: Factorial, with: {n: =n - 1}}
              as: below
          result: =n * below
        """
    )
    assert await world.run("Factorial", n=10) == 3_628_800


async def test_actions_that_call_each_other_too_deep_fail(open_world: Open) -> None:
    world = await open_world(
        """
        Attempt:
          steps:
            - create: {model: Shoe, values: {name: x}}
            - call: {action: Attempt}
              if: =true
        """
    )
    with pytest.raises(StepFailed, match="more than 50 deep"):
        await world.run()
    assert shoes(world) == []


async def test_run_of_too_many_steps_fails(open_world: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.execution.MAXIMUM_STEPS", 100)
    steps = "- loop: =range(n)\n  do: [{debug: x}]"
    world = await open_world(actions(steps, inputs=["n"]))
    await world.run(n=99)
    with pytest.raises(StepFailed, match="more than 100 steps"):
        await world.run(n=100)


async def test_run_that_takes_too_long_is_undone(open_world: Open) -> None:
    steps = """
    - create: {model: Shoe, values: {name: x}}
    - loop: =range(10000)
      do: [{debug: x}]
    """
    world = await open_world(actions(steps).replace("  input", "  timeout: 20ms\n  input"))
    with pytest.raises(TimedOut):
        await world.run()
    assert shoes(world) == []
    assert [run["reason"] for run in world.runs_recorded()] == ["TIMED_OUT"]


async def test_shared_names_are_there_in_every_action(open_world: Open) -> None:
    world = await open_world(
        """
        Inner: {result: "=[run.action, run.door, config.host, today <= now, size(run.id), me.id]"}
        Attempt: {steps: [{call: {action: Inner}, as: seen}], result: =seen}
        """
    )
    expected = ["Attempt", "tests", "127.0.0.1:1", True, 36]
    assert await world.run() == [*expected, None]
    assert await world.run(principal=STAFF) == [*expected, 7]


async def test_caller_is_a_record_of_its_model(open_world: Open) -> None:
    world = await open_world(
        """
        Make: {steps: [{create: {model: Member, values: {email: a@b.nl}}, as: member}], result: =member.id}
        Change: {steps: [{update: {record: =me, values: {email: c@d.nl}}, as: member}], result: =member.email}
        """
    )
    id = await world.run("Make")
    assert await world.run("Change", principal=Principal("p", "Member", {"id": id})) == "c@d.nl"
