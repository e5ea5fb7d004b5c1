"""The users whom the operator lets in: added, listed, disabled, enabled and removed.

The command line and the console call the same functions; each change is one transaction
with its entry in the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from app.definition.model import Application
from app.errors import BadInput, Conflict, NotFound
from app.properties import KINDS
from app.properties.base import Constraints, Invalid
from app.resolvers.audit import OPERATOR, By, administered
from app.resolvers.context import Server
from app.storage.users import User, Users
from app.storage.work import UniqueViolated, Work
from app.suggestions import did_you_mean


async def add_user(
    server: Server,
    application: Application,
    email: str,
    roles: Sequence[str],
    password: str | None = None,
    by: By = OPERATOR,
) -> User:
    """Adds a user with these roles of the application; the password is for the console, keys are for the doors.

    `BadInput` for what is no e-mail address and for an unknown role, `Conflict` where there is such a user.
    """
    user = User(
        id=uuid4().hex,
        application=application.uuid.hex,
        email=_checked_email(email),
        roles=_checked_roles(application, roles),
        disabled=False,
        password=None if password is None else await server.passwords.hash(password),
        created=datetime.now(UTC),
    )
    users = _users(server, application)

    def work() -> Work[None]:
        try:
            yield from users.insert(user)
        except UniqueViolated:
            raise Conflict(f"There is a user {user.email} already.") from None
        yield from server.trail.tell(administered(application.uuid.hex, by, "user_add", f"user:{user.id}"))

    await server.database.write(work)
    return user


async def list_users(server: Server, application: Application) -> Sequence[User]:
    """Every user of the application, by address."""
    return await server.database.read(_users(server, application).all)


async def disable_user(
    server: Server, application: Application, email: str, disabled: bool = True, by: By = OPERATOR
) -> User:
    """Switches a user off, or on again: their keys count from the next request on as they do. Else `NotFound`."""
    users = _users(server, application)
    operation = "user_disable" if disabled else "user_enable"

    def work() -> Work[User]:
        user = yield from _found(users, email)
        yield from users.disable(email, disabled)
        yield from server.trail.tell(administered(application.uuid.hex, by, operation, f"user:{user.id}"))
        return user

    return await server.database.write(work)


async def remove_user(server: Server, application: Application, email: str, by: By = OPERATOR) -> User:
    """Removes a user and all their keys. `NotFound` where there is none."""
    users = _users(server, application)

    def work() -> Work[User]:
        user = yield from _found(users, email)
        yield from users.remove(user.id)
        yield from server.trail.tell(administered(application.uuid.hex, by, "user_remove", f"user:{user.id}"))
        return user

    return await server.database.write(work)


def _users(server: Server, application: Application) -> Users:
    return Users(server.database.dialect, application.uuid.hex)


def _found(users: Users, email: str) -> Work[User]:
    user = yield from users.find(email)
    if user is None:
        raise NotFound(f"There is no user {email}.")
    return user


def _checked_email(email: str) -> str:
    try:
        checked: str = KINDS["email"].parse(email, Constraints(kind="email"))
    except Invalid as invalid:
        message = f"The e-mail address {invalid}."
        raise BadInput(message, {"email": [invalid.code]}) from None
    return checked


def _checked_roles(application: Application, roles: Sequence[str]) -> tuple[str, ...]:
    for role in roles:
        if role not in application.roles:
            near = did_you_mean(role, application.roles)
            message = f"{application.name} has no role {role!r}.{near}"
            raise BadInput(message, {"roles": ["is_unknown"]})
    return tuple(dict.fromkeys(roles))
