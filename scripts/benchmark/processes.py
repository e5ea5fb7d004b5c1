"""What processes cost: CPU time and memory of whole process trees, as Linux tells them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of `/proc/<pid>/stat`: the parent, and the ticks of the process and of its ended children."""

    parent: int
    ticks: int


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time that these processes and all their descendants have used so far."""
    processes = _processes()
    ticks = sum(processes[pid].ticks for pid in _trees(roots, processes))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mib(roots: Iterable[int]) -> float:
    """Memory that these processes and all their descendants hold now."""
    return sum(_resident_kib(pid) for pid in _trees(roots, _processes())) / 1024


def parse_stat(line: str) -> Process:
    """A process from its `stat` line, whose name may hold blanks and brackets (proc_pid_stat(5))."""
    fields = line.rpartition(")")[2].split()
    return Process(int(fields[1]), sum(int(field) for field in fields[11:15]))


def parse_resident(status: str) -> int:
    """KiB of `VmRSS` in a `status` file; 0 for a process that has ended."""
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _processes() -> dict[int, Process]:
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = parse_stat((entry / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def _trees(roots: Iterable[int], processes: Mapping[int, Process]) -> Iterator[int]:
    children = defaultdict(list)
    for pid, process in processes.items():
        children[process.parent].append(pid)
    waiting = [pid for pid in roots if pid in processes]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children[pid]


def _resident_kib(pid: int) -> int:
    try:
        return parse_resident((PROC / str(pid) / "status").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return 0
