"""The command line: parse, call, print. One file for each command."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from app.cli.base import fail
from app.errors import ActionQLError, DefinitionError
from app.memory import end_imports

_COMMANDS = {
    "serve": "serve:serve",
    "worker": "worker:worker",
    "new": "new:new",
    "import": "import_:import_database",
    "check": "check:check",
    "diff": "diff:diff",
    "migrate": "migrate:migrate",
    "kinds": "kinds:kinds",
    "keystore": "keystore:keystore",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "schema": "schema:schema_cli",
    "users": "users:users_cli",
    "keys": "keys:keys_cli",
    "runs": "runs:runs_cli",
    "audit": "audit:audit_cli",
}
"""By its name where each stands: the file here, and in it the function, or the `Typer` of several."""


class _Commands(TyperGroup):
    """Loads only the command that is asked for: a server need not hold what others need."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(_COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"app.cli.{module}"), name)
        end_imports()
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(add_completion=False)
            found.command()(function)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


cli = typer.Typer(
    name="actionql",
    help="Serves action-based applications from their definitions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=_Commands,
)
# Without one of its own it would not be a group of commands.
cli.callback()(lambda: None)


def main() -> None:
    """Runs the command; an error of the definition or the settings is printed and ends with status 1."""
    try:
        cli()
    except DefinitionError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        fail(f"{len(error.problems)} problem(s)")
    except ActionQLError as error:
        fail(error.message)
