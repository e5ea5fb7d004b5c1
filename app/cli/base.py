"""What the commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

output = Console()
_PIPED = 240
"""How wide a table may be that no terminal shows."""

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the database, assets and keystore.", show_default="data"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
PathsArgument = Annotated[
    list[Path] | None, typer.Argument(help="Definitions; none means the built-in examples.")
]


def print_table(table: Table) -> None:
    """Prints a table, as wide as the terminal, or as it is where there is none."""
    Console(width=None if output.is_terminal else _PIPED).print(table)


def fail(message: str) -> NoReturn:
    """Ends the command with status 1."""
    print(message, file=sys.stderr)
    sys.exit(1)
