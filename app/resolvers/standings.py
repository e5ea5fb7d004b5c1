"""Who access tokens stand for: user, roles and session as the database has them at each request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.auth.tokens import AccessToken
from app.definition.model import AuthenticationProfile
from app.errors import Unauthenticated
from app.permissions import Permissions, Principal
from app.resolvers.gathered import Gathered
from app.storage.callers import Caller, Callers
from app.storage.work import Database

REFUSED = "The token is not valid."
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Standing:
    """Who a session stands for, and until when."""

    principal: Principal
    ends: datetime


class Standings:
    """Looks up who stands behind the tokens of one application; nothing here outlives a change of the database."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        callers: Mapping[str, tuple[AuthenticationProfile, Callers]],
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._callers = {
            uuid: (profile, Gathered(database, one.find)) for uuid, (profile, one) in callers.items()
        }
        self._known: dict[tuple[str, str], tuple[int, Standing]] = {}

    async def find(self, token: AccessToken) -> Principal:
        """Who a genuine token stands for now; raises `Unauthenticated` where its session or user is no more."""
        version = self._database.version()
        known = self._recall(token, version)
        if known is not None:
            return known
        profile, callers = self._callers.get(token.auth_profile, (None, None))
        if profile is None or callers is None:
            raise Unauthenticated(REFUSED)
        found = self._standing(profile, token, await callers.find(token.sid))
        self._remember(token, found, version)
        return found.principal

    def _standing(
        self, profile: AuthenticationProfile, token: AccessToken, caller: Caller | None
    ) -> Standing:
        if caller is None or caller.ends <= datetime.now(UTC):
            raise Unauthenticated(REFUSED)
        if caller.credential != credential_of(caller.password):
            raise Unauthenticated(REFUSED)
        principal = Principal(
            profile=profile.name,
            model=profile.model,
            record=caller.record,
            roles=caller.roles,
            privileges=self._permissions.privileges(caller.roles),
            session=token.sid,
        )
        return Standing(principal, caller.ends)

    def _remember(self, token: AccessToken, found: Standing, version: int | None) -> None:
        """Keeps what was found for as long as the database stays at the version it had before."""
        if version is None:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[token.auth_profile, token.sid] = (version, found)

    def _recall(self, token: AccessToken, version: int | None) -> Principal | None:
        """Who a token stands for, if that was found at this version and the session has not ended since."""
        known, found = self._known.get((token.auth_profile, token.sid), (None, None))
        if found is None or known != version or found.ends <= datetime.now(UTC):
            return None
        return found.principal


def credential_of(password: str | None) -> str:
    """What a session keeps of a stored password, to see that it has changed."""
    return hashlib.sha256((password or "").encode()).hexdigest()[:32]
