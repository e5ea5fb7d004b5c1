"""Load on a server: many connections that each send the next request when the last one is answered."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson

from scripts.benchmark.calls import Call
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.generator import generate

SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: for how many whole seconds, on how many connections; ids go up to `products`.

    `serial` is the first number that no request has sent before.
    """

    seconds: int
    connections: int
    products: int
    serial: int


@dataclass(frozen=True, slots=True)
class Load:
    """How many requests were answered in how many seconds, and after how many milliseconds."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Generator:
    """What makes the load; `leaves` when it ends without waiting for the answers that are on their way."""

    name: str
    run: Callable[[str, Call, Plan], Load]
    leaves: bool


def generator() -> Generator:
    """wrk, or where that is missing our own, which makes less load."""
    return WRK if shutil.which("wrk") else PYTHON


def run_wrk(url: str, call: Call, plan: Plan) -> Load:
    """One run of wrk. Raises `BenchmarkError` if an answer was missing, not 200 or had errors."""
    headers = [part for name, value in call.headers.items() for part in ("-H", f"{name}: {value}")]
    options = ["-t1", f"-c{plan.connections}", f"-d{plan.seconds}s", "--timeout", "30s", "-s", str(SCRIPT)]
    varying = [call.varies, str(plan.products), str(plan.serial), call.before, call.after]
    command = ["wrk", *options, *headers, url, "--", call.method, call.path, *varying]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=plan.seconds + 60, check=False)  # noqa: S603
    if ended.returncode:
        raise BenchmarkError(f"wrk failed: {ended.stderr or ended.stdout}")
    return parse_wrk(ended.stdout)


def parse_wrk(output: str) -> Load:
    """What the script printed at the end of wrk's own lines."""
    lines = output.splitlines()
    places = [place for place, line in enumerate(lines) if line.startswith('{"requests"')]
    if not places:
        raise BenchmarkError(f"wrk printed no result:\n{output}")
    told = orjson.loads(lines[places[-1]])
    if told["wrong"] or told["failed"] or not told["requests"]:
        sample = " ".join(lines[places[-1] + 1 :])
        raise BenchmarkError(
            f"{told['requests']} answers, {told['wrong']} of them wrong, {told['failed']} missing. {sample}"
        )
    return Load(told["requests"], told["microseconds"] / 1e6, told["p50"] / 1e3, told["p99"] / 1e3)


def run_python(url: str, call: Call, plan: Plan) -> Load:
    """One run of our own generator. Raises `BenchmarkError` as `run_wrk` does."""
    seconds, latencies = generate(
        url,
        call,
        seconds=plan.seconds,
        connections=plan.connections,
        products=plan.products,
        serial=plan.serial,
    )
    if not latencies:
        raise BenchmarkError("nothing was answered")
    latencies.sort()
    return Load(len(latencies), seconds, percentile(latencies, 50) * 1e3, percentile(latencies, 99) * 1e3)


def percentile(ordered: list[float], percent: int) -> float:
    """The smallest value that at least `percent` per cent of an ordered list do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


WRK = Generator("wrk", run_wrk, leaves=True)
PYTHON = Generator("Python", run_python, leaves=False)
