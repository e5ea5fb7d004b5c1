"""Figures in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import (
    Metric as Family,
)

from app.metrics.figures import CPU, FILES, MEMORY, METRICS, RUNS_OPEN, RUNS_OVERDUE, Metric, Snapshot
from app.metrics.process import Usage

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def metrics_text(
    figures: Snapshot, processes: Sequence[Usage], states: Mapping[str, int], overdue: int
) -> bytes:
    """The figures, what each process uses, how many runs in the database are in which state, and how many overdue."""
    registry = CollectorRegistry()
    registry.register(_Collected([*_families(figures), *_used(processes), *_runs(states, overdue)]))
    return generate_latest(registry)


class _Collected:
    """What prometheus_client asks for families of metrics."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families


def _families(figures: Snapshot) -> Iterator[Family]:
    for metric in METRICS:
        if metric.name in figures:
            yield _family(metric, figures[metric.name])


def _family(metric: Metric, rows: Iterable[tuple[Sequence[str], Any]]) -> Family:
    if metric.kind == "histogram":
        return _histogram(metric, rows)
    make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = make(metric.shown.removesuffix("_total"), metric.words, labels=metric.labels)
    for labels, value in rows:
        family.add_metric(labels, value)
    return family


def _histogram(metric: Metric, rows: Iterable[tuple[Sequence[str], Sequence[float]]]) -> Family:
    family = HistogramMetricFamily(metric.shown, metric.words, labels=metric.labels)
    names = [*map(str, metric.bounds), "+Inf"]
    for labels, (*counts, total) in rows:
        family.add_metric(labels, list(zip(names, accumulate(counts), strict=True)), total)
    return family


def _used(processes: Sequence[Usage]) -> Iterator[Family]:
    for metric, read in (
        (CPU, attrgetter("cpu_seconds")),
        (MEMORY, attrgetter("resident_bytes")),
        (FILES, attrgetter("open_files")),
    ):
        yield _family(metric, [([str(one.pid)], read(one)) for one in processes])


def _runs(states: Mapping[str, int], overdue: int) -> Iterator[Family]:
    yield _family(RUNS_OPEN, [([state], count) for state, count in states.items()])
    yield _family(RUNS_OVERDUE, [([], overdue)])
