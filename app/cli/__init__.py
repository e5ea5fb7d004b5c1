"""The command line: parse, call, print. One file for each command."""

from __future__ import annotations

import sys

import typer

from app.cli.audit import audit_cli
from app.cli.backup import backup, restore
from app.cli.base import fail
from app.cli.check import check
from app.cli.diff import diff
from app.cli.import_ import import_database
from app.cli.keys import keys_cli
from app.cli.kinds import kinds
from app.cli.migrate import migrate
from app.cli.new import new
from app.cli.runs import runs_cli
from app.cli.schema import schema_cli
from app.cli.serve import serve
from app.cli.users import users_cli
from app.cli.worker import worker
from app.errors import ActionQLError, DefinitionError

cli = typer.Typer(
    name="actionql",
    help="Serves action-based applications from their definitions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command()(serve)
cli.command()(worker)
cli.command()(new)
cli.command("import")(import_database)
cli.command()(check)
cli.command()(diff)
cli.command()(migrate)
cli.command()(kinds)
cli.add_typer(schema_cli, name="schema")
cli.add_typer(users_cli, name="users")
cli.add_typer(keys_cli, name="keys")
cli.add_typer(runs_cli, name="runs")
cli.add_typer(audit_cli, name="audit")
cli.command()(backup)
cli.command()(restore)


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
