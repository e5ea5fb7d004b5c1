"""Too little room: a small disk of its own, and files that may not grow, which is to be had everywhere."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOUNTING = 1 << 21
"""The bit of CAP_SYS_ADMIN."""


def ways() -> list[str]:
    """How room can be made scarce here: `files` always, `disk` where mounting is allowed."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (allowed,) = (int(line.split()[1], 16) for line in lines if line.startswith("CapEff:"))
    return ["files", "disk"] if allowed & _MOUNTING else ["files"]


@contextmanager
def small_disk(folder: Path, bytes: int) -> Iterator[None]:
    """A disk of this size at the folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={bytes}", "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def small_files(bytes: int, process: int = 0) -> Iterator[None]:
    """No file that a process writes, this one where none is named, grows beyond this size."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (bytes, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)
