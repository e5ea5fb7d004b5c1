"""Logging in and out: token pairs for credentials and for refresh tokens."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any, NoReturn

from app.definition.model import AuthenticationProfile
from app.errors import ActionFailed, ActionQLError, PrivateDataMode, TooManyRequests, Unauthenticated
from app.resolvers.audit import entry, refusals_told
from app.resolvers.context import Context
from app.resolvers.standings import REFUSED
from app.storage.audit import OK
from app.storage.sessions import Session
from app.storage.work import Work

WRONG_CREDENTIALS = "Wrong credentials, please try again"
TokenPair = Mapping[str, Any]


async def login(context: Context, profile: str, username: str | None, password: str | None) -> TokenPair:
    """A token pair for a user of an authentication profile.

    One answer, after the same time, for an unknown profile, an unknown user and a wrong password.
    """
    found = context.generation.profile(profile)
    with refusals_told(context, "login", found.name if found else ""):
        count_attempt(context, username or "")
    if found is not None and found.kind == "custom":
        return await _custom(context, found, username, password)
    return await _by_password(context, found, username or "", password or "")


async def refresh_token(context: Context, token: str) -> TokenPair:
    """The next token pair; a refresh token that has been used before ends its whole session."""
    tokens = context.generation.tokens

    def work() -> Work[TokenPair | None]:
        session = yield from tokens.session(token)
        pair = yield from tokens.refresh(token)
        yield from _tell(context, "refresh", session, OK if pair else Unauthenticated.code)
        return pair

    with refusals_told(context, "refresh", ""):
        try:
            pair = await context.server.database.write(work)
        except Unauthenticated:
            _refuse(context, REFUSED)
    return pair or _refuse(context, REFUSED, told=True)


async def revoke_refresh_token(context: Context, token: str) -> Mapping[str, Any]:
    """Ends a session: `{refreshId, removed}`; its access tokens stop at their next request."""
    tokens = context.generation.tokens

    def work() -> Work[Mapping[str, Any]]:
        try:
            session = yield from tokens.session(token)
        except Unauthenticated:
            # Nobody can use it any more.
            return (yield from tokens.revoke(token))
        ended = yield from tokens.revoke(token)
        yield from _tell(context, "logout", session)
        return ended

    with refusals_told(context, "logout", ""):
        try:
            return await context.server.database.write(work)
        except Unauthenticated:
            _refuse(context, REFUSED)


def _tell(context: Context, operation: str, session: Session, result: str = OK) -> Work[None]:
    """Tells what happened to a session, in the name of its user."""
    profile = context.generation.application.authentication_profiles[session.profile]
    actor = f"{profile.model}:{session.record}"
    told = entry(context, operation, profile.name, (session.id,), result=result, actor=actor)
    yield from context.server.trail.tell(told)


async def _by_password(
    context: Context, profile: AuthenticationProfile | None, username: str, password: str
) -> TokenPair:
    tokens = context.generation.tokens
    found = None
    if profile is not None and "\0" not in username:
        found = await context.server.database.read(lambda: tokens.find_login(profile, username))
    id, stored = found or (None, None)
    with refusals_told(context, "login", profile.name if profile else "", _tried(profile, id)):
        right = await context.server.passwords.verify(stored, password)
        if profile is None or id is None or not right:
            _refuse(context)

        def work() -> Work[TokenPair]:
            pair = yield from tokens.issue_for(profile, id)
            yield from _tell(context, "login", (yield from tokens.session(pair["refreshToken"])))
            return pair

        return await context.server.database.write(work)


def _tried(profile: AuthenticationProfile | None, id: int | None) -> tuple[str, ...]:
    """Whose password was tried, if anybody's."""
    return () if profile is None or id is None else (f"{profile.model}:{id}",)


async def _custom(
    context: Context, profile: AuthenticationProfile, username: str | None, password: str | None
) -> TokenPair:
    """The profile's action decides; what it returns is the pair that its step `authenticate` made."""
    assert profile.action is not None
    declared = context.generation.application.actions[profile.action].input
    given = {"username": username, "password": password}
    values = {name: given.get(name) for name in declared}
    try:
        ended = await context.generation.runs.run(context.start(profile.action, values, "login"))
    except (ActionFailed, Unauthenticated) as error:
        _refuse(context, told=error.told)
    if not isinstance(ended.result, Mapping) or "jwtToken" not in ended.result:
        # The run went well, and is told as such.
        with refusals_told(context, "login", profile.name):
            _refuse(context)
    return ended.result


def _refuse(context: Context, message: str = WRONG_CREDENTIALS, *, told: bool = False) -> NoReturn:
    """Nobody but builders is told more than that while the application is private."""
    private = context.generation.permissions.private
    refusal: ActionQLError = PrivateDataMode() if private else Unauthenticated(message)
    refusal.told = told
    raise refusal


def count_attempt(context: Context, username: str) -> None:
    """Counts one more login by this name and address; raises `TooManyRequests`."""
    settings = context.server.settings
    application = context.generation.application.uuid.hex
    limits = (
        (f"{application}:{username[:200]}:{context.address}", settings.login_per_account_minute),
        (context.address, settings.login_per_address_minute),
    )
    for key, limit in limits:
        wait = context.server.attempts.check(key, limit, monotonic())
        if wait is not None:
            raise TooManyRequests("Too many logins, try again later.", wait)
