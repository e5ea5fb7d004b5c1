"""The sessions of the console: who may look at an application, and who may change its users and keys.

A session is a row, as those of token pairs are; what its browser holds is the row's id under a signature, so that no
token of another door begins or ends one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.auth import base64url
from app.definition.model import AuthenticationProfile, Privilege
from app.errors import Forbidden, Unauthenticated
from app.permissions import Principal
from app.resolvers.audit import entry, refusals_told
from app.resolvers.context import Context
from app.resolvers.login import WRONG_CREDENTIALS, count_attempt
from app.storage.sessions import Session, Sessions
from app.storage.users import User, Users
from app.storage.work import Work

DOOR = "console"
LASTS = timedelta(hours=12)
_LOG_IN = "Log in to see the console."
_OPERATOR = "user:"
"""Begins the `profile` of a session that is of no profile but of a user whom the operator added."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody who is what their session is about; `credential` changes with their password."""

    principal: Principal
    profile: str
    record: int
    credential: str


async def enter(context: Context, name: str, password: str) -> str:
    """Begins a session for who has this name and password, and gives the token for their browser.

    `Unauthenticated` in the same words and after the same time whatever is wrong, `TooManyRequests`, `Forbidden` for
    who may not read the console, `PrivateDataMode` for all but builders where only they get in.
    """
    with refusals_told(context, "login", DOOR):
        count_attempt(context, name)
        known = await _by_password(context, name, password)
        if known is None:
            raise Unauthenticated(WRONG_CREDENTIALS)
        seen = context._replace(principal=known.principal)
        with refusals_told(seen, "login", DOOR):
            _demand(seen, "read_console")
    now = datetime.now(UTC)
    session = Session(
        id=uuid4().hex,
        application=context.generation.application.uuid.hex,
        profile=known.profile,
        record=known.record,
        counter=0,
        credential=known.credential,
        rotated=now,
        ends=now + LASTS,
    )

    def work() -> Work[None]:
        yield from _sessions(context).insert(session)
        yield from context.server.trail.tell(entry(seen, "login", DOOR, (session.id,)))

    await context.server.database.write(work)
    return f"{session.id}.{_signature(context, session.id)}"


async def visitor(context: Context, token: str) -> Context:
    """The context of who has this token; raises `Unauthenticated` where the session has ended, in whatever way.

    Roles are as the database has them now: `Forbidden` for who may not read the console any more.
    """
    known = await context.server.database.read(lambda: _of_session(context, _session_id(context, token)))
    seen = context._replace(principal=known.principal)
    require(seen, "read_console")
    return seen


async def leave(context: Context, token: str) -> None:
    """Ends the session of a token, if there is one."""
    id = _session_id(context, token)

    def work() -> Work[None]:
        if (yield from _sessions(context).revoke(id)):
            yield from context.server.trail.tell(entry(context, "logout", DOOR, (id,)))

    await context.server.database.write(work)


def require(context: Context, privilege: Privilege) -> None:
    """Raises `Forbidden` unless the caller's roles have the privilege."""
    with refusals_told(context, "enter", f"{DOOR}:{privilege}"):
        _demand(context, privilege)


def _demand(context: Context, privilege: Privilege) -> None:
    context.generation.permissions.admit(context.principal)
    if privilege not in context.principal.privileges:
        raise Forbidden(f"Your roles do not have the privilege {privilege}.")


async def _by_password(context: Context, name: str, password: str) -> _Known | None:
    """Every name that is wrong takes as many looks at a password: one for users, one for each profile."""
    verify, read = context.server.passwords.verify, context.server.database.read
    plain = name.replace("\0", "")
    user = await read(lambda: _users(context).find(plain))
    if await verify(user.password if user and not user.disabled else None, password) and user:
        return _of_user(context, user)
    tokens = context.generation.tokens
    for profile in context.generation.application.authentication_profiles.values():
        if profile.kind != "username_password":
            continue
        id, stored = await read(lambda at=profile: tokens.find_login(at, plain)) or (None, None)  # type: ignore[misc]
        if await verify(stored, password) and id is not None:
            return await read(lambda at=profile, of=id: _of_record(context, at, of))  # type: ignore[misc]
    return None


def _of_session(context: Context, id: str) -> Work[_Known]:
    session = yield from _sessions(context).find(id)
    if session is None or session.ends <= datetime.now(UTC):
        raise Unauthenticated(_LOG_IN)
    known = yield from _of_name(context, session)
    if known is None or not hmac.compare_digest(known.credential, session.credential):
        raise Unauthenticated(_LOG_IN)
    return replace(known, principal=replace(known.principal, session=id))


def _of_name(context: Context, session: Session) -> Work[_Known | None]:
    if session.profile.startswith(_OPERATOR):
        user = yield from _users(context).of_id(session.profile.removeprefix(_OPERATOR))
        return None if user is None or user.disabled else _of_user(context, user)
    profile = context.generation.application.authentication_profiles.get(session.profile)
    return None if profile is None else (yield from _of_record(context, profile, session.record))


def _of_record(context: Context, profile: AuthenticationProfile, id: int) -> Work[_Known | None]:
    found = yield from context.generation.tokens.find_user(profile, "id", id)
    if found is None:
        return None
    privileges = context.generation.permissions.privileges(found.roles)
    principal = Principal(profile.name, profile.model, found.record, found.roles, privileges)
    return _Known(principal, profile.name, id, found.credential)


def _of_user(context: Context, user: User) -> _Known:
    roles = frozenset(user.roles)
    principal = Principal(
        record={"id": user.id, "email": user.email},
        roles=roles,
        privileges=context.generation.permissions.privileges(roles),
    )
    credential = hashlib.sha256((user.password or "").encode()).hexdigest()[:32]
    return _Known(principal, f"{_OPERATOR}{user.id}", 0, credential)


def _session_id(context: Context, token: str) -> str:
    id, _, signature = token.partition(".")
    if not hmac.compare_digest(_signature(context, id).encode(), signature.encode("utf-8", "replace")):
        raise Unauthenticated(_LOG_IN)
    return id


def _signature(context: Context, id: str) -> str:
    """Of the session's id in this application, by a secret that signs nothing else in this form."""
    secret = context.server.keystore.secret("page-form")
    text = f"console session\n{context.generation.application.uuid.hex}\n{id}"
    return base64url.encode(hmac.digest(secret, text.encode("utf-8", "replace"), "sha256"))


def _sessions(context: Context) -> Sessions:
    return Sessions(context.server.database.dialect, context.generation.application.uuid.hex)


def _users(context: Context) -> Users:
    return Users(context.server.database.dialect, context.generation.application.uuid.hex)
