"""`actionql keys`: made, shown once, listed and revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from app.cli.applications import ApplicationOption, DefinitionOption, chosen, print_rows, served, with_server
from app.cli.base import DataOption
from app.definition.model import Action, Application
from app.definition.names import parse_uuid
from app.definition.types import parse_duration
from app.errors import BadInput, NotFound
from app.resolvers.context import Server
from app.resolvers.keys import NewKey, create_module_key, create_user_key, list_keys, revoke_key
from app.storage.keys import Key
from app.suggestions import did_you_mean

keys_cli = typer.Typer(help="API keys of users and modules.", no_args_is_help=True)


class UserKeyKind(StrEnum):
    """The doors that a user's key is for."""

    REST = "rest"
    INCOMING = "incoming"


@keys_cli.command("create")
def create(
    user: Annotated[str | None, typer.Option(help="The e-mail address of the user whose key it is.")] = None,
    kind: Annotated[UserKeyKind, typer.Option(help="The door it is for.")] = UserKeyKind.REST,
    module: Annotated[
        str | None, typer.Option(help="The module it starts: APPLICATION/ACTION, names or uuids.")
    ] = None,
    expires: Annotated[str, typer.Option(help="How long it is good for, such as 30d.")] = "365d",
    application: ApplicationOption = None,
    definition: DefinitionOption = None,
    data: DataOption = None,
) -> None:
    """Makes a key and prints it, alone on standard output; it is shown this once."""
    lifetime = _lifetime(expires)
    applications = served(definition)
    if (user is None) is (module is None):
        raise BadInput("Say whose key it is: either --user EMAIL or --module APPLICATION/ACTION.")

    async def work(server: Server) -> NewKey:
        if user is not None:
            of = chosen(applications, application)
            return await create_user_key(server, of, user, kind.value, lifetime)
        of, action = _module(applications, module or "")
        return await create_module_key(server, of, action, lifetime)

    print(with_server(data, work).text)


@keys_cli.command("list")
def list_all(
    application: ApplicationOption = None, definition: DefinitionOption = None, data: DataOption = None
) -> None:
    """Lists the keys of an application, without the keys themselves."""
    of = chosen(served(definition), application)
    now = datetime.now(UTC)
    found = with_server(data, lambda server: list_keys(server, of))
    rows = (
        (one.id, one.kind, email or _name(of, one), _day(one.expires), _day(one.last_used), _state(one, now))
        for one, email in found
    )
    print_rows(("ID", "KIND", "WHOSE", "EXPIRES", "LAST USED", "STATE"), rows)


@keys_cli.command("revoke")
def revoke(
    id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")],
    application: ApplicationOption = None,
    definition: DefinitionOption = None,
    data: DataOption = None,
) -> None:
    """Ends a key from the next request on."""
    of = chosen(served(definition), application)
    with_server(data, lambda server: revoke_key(server, of, id))


def _module(applications: Sequence[Application], named: str) -> tuple[Application, Action]:
    name, _, action = named.partition("/")
    of = chosen(applications, name)
    uuid = parse_uuid(action)
    for one in of.actions.values():
        if one.name == action or one.uuid == uuid:
            return of, one
    raise NotFound(f"{of.name} has no action {action!r}.{did_you_mean(action, of.actions)}")


def _lifetime(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise BadInput(f"--expires: {error}.") from None


def _name(application: Application, key: Key) -> str:
    names = (one.name for one in application.actions.values() if one.uuid.hex == key.action)
    return next(names, key.action or "")


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d}"


def _state(key: Key, now: datetime) -> str:
    if key.revoked is not None:
        return "revoked"
    return "expired" if key.expires <= now else "good"
