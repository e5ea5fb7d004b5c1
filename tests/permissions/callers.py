"""Logs everybody in whom the oracle knows, and some whose tokens are good no more."""

from __future__ import annotations

from tests.permissions.oracle import CALLERS, Caller
from tests.permissions.serving import Serving

LATE = ("rex", "out", "old")
"""Callers with tokens that were good a moment ago: removed, logged out, with a new password."""


async def log_in(served: Serving) -> None:
    """Fills `served.tokens`, and then brings the database to the state that the oracle describes."""
    for caller in CALLERS:
        if caller.model is not None:
            served.tokens[caller.name] = (await _pair(served, caller))["jwtToken"]
    auditor = served.tokens["eve"]
    rex = await served.pair("Staff", "rex@example.org", "rex password")
    served.tokens["rex"] = rex["jwtToken"]
    out = await served.pair("Staff", "eve@example.org", "eve password")
    served.tokens["out"] = out["jwtToken"]
    served.tokens["old"] = (await served.pair("Staff", "ina@example.org", "ina password"))["jwtToken"]
    for action, input in (
        ("Take roles", {"id": 9}),
        ("Remove person", {"id": 10}),
        ("Change password", {"id": 7, "password": "ina's new password"}),
    ):
        assert (await served.act(action, auditor, input)).code is None
    ina = await served.pair("Staff", "ina@example.org", "ina's new password")
    served.tokens["ina"] = ina["jwtToken"]
    revoke = "mutation ($token: String!) { revokeRefreshToken(token: $token) { removed } }"
    revoked = await served.ask(revoke, {"token": out["refreshToken"]})
    assert revoked.data == {"revokeRefreshToken": {"removed": True}}


async def _pair(served: Serving, caller: Caller) -> dict[str, str]:
    if caller.profile == "Badges":
        return await served.pair("Badges", caller.name)
    if caller.profile == "Clients":
        return await served.pair("Clients", caller.name, f"{caller.name} password")
    return await served.pair("Staff", f"{caller.name}@example.org", f"{caller.name} password")
