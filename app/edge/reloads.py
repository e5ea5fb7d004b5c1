"""Why the definitions as they are now are not served: of one server, whichever of its workers tells or asks.

The workers of a server read the same files, but not at the same moment, and one that died is started anew on what was
served before. So what one of them found is a file in a folder that they share, named by what is wrong: who makes it is
the first to know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

import orjson

from app.errors import Problem


@dataclass(frozen=True, slots=True)
class NotRenewed:
    """Why a changed definition is not served, and since when: what was served before still is."""

    since: datetime
    problems: tuple[Problem | str, ...]
    """What is wrong, with its place where it has one."""

    def told_of(self, own: Set[str], elsewhere: Sequence[Set[str]]) -> list[str]:
        """What is wrong as people of one application may read it: its definition is the files `own`.

        Left out is what stands in the files of the others, and, where there are others, what has no place.
        """
        others = {file for files in elsewhere for file in files} - own
        return [
            one if isinstance(one, str) else str(replace(one, file=PurePath(one.file).name))
            for one in self.problems
            if (not elsewhere if isinstance(one, str) else one.file not in others)
        ]


class Reloads:
    """What became of the last attempt to serve changed definitions; without a folder, in this process alone."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._own: NotRenewed | None = None

    @property
    def refused(self) -> NotRenewed | None:
        """Set while the definitions as they are now could not be served."""
        if self._folder is None:
            return self._own
        return max(self._told(self._folder), key=lambda told: told.since, default=None)

    def refuse(self, why: NotRenewed) -> bool:
        """Notes why they could not be; whether nobody has told the same since they last could."""
        own, self._own = self._own, why
        if self._folder is None:
            return own is None or own.problems != why.problems
        mine = _file(self._folder, why)
        try:
            with mine.open("xb") as file:
                file.write(orjson.dumps({"since": why.since, "problems": [*map(_written, why.problems)]}))
        except FileExistsError:
            return False
        _remove(file for file in _files(self._folder) if file != mine)
        return True

    def served(self) -> None:
        """Notes that they are served."""
        self._own = None
        _remove(_files(self._folder))

    def _told(self, folder: Path) -> Iterator[NotRenewed]:
        for file in _files(folder):
            # One that another worker removes or is about to write is not there yet, or no more.
            with suppress(FileNotFoundError, orjson.JSONDecodeError):
                read = orjson.loads(file.read_bytes())
                since = datetime.fromisoformat(read["since"])
                yield NotRenewed(since, tuple(map(_read, read["problems"])))


def _file(folder: Path, why: NotRenewed) -> Path:
    text = "\n".join(map(str, why.problems))
    return folder / f"refused-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _files(folder: Path | None) -> list[Path]:
    return [] if folder is None else [*folder.glob("refused-*")]


def _written(problem: Problem | str) -> Any:
    return problem if isinstance(problem, str) else asdict(problem)


def _read(written: Any) -> Problem | str:
    return written if isinstance(written, str) else Problem(**written)
