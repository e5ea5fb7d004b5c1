"""`actionql users`: who may call the doors that take keys, and see the console."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli.applications import ApplicationOption, DefinitionOption, chosen, print_rows, served, with_server
from app.cli.base import DataOption
from app.errors import BadInput
from app.resolvers.users import add_user, disable_user, list_users, remove_user

users_cli = typer.Typer(
    help="The users of the doors that take keys, and of the console.", no_args_is_help=True
)

EmailArgument = Annotated[str, typer.Argument(help="The user's e-mail address, in any case.")]


@users_cli.command("add")
def add(
    email: EmailArgument,
    role: Annotated[
        list[str] | None, typer.Option(help="A role of the application; may be repeated.")
    ] = None,
    application: ApplicationOption = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password for the console from standard input.")
    ] = False,
    definition: DefinitionOption = None,
    data: DataOption = None,
) -> None:
    """Adds a user."""
    of = chosen(served(definition), application)
    password = _password() if password_stdin else None
    with_server(data, lambda server: add_user(server, of, email, role or [], password))


@users_cli.command("list")
def list_all(
    application: ApplicationOption = None, definition: DefinitionOption = None, data: DataOption = None
) -> None:
    """Lists the users of an application."""
    of = chosen(served(definition), application)
    users = with_server(data, lambda server: list_users(server, of))
    print_rows(
        ("EMAIL", "ROLES", "STATE"),
        ((one.email, ",".join(one.roles), "disabled" if one.disabled else "enabled") for one in users),
    )


@users_cli.command("disable")
def disable(
    email: EmailArgument,
    application: ApplicationOption = None,
    definition: DefinitionOption = None,
    data: DataOption = None,
) -> None:
    """Keeps a user and their keys out from the next request on."""
    of = chosen(served(definition), application)
    with_server(data, lambda server: disable_user(server, of, email))


@users_cli.command("enable")
def enable(
    email: EmailArgument,
    application: ApplicationOption = None,
    definition: DefinitionOption = None,
    data: DataOption = None,
) -> None:
    """Lets a user who was disabled in again."""
    of = chosen(served(definition), application)
    with_server(data, lambda server: disable_user(server, of, email, disabled=False))


@users_cli.command("remove")
def remove(
    email: EmailArgument,
    application: ApplicationOption = None,
    definition: DefinitionOption = None,
    data: DataOption = None,
) -> None:
    """Removes a user and all their keys."""
    of = chosen(served(definition), application)
    with_server(data, lambda server: remove_user(server, of, email))


def _password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise BadInput("There is no password on standard input.")
    return password
