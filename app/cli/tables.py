"""Tables on the terminal; a server needs none of what draws them."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

_PIPED = 240
"""How wide a table may be that no terminal shows."""


def print_table(table: Table) -> None:
    """Prints a table, as wide as the terminal, or as it is where there is none."""
    Console(width=None if Console().is_terminal else _PIPED).print(table)
