"""What the commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the database, assets and keystore.", show_default="data"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
PathsArgument = Annotated[
    list[Path] | None, typer.Argument(help="Definitions; none means the built-in examples.")
]


def fail(message: str) -> NoReturn:
    """Ends the command with status 1."""
    print(message, file=sys.stderr)
    sys.exit(1)
