"""`actionql schema`: the schemas that belong to a definition, printed or compared with a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.base import fail
from app.definition.schema import json_schema
from app.functions import load_application
from app.main import EXAMPLES
from app.permissions import Permissions
from app.schema.build import build_schema
from app.schema.drift import breaking_changes
from app.schema.spellings import plain_sdl
from app.server.descriptions import describe
from app.steps import KINDS as STEPS

schema_cli = typer.Typer(help="Prints the schemas that belong to a definition.", no_args_is_help=True)

CheckOption = Annotated[
    Path | None, typer.Option("--check", help="Compare with this file instead of printing.")
]


@schema_cli.command("graphql")
def schema_graphql(
    path: Annotated[
        Path | None, typer.Argument(help="A definition; none means the example taskings.")
    ] = None,
    check: CheckOption = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="One spelling of each filter, for generators of clients.")
    ] = False,
) -> None:
    """Prints the GraphQL schema; with --check, tells what changed for callers and ends with status 1."""
    application = load_application(path or EXAMPLES / "taskings.yaml").application
    built = build_schema(application, Permissions(application), frozenset())
    _print_or_compare(plain_sdl(built.sdl()) if plain else built.sdl(), check)


@schema_cli.command("openapi")
def schema_openapi(
    path: Annotated[
        Path | None, typer.Argument(help="A definition; none means the example taskings.")
    ] = None,
    check: CheckOption = None,
) -> None:
    """Prints the OpenAPI 3.1 document of every REST-like door, as callers without a role see it."""
    application = load_application(path or EXAMPLES / "taskings.yaml").application
    _print_or_compare(describe(application, Permissions(application)).decode(), check)


@schema_cli.command("definition")
def schema_definition(check: CheckOption = None) -> None:
    """Prints the JSON Schema of definitions, for editors."""
    _print_or_compare(json.dumps(json_schema(STEPS), indent=2) + "\n", check)


def _print_or_compare(text: str, file: Path | None) -> None:
    if file is None:
        sys.stdout.write(text)
        return
    kept = file.read_text() if file.is_file() else ""
    if kept == text:
        return
    for change in breaking_changes(kept, text):
        print(change, file=sys.stderr)
    fail(f"{file} is not what the definition makes now; write it anew if the change is meant")
