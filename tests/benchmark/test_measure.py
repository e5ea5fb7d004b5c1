"""From runs to figures."""

from __future__ import annotations

import pytest

from scripts.benchmark.calls import Call
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.load import Generator, Load, Plan
from scripts.benchmark.measure import Figures, Schedule, figures, measure
from scripts.benchmark.servers import Server
from scripts.benchmark.subjects import Subject

SUBJECT = Subject(Server("yoga", "", 0, 0.0), {"get": Call("get", "/", {}, "", "", "id", ())}, ())


def test_figures_of_a_run() -> None:
    load = Load(requests=2000, seconds=4.0, p50_ms=1.5, p99_ms=9.0)
    assert figures(load, 3.0) == Figures(cpu_ms=1.5, rps=500.0, p50_ms=1.5, p99_ms=9.0)


def test_figures_count_work_whose_answers_nobody_waited_for() -> None:
    load = Load(requests=68, seconds=1.0, p50_ms=1.0, p99_ms=2.0)
    assert figures(load, 1.0, unanswered=32) == Figures(cpu_ms=10.0, rps=68.0, p50_ms=1.0, p99_ms=2.0)


@pytest.mark.parametrize(
    ("seconds", "rounds"), [(1, [1]), (5, [5]), (7, [4, 3]), (9, [3, 3, 3]), (13, [5, 4, 4])]
)
def test_rounds_share_the_seconds(seconds: int, rounds: list[int]) -> None:
    assert Schedule(seconds, connections=32, products=1).rounds() == rounds


def test_load_that_fails_is_told_with_the_server_and_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(url: str, call: Call, plan: Plan) -> Load:
        raise BenchmarkError("0 answers")

    monkeypatch.setattr("scripts.benchmark.measure._warm_up", lambda *_: None)
    with pytest.raises(BenchmarkError) as raised:
        measure([SUBJECT], ["get"], Schedule(1, 1, 1), Generator("fake", run, leaves=False))
    assert str(raised.value) == "yoga: get: 0 answers"


def test_warm_up_comes_first_and_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []

    def run(url: str, call: Call, plan: Plan) -> Load:
        plans.append(plan)
        return Load(requests=100 * len(plans), seconds=1.0, p50_ms=1.0, p99_ms=2.0)

    generator = Generator("fake", run, leaves=False)
    monkeypatch.setattr("scripts.benchmark.measure.PYTHON", generator)
    measured = measure([SUBJECT], ["get"], Schedule(1, 32, 10_000, warm_up=4), generator)
    assert [plan.seconds for plan in plans] == [4, 1]
    assert measured["get"]["yoga"].rps == 200
