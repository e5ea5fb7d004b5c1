"""What processes cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from scripts.benchmark.processes import Process, cpu_seconds, memory_mib, parse_resident, parse_stat

BURN = """
import os, sys, time
def burn(seconds):
    while time.process_time() < seconds: pass
if os.fork() == 0:
    burn(0.3)
    os._exit(0)
burn(0.1)
os.wait()
print("done", flush=True)
sys.stdin.read()
"""


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


def test_cpu_of_ended_children_counts() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        used = cpu_seconds([process.pid])
        assert 0.35 < used < 3
        assert memory_mib([process.pid]) > 1
        process.communicate("")


def test_cpu_of_running_children_counts() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    ) as child:
        before = cpu_seconds([os.getpid()])
        alone = cpu_seconds([child.pid])
        deadline = time.process_time() + 0.1
        while time.process_time() < deadline:
            pass
        assert cpu_seconds([os.getpid()]) - before >= 0.08
        assert cpu_seconds([os.getpid()]) >= alone
        child.communicate()


def test_cpu_of_a_process_that_is_gone_is_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert cpu_seconds([process.pid]) == 0
