"""Logging in, and what tokens are good for: forged, stale and stolen ones."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.auth.keystore import Keystore
from app.auth.tokens import AccessToken, mint_access, read_access
from tests.end_to_end.caller import LOGIN, Caller
from tests.end_to_end.conftest import MEMBERS, PASSWORD, STAFF, SYSTEM, Shared
from tests.end_to_end.databases import run_sql

TASKINGS = "4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4"
ME = "{ meSystem { username } }"
REFRESH = "mutation { refreshToken(token: $token) { jwtToken refreshToken accessExpiresIn isValid } }"
REVOKE = "mutation { revokeRefreshToken(token: $token) { refreshId removed } }"


@pytest.mark.parametrize(
    ("profile", "username", "password"),
    [
        (SYSTEM, "system", "wrong"),
        (SYSTEM, "nobody", PASSWORD),
        (SYSTEM, "System", PASSWORD),
        (SYSTEM, "system", None),
        (SYSTEM, None, None),
        (SYSTEM, "system", ""),
        (SYSTEM, "sys\0tem", PASSWORD),
        (SYSTEM, "system", "p" * 900_000),
        (SYSTEM, "s" * 900_000, PASSWORD),
        (STAFF, "system", PASSWORD),
        ("Wrong", "system", PASSWORD),
        ("", "system", PASSWORD),
    ],
)
def test_login_that_is_refused_does_not_tell_why(
    taskings: Caller, profile: str, username: str | None, password: str | None
) -> None:
    variables = {"profile": profile, "username": username, "password": password}
    body = taskings.send(LOGIN, variables).json()
    (error,) = body["errors"]
    assert error["message"] == "Wrong credentials, please try again"
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("UNAUTHENTICATED", 401)
    assert body["data"] == {"login": None}


def test_password_of_a_megabyte_is_too_large_a_body(taskings: Caller) -> None:
    answer = taskings.send(LOGIN, {"profile": SYSTEM, "username": "system", "password": "p" * 1_000_000})
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_LARGE"


def test_access_token_has_the_claims_that_callers_read(taskings: Caller) -> None:
    pair = taskings.tokens(SYSTEM, "system", PASSWORD)
    head, claims, _ = pair["jwtToken"].split(".")
    assert decoded(head) == {"alg": "HS512", "typ": "JWT"}
    said = decoded(claims)
    assert set(said) >= {
        "app_uuid",
        "aud",
        "auth_profile",
        "exp",
        "iat",
        "iss",
        "jti",
        "locale",
        "nbf",
        "roles",
        "user_id",
    }
    assert (said["app_uuid"], said["auth_profile"], said["roles"], said["user_id"]) == (
        TASKINGS,
        SYSTEM,
        ["admin"],
        1,
    )
    assert said["exp"] - said["iat"] == pair["accessExpiresIn"] == 7200
    assert said["exp"] == pair["accessExpiresAt"]


def test_locale_of_the_user_is_claimed(library: Caller) -> None:
    tokens = [
        library.tokens(MEMBERS, f"{name}@example.org", PASSWORD)["jwtToken"] for name in ("bob", "cleo")
    ]
    assert [decoded(token.split(".")[1])["locale"] for token in tokens] == ["nl", "en"]


def test_scheme_of_the_token_is_read_in_any_case(system: Caller) -> None:
    answer = system.client.post(
        system.url, json={"query": ME}, headers={"Authorization": f"bearer  {system.token}"}
    )
    assert answer.json() == {"data": {"meSystem": {"username": "system"}}}


def test_empty_authorization_is_none(taskings: Caller) -> None:
    answer = taskings.post({"query": "{ __typename }"}, Authorization="")
    assert answer.json() == {"data": {"__typename": "Query"}}


Forge = Callable[[bytes, AccessToken], str]
FORGERIES: dict[str, Forge] = {
    "expired": lambda key, token: mint_access(
        key, replace(token, exp=int(datetime.now(UTC).timestamp()) - 1)
    ),
    "not yet valid": lambda key, token: mint_access(key, replace(token, nbf=token.exp)),
    "of another application": lambda key, token: mint_access(
        key, replace(token, app_uuid="0" * 32, aud="0" * 32)
    ),
    "for another audience": lambda key, token: mint_access(key, replace(token, aud="0" * 32)),
    "of another issuer": lambda key, token: mint_access(key, replace(token, iss="somebody")),
    "of an unknown session": lambda key, token: mint_access(key, replace(token, sid="0" * 32)),
    "signed with another key": lambda key, token: mint_access(b"k" * 64, token),
    "unsigned": lambda key, token: unsigned(token),
    "cut off": lambda key, token: mint_access(key, token)[:-1],
    "no token at all": lambda key, token: "not.a.token",
    "very long": lambda key, token: "a" * 20_000,
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_token_that_is_not_good_is_refused(shared: Shared, system: Caller, forge: Forge) -> None:
    key = Keystore.load(shared.data / "keystore.json", create=False).secret("access-token")
    assert system.token is not None
    token = read_access(key, system.token, application=TASKINGS, issuer="actionql", now=datetime.now(UTC))
    assert system.bearing(mint_access(key, token)).ask(ME)
    error = system.bearing(forge(key, token)).error(ME)
    assert (error["message"], error["extensions"]["code"]) == ("The token is not valid.", "UNAUTHENTICATED")


def test_token_of_another_application_is_refused(system: Caller, wim: Caller) -> None:
    assert wim.token is not None
    assert system.bearing(wim.token).code(ME) == "UNAUTHENTICATED"


def test_refresh_token_is_no_access_token(taskings: Caller) -> None:
    pair = taskings.tokens(SYSTEM, "system", PASSWORD)
    assert taskings.bearing(pair["refreshToken"]).code(ME) == "UNAUTHENTICATED"
    assert taskings.code(REFRESH, {"token": pair["jwtToken"]}) == "UNAUTHENTICATED"


def test_other_schemes_are_refused(system: Caller) -> None:
    answer = system.post({"query": "{ __typename }"}, Authorization="Basic c3lzdGVtOng=")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_refresh_token_is_good_once(shared: Shared, library: Caller) -> None:
    first = library.tokens(MEMBERS, "cleo@example.org", PASSWORD)
    second = library.ask(REFRESH, {"token": first["refreshToken"]})["refreshToken"]
    assert second["refreshToken"] != first["refreshToken"]
    assert library.bearing(second["jwtToken"]).ask("{ meMember { language } }") == {
        "meMember": {"language": "en"}
    }

    again = library.ask(REFRESH, {"token": first["refreshToken"]})["refreshToken"]
    assert again["refreshToken"] == second["refreshToken"]

    await run_sql(shared.database, "UPDATE actionql_session SET rotated = '2020-01-01T00:00:00.000000+00:00'")
    assert library.code(REFRESH, {"token": first["refreshToken"]}) == "UNAUTHENTICATED"
    assert library.code(REFRESH, {"token": second["refreshToken"]}) == "UNAUTHENTICATED"
    assert library.bearing(second["jwtToken"]).code("{ meMember { id } }") == "UNAUTHENTICATED"


def test_refresh_token_used_by_many_at_once_has_one_successor(library: Caller) -> None:
    first = library.tokens(MEMBERS, "cleo@example.org", PASSWORD)["refreshToken"]
    with ThreadPoolExecutor(16) as pool:
        pairs = list(pool.map(lambda _: library.ask(REFRESH, {"token": first})["refreshToken"], range(32)))
    assert len({pair["refreshToken"] for pair in pairs}) == 1


def test_revoked_session_ends_at_once(library: Caller) -> None:
    pair = library.tokens(MEMBERS, "cleo@example.org", PASSWORD)
    cleo = library.bearing(pair["jwtToken"])
    assert cleo.ask("{ meMember { id } }") == {"meMember": {"id": 3}}
    revoked = library.ask(REVOKE, {"token": pair["refreshToken"]})["revokeRefreshToken"]
    assert (bool(revoked["refreshId"]), revoked["removed"]) == (True, True)
    assert library.ask(REVOKE, {"token": pair["refreshToken"]})["revokeRefreshToken"]["removed"] is False
    assert cleo.code("{ meMember { id } }") == "UNAUTHENTICATED"
    assert library.code(REFRESH, {"token": pair["refreshToken"]}) == "UNAUTHENTICATED"


def test_removed_role_and_changed_password_count_at_the_next_request(library: Caller, ada: Caller) -> None:
    make = "mutation { createMember(input: $input) { id } }"
    update = "mutation { updateMember(id: $id, input: $input) { id } }"
    input = {"email": "zed@example.org", "password": PASSWORD, "roles": {"_add": [{"id": 1}]}}
    id = ada.ask(make, {"input": input})["createMember"]["id"]
    zed = library.login(MEMBERS, "zed@example.org", PASSWORD)
    assert zed.ask("{ allSuggestion { totalCount } }")

    ada.ask(update, {"id": id, "input": {"roles": {"_remove": [{"id": 1}]}}})
    assert zed.code("{ allSuggestion { totalCount } }") == "FORBIDDEN"

    assert zed.ask("{ meMember { id } }")
    ada.ask(update, {"id": id, "input": {"password": "another password"}})
    assert zed.code("{ meMember { id } }") == "UNAUTHENTICATED"
    assert library.login(MEMBERS, "zed@example.org", "another password").ask("{ meMember { id } }")

    ada.ask("mutation { deleteMember(id: $id) { id } }", {"id": id})
    assert library.code(
        LOGIN, {"profile": MEMBERS, "username": "zed@example.org", "password": "another password"}
    )


def test_custom_profile_lets_its_action_decide(tools: Caller) -> None:
    pair = tools.tokens("Badge", "wim", "badge of wim")
    assert tools.bearing(pair["jwtToken"]).ask("{ mePerson { name } }") == {"mePerson": {"name": "wim"}}
    error = tools.error(LOGIN, {"profile": "Badge", "username": "wim", "password": "wrong"})
    assert (error["message"], error["extensions"]["code"]) == (
        "Wrong credentials, please try again",
        "UNAUTHENTICATED",
    )


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def unsigned(token: AccessToken) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, {"sub": 1, "sid": token.sid}]
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        + "."
    )
