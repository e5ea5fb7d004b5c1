"""What those who called are called: users by their e-mail address, records of a profile's model by their user name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.definition.model import AuthenticationProfile
from app.permissions import Principal
from app.resolvers.console import require
from app.resolvers.context import Context
from app.storage.users import Users
from app.storage.work import Work


async def names_of(context: Context, callers: Iterable[str | None]) -> Mapping[str, str]:
    """Their names by what runs and the audit trail know them by, `user:id` or `Model:id`; who is gone has none.

    For who may read the console.
    """
    require(context, "read_console")
    wanted = dict.fromkeys(caller for caller in callers if caller and ":" in caller)

    def work() -> Work[Mapping[str, str]]:
        found = {}
        for caller in wanted:
            name = yield from _name(context, caller)
            if name:
                found[caller] = name
        return found

    return await context.server.database.read(work)


async def caller_named(context: Context, name: str) -> str | None:
    """What runs and the audit trail know somebody of this name by; None where nobody is called so."""
    require(context, "read_console")
    if not name or "\0" in name:
        return None
    return await context.server.database.read(lambda: _caller(context, name))


def name_of(context: Context, principal: Principal) -> str:
    """The name of a known caller, else their id."""
    record = principal.record or {}
    profile = context.generation.application.authentication_profiles.get(principal.profile or "")
    return str(record.get(_username(profile)) or record.get("id", ""))


def _name(context: Context, caller: str) -> Work[str | None]:
    model, _, id = caller.rpartition(":")
    if model == "user":
        user = yield from _users(context).of_id(id)
        return None if user is None else user.email
    profile = next((one for one in _profiles(context) if one.model == model), None)
    if profile is None or not (id.isascii() and id.isdecimal()):
        return None
    found = yield from context.generation.tokens.find_user(profile, "id", int(id))
    return None if found is None else str(found.record.get(_username(profile)) or "") or None


def _caller(context: Context, name: str) -> Work[str | None]:
    user = yield from _users(context).find(name)
    if user is not None:
        return f"user:{user.id}"
    for profile in _profiles(context):
        found = yield from context.generation.tokens.find_user(profile, _username(profile), name)
        if found is not None:
            return f"{profile.model}:{found.record['id']}"
    return None


def _profiles(context: Context) -> Iterable[AuthenticationProfile]:
    """Those whose users have a user name."""
    return (one for one in context.generation.application.authentication_profiles.values() if one.username)


def _username(profile: AuthenticationProfile | None) -> str:
    return (profile.username if profile else None) or "email"


def _users(context: Context) -> Users:
    return Users(context.server.database.dialect, context.generation.application.uuid.hex)
