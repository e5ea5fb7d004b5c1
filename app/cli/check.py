"""`actionql check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.errors import DefinitionError
from app.functions import load_application


def check(
    paths: Annotated[list[Path], typer.Argument(help="Definitions, or folders that hold several.")],
) -> None:
    """Tells every problem with file and line; exit status 1 if there is one."""
    problems = [problem for path in paths for one in _definitions(path) for problem in _problems(one)]
    if problems:
        raise DefinitionError(problems)
    print("no problems")


def _problems(path: Path) -> list[Any]:
    try:
        load_application(path)
    except DefinitionError as error:
        return list(error.problems)
    return []


def _definitions(path: Path) -> list[Path]:
    """The definitions at a path: itself, or each file of a folder where every file is an application."""
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.y*ml"))
    whole = [file for file in files if _is_application(file)]
    return whole if len(whole) > 1 else [path]


def _is_application(file: Path) -> bool:
    return any(line.startswith("application:") for line in file.read_text(errors="replace").splitlines())
