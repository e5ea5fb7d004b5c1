"""What this process uses of the machine."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from time import process_time
from typing import NamedTuple

_PROC = Path("/proc/self")


class Usage(NamedTuple):
    """One process; a number that the system does not tell is -1."""

    pid: int
    cpu_seconds: float
    resident_bytes: int
    open_files: int


def usage() -> Usage:
    """What this process uses now."""
    return Usage(os.getpid(), process_time(), _resident(), _open_files())


def _resident() -> int:
    try:
        return int((_PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        # The most it ever used, which is all that other systems tell: in bytes on macOS, else in KiB.
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def _open_files() -> int:
    try:
        return sum(1 for _ in (_PROC / "fd").iterdir())
    except OSError:
        return -1
