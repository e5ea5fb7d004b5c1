"""The runs: one server after the other, round by round, so that whatever slows the machine slows all alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from statistics import median
from time import monotonic, sleep

from scripts.benchmark.calls import Call
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.load import PYTHON, Generator, Load, Plan
from scripts.benchmark.processes import cpu_seconds
from scripts.benchmark.subjects import Subject

ROUNDS, ROUND_SECONDS = 3, 3
SERIALS = 1_000_000_000
"""Numbers that one run has to itself."""
SETTLE_SECONDS, IDLE_SECONDS, IDLE_SHARE = 30, 0.2, 0.1
"""A server is idle when it uses less than this share of a processor for that long."""


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
    warm_up: int = 0
    """Seconds of each work on each server before anything counts, for those that compile what they run often."""

    def rounds(self) -> list[int]:
        """The whole seconds of each round: rather fewer rounds than shorter ones.

        What is under way when a round ends does not count as answered, which tells against a slow server.
        """
        count = max(1, min(ROUNDS, self.seconds // ROUND_SECONDS))
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
    return {
        work: {one.name: _medians(runs[work, one.name]) for one in subjects if work in one.calls}
        for work in works
    }


def figures(load: Load, cpu: float, unanswered: int = 0) -> Figures:
    """One run's figures; `cpu` is the seconds that the server used for its answers and for `unanswered` more."""
    return Figures(
        cpu_ms=cpu * 1000 / (load.requests + unanswered),
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
                if work in subject.calls:
                    yield work, subject, seconds


def _run(subject: Subject, call: Call, plan: Plan, generator: Generator) -> Figures:
    before = cpu_seconds(subject.processes)
    try:
        load = generator.run(subject.server.url, call, plan)
    except BenchmarkError as error:
        raise BenchmarkError(f"{subject.name}: {call.work}: {error}") from None
    # wrk leaves at its time's end without the answers that are on their way: the server has that work all the same.
    unanswered = plan.connections if generator.leaves else 0
    return figures(load, _settled(subject) - before, unanswered)


def _settled(subject: Subject) -> float:
    """CPU time used when there is nothing left to do, so that no run disturbs the next."""
    deadline, used = monotonic() + SETTLE_SECONDS, cpu_seconds(subject.processes)
    while monotonic() < deadline:
        sleep(IDLE_SECONDS)
        before, used = used, cpu_seconds(subject.processes)
        if used - before < IDLE_SHARE * IDLE_SECONDS:
            return used
    raise BenchmarkError(f"{subject.name} was still busy {SETTLE_SECONDS} s after its last request")


def _warm_up(subjects: Sequence[Subject], works: Sequence[str], schedule: Schedule) -> None:
    for subject in subjects:
        for place, work in enumerate(one for one in works if one in subject.calls):
            plan = Plan(
                schedule.warm_up, schedule.connections, schedule.products, (place + 1) * SERIALS // 1000
            )
            PYTHON.run(subject.server.url, subject.calls[work], plan)


def _medians(runs: Sequence[Figures]) -> Figures:
    return Figures(*(median(values) for values in zip(*map(astuple, runs), strict=True)))
