"""The command line: parse, call, print."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from app import settings as settings_module
from app.checks import load_checked
from app.definition.load import Loaded
from app.definition.schema import json_schema
from app.errors import ActionQLError, DefinitionError
from app.logs import configure_logs
from app.main import EXAMPLES, load_definitions
from app.permissions import Permissions
from app.properties import KINDS as PROPERTIES
from app.schema.build import build_schema
from app.schema.drift import breaking_changes
from app.secrets import read_secrets
from app.serving import serve_here, serve_in_workers
from app.steps import KINDS as STEPS
from app.welcome import welcome

cli = typer.Typer(
    name="actionql",
    help="Serves action-based applications from their definitions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
schema_cli = typer.Typer(help="Prints the schemas that belong to a definition.", no_args_is_help=True)
cli.add_typer(schema_cli, name="schema")
output = Console()

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the database, assets and keystore.", show_default="data"),
]
CheckOption = Annotated[
    Path | None, typer.Option("--check", help="Compare with this file instead of printing.")
]


def main() -> None:
    """Runs the command; an error of the definition or the settings is printed and ends with status 1."""
    try:
        cli()
    except DefinitionError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        _fail(f"{len(error.problems)} problem(s)")
    except ActionQLError as error:
        _fail(error.message)


@cli.command()
def serve(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Definitions; none means the built-in examples.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8000")] = None,
    data: DataOption = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve, all on the same port.")] = 1,
) -> None:
    """Serves definitions until it is told to stop; SIGTERM lets what is in flight end first."""
    configure_logs()
    settings = settings_module.load(host=host, port=port, data=data)
    definitions = load_definitions(paths or [])
    environment = dict(os.environ)
    # The taskings example calls its own server.
    environment.setdefault("TASKINGS_DATA_API_HOST", f"{settings.host}:{settings.port}")
    if settings.environment == "development":
        applications = [one.application for one in definitions]
        secrets = read_secrets(applications, environment, settings.data, invent=True)
        invented = {name: value for name, value in secrets.items() if not environment.get(name)}
        print(welcome(applications, settings, invented), flush=True)
    if workers > 1:
        serve_in_workers(settings, definitions, environment, workers)
    else:
        serve_here(settings, definitions, environment)


@cli.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Definitions, or folders that hold several.")],
) -> None:
    """Tells every problem with file and line; exit status 1 if there is one."""
    problems = [problem for path in paths for one in _definitions(path) for problem in _problems(one)]
    if problems:
        raise DefinitionError(problems)
    print("no problems")


@cli.command()
def kinds() -> None:
    """Lists the kinds of properties and steps."""
    for title, found in (("Property", PROPERTIES), ("Step", STEPS)):
        table = Table(title, "What it is")
        for name, kind in found.items():
            table.add_row(name, kind.description)
        output.print(table)


@schema_cli.command("graphql")
def schema_graphql(
    path: Annotated[
        Path | None, typer.Argument(help="A definition; none means the example taskings.")
    ] = None,
    check: CheckOption = None,
) -> None:
    """Prints the GraphQL schema; with --check, tells what changed for callers and ends with status 1."""
    application = _load(path or EXAMPLES / "taskings.yaml").application
    built = build_schema(application, Permissions(application), frozenset())
    _print_or_compare(built.sdl(), check)


@schema_cli.command("definition")
def schema_definition(check: CheckOption = None) -> None:
    """Prints the JSON Schema of definitions, for editors."""
    _print_or_compare(json.dumps(json_schema(STEPS), indent=2) + "\n", check)


def _load(path: Path) -> Loaded:
    return load_checked(path, steps=STEPS)


def _problems(path: Path) -> list[Any]:
    try:
        _load(path)
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


def _print_or_compare(text: str, file: Path | None) -> None:
    if file is None:
        sys.stdout.write(text)
        return
    kept = file.read_text() if file.is_file() else ""
    if kept == text:
        return
    for change in breaking_changes(kept, text):
        print(change, file=sys.stderr)
    _fail(f"{file} is not what the definition makes now; write it anew if the change is meant")


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(1)
