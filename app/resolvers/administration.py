"""What the console shows and changes beside runs, for who may: users, keys, the audit trail and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from app.errors import Conflict
from app.resolvers.audit import by, list_audit
from app.resolvers.console import require
from app.resolvers.context import Context
from app.resolvers.keys import NewKey, create_module_key, create_user_key, list_keys, revoke_key
from app.resolvers.users import add_user, disable_user, list_users
from app.storage.audit import Told, Wanted
from app.storage.keys import Key
from app.storage.users import User


async def users(context: Context) -> Sequence[User]:
    """Every user of the application, for who has the privilege `manage`; else `Forbidden`, as of all that follows."""
    require(context, "manage")
    return await list_users(context.server, context.generation.application)


async def keys(context: Context) -> Sequence[tuple[Key, str | None]]:
    """Every key with the address of its user."""
    require(context, "manage")
    return await list_keys(context.server, context.generation.application)


async def new_user(context: Context, email: str, roles: Sequence[str], password: str | None) -> User:
    """Adds a user; raises as `add_user` does."""
    require(context, "manage")
    application = context.generation.application
    return await add_user(context.server, application, email, roles, password, by(context))


async def switch_user(context: Context, email: str, disabled: bool) -> User:
    """Switches a user off or on; `Conflict` for who would shut themselves out."""
    require(context, "manage")
    itself = (context.principal.record or {}).get("email")
    if disabled and itself is not None and itself.casefold() == email.casefold():
        raise Conflict("You would shut yourself out.")
    return await disable_user(context.server, context.generation.application, email, disabled, by(context))


async def new_user_key(context: Context, email: str, kind: Literal["rest", "incoming"]) -> NewKey:
    """Makes a key of a user."""
    require(context, "manage")
    application = context.generation.application
    return await create_user_key(context.server, application, email, kind, by=by(context))


async def new_module_key(context: Context, module: str) -> NewKey:
    """Makes a key of a module; `NotFound` where there is none of this name."""
    require(context, "manage")
    action = context.generation.action(module)
    application = context.generation.application
    return await create_module_key(context.server, application, action, by=by(context))


async def end_key(context: Context, id: str) -> None:
    """Ends a key from the next request on."""
    require(context, "manage")
    await revoke_key(context.server, context.generation.application, id, by(context))


async def trail(context: Context, wanted: Wanted) -> Sequence[Told]:
    """The entries of the audit trail about this application, for who may read the console."""
    require(context, "read_console")
    mine = replace(wanted, application=context.generation.application.uuid.hex)
    return await list_audit(context.server, mine)
