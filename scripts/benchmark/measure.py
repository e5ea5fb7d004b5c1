"""The runs: one server after the other, round by round, so that whatever slows the machine slows all alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from statistics import median

from scripts.benchmark.calls import Call
from scripts.benchmark.load import Generator, Load, Plan, run_python
from scripts.benchmark.processes import cpu_seconds
from scripts.benchmark.subjects import Subject

ROUNDS = 3
SERIALS = 1_000_000_000
"""Numbers that one run has to itself."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one request costs, how many are answered in a second, and after what time."""

    cpu_ms: float
    rps: float
    p50_ms: float
    p99_ms: float


Results = Mapping[str, Mapping[str, Figures]]
"""By work and server."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long each work is measured on each server, in seconds of all rounds together."""

    seconds: int
    connections: int
    products: int

    def rounds(self) -> list[int]:
        """The whole seconds of each round."""
        count = min(ROUNDS, self.seconds)
        return [self.seconds // count + (place < self.seconds % count) for place in range(count)]


def measure(
    subjects: Sequence[Subject],
    works: Sequence[str],
    schedule: Schedule,
    generator: Generator,
    tell: Callable[[str], None] = lambda _: None,
) -> Results:
    """Medians over the rounds. Raises `BenchmarkError` as soon as a server answers wrongly."""
    _warm_up(subjects, works, schedule)
    runs: dict[tuple[str, str], list[Figures]] = defaultdict(list)
    for place, (work, subject, seconds) in enumerate(_order(subjects, works, schedule)):
        tell(f"{work}: {subject.name}")
        plan = Plan(seconds, schedule.connections, schedule.products, (place + 1) * SERIALS)
        runs[work, subject.name].append(_run(subject, subject.calls[work], plan, generator))
    return {work: {one.name: _medians(runs[work, one.name]) for one in subjects} for work in works}


def figures(load: Load, cpu: float) -> Figures:
    """One run's figures, of which `cpu` is the seconds that the server's processes used in it."""
    return Figures(
        cpu_ms=cpu * 1000 / load.requests,
        rps=load.requests / load.seconds,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
    )


def _order(
    subjects: Sequence[Subject], works: Sequence[str], schedule: Schedule
) -> Iterator[tuple[str, Subject, int]]:
    for place, seconds in enumerate(schedule.rounds()):
        # Another server begins each round: what comes first may find a cooler processor.
        turn = place % len(subjects)
        for work in works:
            for subject in (*subjects[turn:], *subjects[:turn]):
                yield work, subject, seconds


def _run(subject: Subject, call: Call, plan: Plan, generator: Generator) -> Figures:
    before = cpu_seconds(subject.processes)
    load = generator(subject.server.url, call, plan)
    return figures(load, cpu_seconds(subject.processes) - before)


def _warm_up(subjects: Sequence[Subject], works: Sequence[str], schedule: Schedule) -> None:
    for subject in subjects:
        for place, work in enumerate(works):
            plan = Plan(0, schedule.connections, schedule.products, (place + 1) * SERIALS // 1000)
            run_python(subject.server.url, subject.calls[work], plan)


def _medians(runs: Sequence[Figures]) -> Figures:
    return Figures(*(median(values) for values in zip(*map(astuple, runs), strict=True)))
