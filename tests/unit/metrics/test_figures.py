"""Figures are counted, added up and written in the form of Prometheus."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from app.edge.doors import OPERATION, counted
from app.metrics import Durations, Metrics
from app.metrics.process import usage
from app.metrics.shared import Shared, added
from app.metrics.text import metrics_text


def samples(text: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The numbers of a text, by name and labels."""
    families = text_string_to_metric_families(text.decode())
    return {(one.name, frozenset(one.labels.items())): one.value for all in families for one in all.samples}


def shown(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """What Prometheus reads."""
    return samples(metrics_text(metrics.snapshot(), [usage()], {"running": 2}, 1))


def test_durations_are_counted_up_to_their_bounds() -> None:
    durations = Durations((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        durations.add(value, ("a",))
    assert durations.rows == {("a",): [2, 1, 1, 12.0]}


def test_histogram_is_read_by_prometheus() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.003, 100.0):
        metrics.requests.add(seconds, ("graphql", "query", 200))
    labels = {("door", "graphql"), ("operation", "query"), ("status", "200")}
    found, name = shown(metrics), "actionql_requests_seconds"
    assert found[f"{name}_bucket", frozenset({*labels, ("le", "0.001")})] == 1
    assert found[f"{name}_bucket", frozenset({*labels, ("le", "30.0")})] == 2
    assert found[f"{name}_bucket", frozenset({*labels, ("le", "+Inf")})] == 3
    assert found[f"{name}_count", frozenset(labels)] == 3
    assert found["actionql_runs_open", frozenset({("state", "running")})] == 2
    assert found["actionql_runs_overdue", frozenset()] == 1


def test_names_of_actions_cannot_break_the_text() -> None:
    metrics = Metrics()
    metrics.runs.add(1.0, ("shop", 'a"b\\\nactionql_runs_open 5', "completed"))
    labels = {("application", "shop"), ("action", 'a"b\\\nactionql_runs_open 5'), ("state", "completed")}
    assert shown(metrics)["actionql_runs_seconds_count", frozenset(labels)] == 1


def test_method_that_nobody_knows_is_no_label() -> None:
    requests = Durations((1.0,))
    told = counted(requests, "rest")
    for scope in ({"method": "BREW"}, {"method": "x" * 1000}, {"method": "POST", OPERATION: "mutation"}):
        told(scope, 200, 0.0)
    assert {*requests.rows} == {("rest", "other", 200), ("rest", "mutation", 200)}


def test_figures_of_several_are_added_row_by_row() -> None:
    def snapshot(*hits: Any) -> Any:
        return {"refusals": [(["login", "x"], 2)], "requests": [([hit], [1, 0, 0.5]) for hit in hits]}

    assert added([snapshot("a"), snapshot("a", "b")]) == {
        "refusals": [(["login", "x"], 4)],
        "requests": [(["a"], [2, 0, 1.0]), (["b"], [1, 0, 0.5])],
    }


def test_worker_that_is_gone_counts_on_and_measures_nothing(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from app.metrics import Metrics; from app.metrics.shared import Shared\n"
        "metrics = Metrics(); metrics.refusals.add(('login', 'x')); metrics.read('writes_queued', lambda: 7)\n"
        f"Shared(Path({str(tmp_path)!r})).publish(metrics.snapshot())"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ)
    metrics = Metrics()
    metrics.refusals.add(("login", "x"))
    metrics.read("writes_queued", lambda: 1)
    figures, processes = Shared(tmp_path).all(metrics.snapshot())
    assert figures["refusals"] == [(["login", "x"], 2)]
    assert figures["writes_queued"] == [([], 1)]
    assert [one.pid for one in processes] == [os.getpid()]
