"""Figures of one process.

Counting costs a fraction of a microsecond: there are no locks, and nothing is rendered before it is asked for.
Labels come from the code and from definitions alone, never from what callers send, so there are few of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from app.metrics.shared import Shared

Labels = tuple[str | int, ...]
Kind = Literal["counter", "histogram", "gauge"]

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
RUN_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 60.0, 600.0, 3600.0, 86400.0)
WAIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)
BATCH_SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


class Counts:
    """How often something has happened, by its labels."""

    __slots__ = ("rows",)

    def __init__(self) -> None:
        self.rows: dict[Labels, float] = {}

    def add(self, labels: Labels = (), more: float = 1) -> None:
        """Counts it once, or so many times."""
        self.rows[labels] = self.rows.get(labels, 0) + more


class Durations:
    """How many seconds, or how much else, something took each time, by its labels.

    A row has the number of values up to each of the bounds and above the last, and then their sum.
    """

    __slots__ = ("bounds", "rows")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.rows: dict[Labels, list[float]] = {}

    def add(self, value: float, labels: Labels = ()) -> None:
        """Counts one value."""
        row = self.rows.get(labels)
        if row is None:
            row = self.rows[labels] = [0] * (len(self.bounds) + 2)
        row[bisect_left(self.bounds, value)] += 1
        row[-1] += value


class Cache:
    """How often something kept was found, and how often it had to be made."""

    __slots__ = ("hits", "misses")

    def __init__(self) -> None:
        self.hits = 0
        self.misses = 0


class Metric(NamedTuple):
    """What a figure is called, with its labels and what it says."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    words: str
    bounds: Sequence[float] = ()
    unit: str = ""

    @property
    def shown(self) -> str:
        """Its name as Prometheus has it."""
        end = "_total" if self.kind == "counter" else ""
        return f"actionql_{self.name}{self.unit}{end}"


_S = "_seconds"
METRICS = (
    Metric("requests", "histogram", ("door", "operation", "status"), "Requests.", REQUEST_SECONDS, _S),
    Metric("requests_in_flight", "gauge", (), "Requests that have a place."),
    Metric("requests_queued", "gauge", (), "Requests that wait for a place."),
    Metric("requests_parked", "gauge", (), "Requests that wait for news of a run, without a place."),
    Metric("requests_refused", "counter", (), "Requests refused with 503 since there was no place."),
    Metric("runs", "histogram", ("application", "action", "state"), "Runs that ended.", RUN_SECONDS, _S),
    Metric("refusals", "counter", ("operation", "code"), "Logins, runs and records refused with 401 or 403."),
    Metric("cached", "counter", ("what", "result"), "Parsed documents and compiled plans: hits and misses."),
    Metric(
        "outbound",
        "histogram",
        ("result",),
        "Calls of other servers, by class of status.",
        REQUEST_SECONDS,
        _S,
    ),
    Metric("writer_batch", "histogram", (), "How many writes SQLite committed together.", BATCH_SIZES),
    Metric("writer_wait", "histogram", (), "How long the first write of a batch waited.", WAIT_SECONDS, _S),
    Metric("writes_queued", "gauge", (), "Writes that wait for SQLite's writer."),
    Metric("connections_open", "gauge", (), "Connections to PostgreSQL that the pool has."),
    Metric("connections_idle", "gauge", (), "Those of them that nobody uses."),
)
"""Every figure that a process counts, in the order in which they are shown."""
RUNS_OPEN = Metric("runs_open", "gauge", ("state",), "Runs in the database that have not ended.")
RUNS_OVERDUE = Metric("runs_overdue", "gauge", (), "Those of them that nobody drives and somebody should.")
CPU = Metric("process_cpu", "counter", ("pid",), "Processor time of a worker.", (), _S)
MEMORY = Metric("process_resident_bytes", "gauge", ("pid",), "Memory of a worker.")
FILES = Metric("process_open_files", "gauge", ("pid",), "Files and sockets that a worker has open.")
SHOWN = (*METRICS, RUNS_OPEN, RUNS_OVERDUE, CPU, MEMORY, FILES)
"""What `/metrics` shows."""
KNOWN: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
Read = Callable[[], float]
Snapshot = dict[str, list[tuple[list[str], Any]]]
"""The rows of every figure: the labels, and the number or the row of `Durations`."""


class Metrics:
    """The figures of one process; what others own is joined to them under its name."""

    def __init__(self, shared: Shared | None = None) -> None:
        self.shared = shared
        """Where several workers serve: where each leaves its figures for the others."""
        self.requests = Durations(REQUEST_SECONDS)
        self.runs = Durations(RUN_SECONDS)
        self.outbound = Durations(REQUEST_SECONDS)
        self.refusals = Counts()
        self.documents = Cache()
        self.plans = Cache()
        self._counted: dict[str, Counts | Durations] = {
            name: getattr(self, name) for name in ("requests", "runs", "outbound", "refusals")
        }
        self._read: dict[str, Read] = {}

    def join(self, name: str, figure: Counts | Durations) -> None:
        """Shows what somebody else counts."""
        self._counted[KNOWN[name].name] = figure

    def read(self, name: str, read: Read) -> None:
        """Shows a number without labels that is looked up when it is asked for."""
        self._read[KNOWN[name].name] = read

    def snapshot(self) -> Snapshot:
        """The figures as they are now, ready for JSON."""
        found: Snapshot = {
            name: [([*map(str, labels)], row) for labels, row in list(figure.rows.items())]
            for name, figure in self._counted.items()
        }
        found |= {name: [([], read())] for name, read in self._read.items()}
        found["cached"] = [
            ([what, result], getattr(cache, result))
            for what, cache in (("documents", self.documents), ("plans", self.plans))
            for result in ("hits", "misses")
        ]
        return found
