"""Actions as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest

from app.functions import load_application
from app.main import EXAMPLES
from app.pages.drawings.flow import Taken, draw_action, fits, places
from app.pages.drawings.shapes import Box, Drawing
from tests.unit.pages.drawings.steps import action

BRANCHES = """\
steps:
  - condition: =a
    then:
      - loop: =rows
        each: row
        do:
          - condition:
            cases:
              - {if: =row == 1, then: [{debug: one}, {call: {action: Other}}]}
              - {if: =row == 2, then: [{error: Two is wrong.}]}
            else: [{debug: other}]
    else:
      - http_request: {url: "https://example.org"}
        on_error: [{log: It failed.}, {log: It failed again.}]
  - ask: {title: Well?}
  - finish: =1
"""


def overlapping(boxes: Sequence[Box]) -> Iterator[tuple[str, str]]:
    for one, other in combinations(boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        below = one.y + one.height <= other.y or other.y + other.height <= one.y
        if not (beside or below):
            yield one.told, other.told


def outside(drawing: Drawing) -> list[object]:
    points = [point for line in drawing.lines for point in line.points]
    points += [(box.x, box.y) for box in (*drawing.boxes, *drawing.frames)]
    points += [(box.x + box.width, box.y + box.height) for box in (*drawing.boxes, *drawing.frames)]
    return [(x, y) for x, y in points if not (0 <= x <= drawing.width and 0 <= y <= drawing.height)]


def box_of(drawing: Drawing, told: str) -> Box:
    (found,) = (box for box in drawing.boxes if box.told.startswith(told))
    return found


def test_every_step_has_a_box_of_its_own_room() -> None:
    drawn = action(BRANCHES)
    picture = draw_action(drawn)
    assert len(picture.boxes) == len(list(places(drawn.steps, "steps"))) + 2
    assert list(overlapping(picture.boxes)) == []
    assert outside(picture) == []


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_actions_of_the_examples_are_drawn(file: object) -> None:
    for drawn in load_application(str(file)).application.actions.values():
        picture = draw_action(drawn)
        assert (list(overlapping(picture.boxes)), outside(picture)) == ([], [])


def test_first_way_leads_straight_down_and_the_others_are_beside_it() -> None:
    picture = draw_action(
        action("steps: [{condition: =a, then: [{debug: x}], else: [{log: y}]}, {uuid: {}}]")
    )
    choice, then, otherwise = (box_of(picture, f"steps[0]{place}:") for place in ("", ".then[0]", ".else[0]"))
    assert choice.x == then.x < otherwise.x and then.y == otherwise.y
    assert [text.text for text in picture.texts] == ["yes", "no"]
    assert box_of(picture, "steps[1]:").y > then.y


def test_nothing_leads_on_from_an_end() -> None:
    ends = draw_action(action("steps: [{condition: =a, then: [{error: x}], else: [{finish: 1}]}]"))
    goes = draw_action(action("steps: [{condition: =a, then: [{error: x, if: =b}], else: [{finish: 1}]}]"))
    last = box_of(ends, "End").y
    assert not [line for line in ends.lines if line.points[-1][1] == last]
    assert [line for line in goes.lines if line.points[-1][1] == box_of(goes, "End").y]


def test_called_action_is_a_link_and_what_is_too_long_is_cut() -> None:
    called = action(f"steps: [{{call: {{action: Other}}}}, {{debug: {'w' * 500}}}]")
    picture = draw_action(called, link=lambda name: f"to/{name}")
    assert box_of(picture, "steps[0]").link == "to/Other"
    (_, words) = box_of(picture, "steps[1]").texts
    assert words.text.endswith("w…") and len(words.text) < 50
    assert "w" * 500 in box_of(picture, "steps[1]").told


def test_steps_of_a_run_show_how_they_went() -> None:
    picture = draw_action(
        action(BRANCHES), {"steps[0]": Taken(1, 2.0), "steps[1]": Taken(3, 4000.0, "failed")}
    )
    first, second, third = (box_of(picture, f"steps[{place}]:") for place in range(3))
    assert (first.look, first.texts[-1].text) == ("step choice taken", "2 ms")
    assert (second.look, second.texts[-1].text) == ("step wait failed", "3 times, 4 s, failed")
    assert third.look == "step stop untaken"


def test_run_of_other_steps_does_not_fit() -> None:
    drawn = action("steps: [{debug: x}]")
    assert fits(drawn, {"steps[0]": "debug"})
    assert not fits(drawn, {"steps[0]": "log"}) and not fits(drawn, {"steps[1]": "debug"})


def test_action_without_steps_is_a_start_and_an_end() -> None:
    assert [box.told for box in draw_action(action("result: =1")).boxes] == ["Start", "Answers 1"]
