"""What a run leaves behind for the console."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.journal import MAXIMUM_ENTRIES, Entry, add, written
from app.errors import ActionFailed, StepFailed
from app.steps.base import Message
from app.storage.records import Records
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import SECRET, STAFF, actions


async def test_run_that_completes_is_recorded_with_its_steps(open_world: Open) -> None:
    world = await open_world(actions("- debug: hello\n- condition: =true\n  then: [{assign: {a: 1}}]"))
    await world.run(principal=STAFF)
    (run,) = world.runs_recorded()
    assert (run["state"], run["reason"], run["error"]) == ("completed", None, None)
    assert (run["action_name"], run["principal"]) == ("Attempt", "Member:7")
    assert run["ended"] is not None
    places = [(entry["place"], entry["kind"]) for entry in world.journal()]
    assert places == [("steps[0]", "debug"), ("steps[1]", "condition"), ("steps[1].then[0]", "assign")]
    assert all(entry["action"] == "Attempt" and entry["milliseconds"] >= 0 for entry in world.journal())


async def test_run_that_fails_is_recorded_with_what_failed(open_world: Open) -> None:
    world = await open_world(actions('- debug: hello\n- error: "No {{ n }}."', inputs=["n"]))
    with pytest.raises(ActionFailed):
        await world.run(n=1)
    (run,) = world.runs_recorded()
    assert (run["state"], run["reason"], run["error"]) == ("fatal_errored", "ACTION_FAILED", "No 1.")
    assert [entry.get("error") for entry in world.journal()] == [None, "No 1."]
    assert world.said() == [("debug", "hello")]


async def test_failed_expression_is_recorded_with_its_place_and_no_value(open_world: Open) -> None:
    world = await open_world(actions("- assign: {a: =word * 2}", inputs=["word"]))
    with pytest.raises(StepFailed) as raised:
        await world.run(word="private")
    (run,), (entry,) = world.runs_recorded(), world.journal()
    assert raised.value.message == "The step steps[0] (assign) of 'Attempt' failed."
    assert "word * 2" in entry["error"]
    assert "private" not in f"{run}{entry}"


async def test_error_that_nobody_expected_is_recorded_by_its_kind_alone(
    open_world: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("private")

    world = await open_world(actions("- create: {model: Shoe, values: {name: x}}"))
    monkeypatch.setattr(Records, "create", broken)
    with pytest.raises(KeyError):
        await world.run()
    (run,), (entry,) = world.runs_recorded(), world.journal()
    assert (run["reason"], run["error"], entry["error"]) == ("INTERNAL_SERVER_ERROR", "KeyError", "KeyError")


async def test_secret_is_in_nothing_that_is_recorded(open_world: Open) -> None:
    steps = '- log: "{{ echo }}"\n- error: "{{ echo }}"'
    world = await open_world(actions(steps, inputs=["echo"]))
    with pytest.raises(ActionFailed):
        await world.run(echo=f"key={SECRET}")
    recorded = f"{world.runs_recorded()}{world.journal()}"
    assert SECRET not in recorded
    assert recorded.count("key=[secret]") == 3


def test_journal_keeps_the_first_thousand_and_then_what_matters() -> None:
    entries: list[Entry] = []
    said = (Message("debug", "x"),)
    for number in range(5_000):
        add(entries, Entry("A", str(number), "debug", 0.0, said if number % 2 else ()))
    places = [int(entry.place) for entry in entries]
    assert places[:MAXIMUM_ENTRIES] == list(range(MAXIMUM_ENTRIES))
    assert len(places) == 2 * MAXIMUM_ENTRIES
    assert all(place % 2 for place in places[MAXIMUM_ENTRIES:])


def test_journal_cuts_long_texts() -> None:
    (entry,) = written([Entry("A", "p", "log", 0.0, (Message("info", "x" * 9_000),), "y" * 9_000)])
    assert (len(entry["messages"][0]["text"]), len(entry["error"])) == (2_000, 2_000)
