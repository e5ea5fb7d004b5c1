from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.engine.compile import Block, CompiledStep, compile_actions
from app.main import load_definitions
from tests.unit.steps.world import definition

STEPS = """
Attempt:
  steps:
    - condition: =true
      then:
        - loop: =[1]
          do: [{debug: a}]
      else: [{debug: b}]
    - condition:
      cases:
        - {if: =true, then: [{debug: c}]}
        - {if: =true, then: [{debug: d}]}
    - http_request: {url: "http://x"}
      on_error: [{debug: e}]
    - http_request: {url: "http://x"}
      on_error: continue
      retry: {times: 4}
"""


def steps_in(block: Block) -> Iterator[CompiledStep]:
    for step in block:
        yield step
        for inner in step.blocks.values():
            yield from steps_in(inner)


def test_every_step_knows_its_place(tmp_path: Path) -> None:
    action = compile_actions(definition(tmp_path, STEPS))["Attempt"]
    assert [step.place for step in steps_in(action.steps)] == [
        "steps[0]",
        "steps[0].then[0]",
        "steps[0].then[0].do[0]",
        "steps[0].else[0]",
        "steps[1]",
        "steps[1].cases[0].then[0]",
        "steps[1].cases[1].then[0]",
        "steps[2]",
        "steps[2].on_error[0]",
        "steps[3]",
    ]


def test_steps_that_reach_know_what_to_do_when_they_fail(tmp_path: Path) -> None:
    first, second, third, fourth = compile_actions(definition(tmp_path, STEPS))["Attempt"].steps
    assert [step.mode for step in (first, second, third, fourth)] == ["compute", "compute", "reach", "reach"]
    assert (third.forgiving, third.retry) == (False, None)
    assert fourth.forgiving
    assert fourth.retry is not None
    assert fourth.retry.times == 4


def test_actions_of_the_built_in_examples_compile() -> None:
    compiled = [compile_actions(loaded.application) for loaded in load_definitions([])]
    assert sum(len(actions) for actions in compiled) >= 9
