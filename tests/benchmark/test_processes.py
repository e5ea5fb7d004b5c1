"""What processes cost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.benchmark.processes import Process, cpu_seconds, memory_mib, parse_resident, parse_stat

BURN = """
import os, sys, time
def burn(seconds):
    while time.process_time() < seconds: pass
if sys.argv[1] == "ending":
    if os.fork() == 0:
        burn(0.3)
        os._exit(0)
    os.wait()
else:
    burn(0.3)
print("done", flush=True)
sys.stdin.read()
"""


@contextmanager
def _burnt(how: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has used 0.3 s of CPU time and waits: by itself, or (`ending`) by a child that has ended."""
    with subprocess.Popen(
        [sys.executable, "-c", BURN, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        yield process
        process.communicate("")


@pytest.mark.parametrize("name", ["(python)", "(a b)", "(a) R 1 (b)"])
def test_stat_is_read_whatever_the_name(name: str) -> None:
    line = f"42 {name} S 7 42 42 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 1 0 5000 1000 200"
    assert parse_stat(line) == Process(parent=7, ticks=11 + 22 + 33 + 44)


@pytest.mark.parametrize(
    ("status", "kib"),
    [("Name:\tx\nVmPeak:\t  9 kB\nVmRSS:\t   2048 kB\n", 2048), ("Name:\tx\nState:\tZ\n", 0)],
)
def test_resident_memory_is_read(status: str, kib: int) -> None:
    assert parse_resident(status) == kib


@pytest.mark.parametrize("how", ["ending", "itself"])
def test_cpu_of_a_process_and_of_its_ended_children_counts(how: str) -> None:
    with _burnt(how) as process:
        assert 0.28 < cpu_seconds([process.pid]) < 3
        assert memory_mib([process.pid]) > 1


def test_cpu_and_memory_of_running_children_count() -> None:
    used, held = cpu_seconds([os.getpid()]), memory_mib([os.getpid()])
    with _burnt("itself"):
        assert cpu_seconds([os.getpid()]) - used >= 0.28
        assert memory_mib([os.getpid()]) - held > 1


def test_cpu_of_a_process_that_is_gone_is_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert cpu_seconds([process.pid]) == 0
