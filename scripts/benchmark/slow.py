"""Whether one slow query makes other requests wait: gets measured alone, then beside a query that runs all the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

import httpx
import orjson

from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.load import Generator, Plan
from scripts.benchmark.measure import SERIALS, Schedule
from scripts.benchmark.subjects import Subject

QUERY = '{ allComment(where: {body: {regex: "no .* such .* text"}}) { totalCount } }'
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Beside:
    """p99 of gets in milliseconds, alone and beside slow queries, and how long those took in milliseconds."""

    alone_ms: float
    beside_ms: float
    slow_ms: float


def measure_slow(subject: Subject, schedule: Schedule, generator: Generator) -> Beside:
    """Gets on our server, alone and beside one caller who sends a slow query again and again."""
    call, seconds = subject.calls["get"], max(2, schedule.seconds // 2)
    plan = Plan(seconds, schedule.connections, schedule.products, 50 * SERIALS)
    alone = generator.run(subject.server.url, call, plan)
    with _caller(subject) as slow:
        beside = generator.run(subject.server.url, call, plan)
    if not slow.took:
        raise BenchmarkError("the slow query was never answered")
    return Beside(alone.p99_ms, beside.p99_ms, median(slow.took) * 1000)


@dataclass(slots=True)
class _Slow:
    """What the caller of slow queries has seen."""

    took: list[float] = field(default_factory=list)
    wrong: str = ""


@contextmanager
def _caller(subject: Subject) -> Iterator[_Slow]:
    seen, over = _Slow(), threading.Event()
    thread = threading.Thread(target=_send, args=(subject, seen, over))
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join(PATIENCE)
    if seen.wrong:
        raise BenchmarkError(f"the slow query was answered {seen.wrong}")


def _send(subject: Subject, seen: _Slow, over: threading.Event) -> None:
    call = subject.calls["get"]
    with httpx.Client(base_url=subject.server.url, headers=dict(call.headers), timeout=PATIENCE) as client:
        while not over.is_set():
            begun = perf_counter()
            answer = client.post(call.path, content=orjson.dumps({"query": QUERY}))
            if answer.status_code != 200 or "errors" in answer.json():
                seen.wrong = answer.text[:500]
                return
            seen.took.append(perf_counter() - begun)
