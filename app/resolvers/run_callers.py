"""Who started a run, found again with the rights that they have now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.definition.model import Application
from app.permissions import ANYBODY, Permissions, Principal
from app.resolvers.tokens import Tokens
from app.storage.users import Users
from app.storage.work import Work


class RunCallers:
    """Finds those whom `caller_of` keeps of runs."""

    def __init__(
        self, application: Application, permissions: Permissions, tokens: Tokens, users: Users
    ) -> None:
        self._application = application
        self._permissions = permissions
        self._tokens = tokens
        self._users = users

    def find(self, caller: Mapping[str, Any] | None) -> Work[Principal]:
        """The caller as the database has them now; anybody where they are gone or disabled."""
        if caller is None:
            return ANYBODY
        if "profile" in caller:
            return (yield from self._of_profile(caller))
        if caller.get("user") is None:
            # The key of a module: nobody but that.
            return Principal(key=caller["key"])
        return (yield from self._of_user(caller))

    def _of_profile(self, caller: Mapping[str, Any]) -> Work[Principal]:
        profile = self._application.authentication_profiles.get(caller["profile"])
        if profile is None:
            return ANYBODY
        user = yield from self._tokens.find_user(profile, "id", caller["record"])
        if user is None:
            return ANYBODY
        privileges = self._permissions.privileges(user.roles)
        return Principal(profile.name, profile.model, user.record, user.roles, privileges)

    def _of_user(self, caller: Mapping[str, Any]) -> Work[Principal]:
        user = yield from self._users.of_id(caller["user"]["id"])
        if user is None or user.disabled:
            return ANYBODY
        roles = frozenset(user.roles)
        return Principal(
            record={"id": user.id, "email": user.email},
            roles=roles,
            privileges=self._permissions.privileges(roles),
            key=caller["key"],
        )
