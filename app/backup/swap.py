"""Small files put in place of others, which can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.disk import write_private


class Swap:
    """Files by their paths as they shall be; None where there shall be none."""

    def __init__(self, wanted: Mapping[Path, bytes | None]) -> None:
        self._wanted = wanted
        self._former: dict[Path, bytes | None] = {}

    def make(self) -> None:
        """Writes what differs; a file that is right already is not touched, since it may be read-only."""
        for path, content in self._wanted.items():
            former = path.read_bytes() if path.exists() else None
            if former != content:
                self._former[path] = former
                _put(path, content)

    def undo(self) -> None:
        """Writes what was there before `make`."""
        for path, former in self._former.items():
            _put(path, former)


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, content)
