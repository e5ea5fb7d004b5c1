"""API keys: made, listed and revoked.

The command line and the console call the same functions; each change is one transaction
with its entry in the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from app.auth.keys import digest, new_key, sign_key
from app.definition.model import Action, Application
from app.errors import BadInput, NotFound
from app.resolvers.audit import OPERATOR, By, administered
from app.resolvers.context import Server
from app.storage.keys import Key, KeyKind, Keys
from app.storage.users import Users
from app.storage.work import Work

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is told once: `text` is for its owner's eyes and kept nowhere."""

    key: Key
    text: str

    def __repr__(self) -> str:
        return f"NewKey({self.key.id})"


async def create_user_key(
    server: Server,
    application: Application,
    email: str,
    kind: Literal["rest", "incoming"] = "rest",
    expires: timedelta = YEAR,
    by: By = OPERATOR,
) -> NewKey:
    """A key with which a user calls the REST door or the incoming API. `NotFound` where there is no such user."""
    key, text = _made(server, application, kind, expires)
    users = Users(server.database.dialect, application.uuid.hex)
    keys = Keys(server.database.dialect, application.uuid.hex)

    def work() -> Work[Key]:
        user = yield from users.find(email)
        if user is None:
            raise NotFound(f"There is no user {email}.")
        owned = replace(key, user_id=user.id)
        yield from keys.insert(owned)
        told = administered(application.uuid.hex, by, "key_create", f"key:{key.id}", (f"user:{user.id}",))
        yield from server.trail.tell(told)
        return owned

    made = await server.database.write(work)
    if kind == "rest":
        return NewKey(made, text)
    signing_key = server.keystore.secret("phixflow-api-key")
    return NewKey(made, sign_key(signing_key, application.uuid.hex, text))


async def create_module_key(
    server: Server,
    application: Application,
    action: Action,
    expires: timedelta = YEAR,
    by: By = OPERATOR,
) -> NewKey:
    """A key that starts one module over the Execution API. `BadInput` where the action is none that takes keys."""
    if not takes_keys(action):
        raise BadInput(f"{action.name} is no module with `access: api_key`.")
    key, text = _made(server, application, "module", expires)
    owned = replace(key, action=action.uuid.hex)
    keys = Keys(server.database.dialect, application.uuid.hex)

    def work() -> Work[None]:
        yield from keys.insert(owned)
        told = administered(application.uuid.hex, by, "key_create", f"key:{key.id}", (action.name,))
        yield from server.trail.tell(told)

    await server.database.write(work)
    return NewKey(owned, text)


def takes_keys(action: Action) -> bool:
    """Whether an action is a module that callers with a key may start."""
    module = action.triggers.module
    return module is not None and module.access == "api_key"


async def list_keys(server: Server, application: Application) -> Sequence[tuple[Key, str | None]]:
    """Every key of the application with the address of its user, the oldest first; revoked and expired ones too."""
    keys = Keys(server.database.dialect, application.uuid.hex)
    return await server.database.read(keys.all)


async def revoke_key(server: Server, application: Application, id: str, by: By = OPERATOR) -> None:
    """Ends a key from the next request on. `NotFound` where there is none, or it was revoked before."""
    keys = Keys(server.database.dialect, application.uuid.hex)
    now = datetime.now(UTC)

    def work() -> Work[None]:
        if not (yield from keys.revoke(id, now)):
            raise NotFound("There is no key with this id.")
        yield from server.trail.tell(administered(application.uuid.hex, by, "key_revoke", f"key:{id}"))

    await server.database.write(work)


def _made(server: Server, application: Application, kind: KeyKind, expires: timedelta) -> tuple[Key, str]:
    """A fresh key of nobody's yet, and its text."""
    if expires <= timedelta(0):
        raise BadInput("A key has to be good for some time.")
    id, text = new_key()
    now = datetime.now(UTC)
    key = Key(
        id=id,
        application=application.uuid.hex,
        kind=kind,
        user_id=None,
        action=None,
        digest=digest(server.keystore.secret("key-pepper"), text),
        expires=now + expires,
        revoked=None,
        created=now,
        last_used=None,
    )
    return key, text
