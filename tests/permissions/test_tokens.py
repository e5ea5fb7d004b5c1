"""Access and refresh tokens over HTTP: forged, stale, foreign, raced for and used twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.resolvers import standings, tokens
from tests.permissions.forgeries import OTHER, b64, forgeries, signed, unb64
from tests.permissions.serving import Answer, Serving, definition, serving, settings

pytestmark = pytest.mark.asyncio(loop_scope="package")
ME = "{ mePerson { name } }"
REFRESH = "mutation ($t: String!) { refreshToken(token: $t) { jwtToken refreshToken } }"
REVOKE = "mutation ($t: String!) { revokeRefreshToken(token: $t) { removed } }"
ADA = ("Staff", "ada@example.org", "ada password")


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def strict(place: Callable[[], tuple[str, Path]]) -> AsyncIterator[Serving]:
    """The application on each kind of database; no refresh token is good for a second use."""
    async with serving(settings(*place(), refresh_grace_seconds=0)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def changing(place: Callable[[], tuple[str, Path]]) -> AsyncIterator[Serving]:
    """The application on each kind of database; each test changes people of its own, and eve has a token."""
    async with serving(settings(*place())) as running:
        running.tokens["eve"] = (await running.pair("Staff", "eve@example.org", "eve password"))["jwtToken"]
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def two(sqlite_database: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """Two applications alike on one server, with one keystore and one database."""
    other = definition(name="other", uuid=OTHER)
    async with serving(settings(sqlite_database, tmp_path), definition(), other) as running:
        yield running


async def refused(served: Serving, query: str, token: str, application: int = 0) -> None:
    answer = await served.ask(query, token=token, application=application)
    assert (answer.codes, answer.messages) == (["UNAUTHENTICATED"], ["The token is not valid."]), answer.body
    assert "data" not in answer.body


async def refresh(served: Serving, token: str, application: int = 0) -> Answer:
    return await served.ask(REFRESH, {"t": token}, application=application)


async def test_access_token_that_is_forged_is_refused(alone: Serving) -> None:
    pair = await alone.pair(*ADA)
    token, key = pair["jwtToken"], alone.server.keystore.secret("access-token")
    header, payload, _ = token.split(".")
    assert signed(unb64(header), unb64(payload), key).count(".") == 2
    resigned = signed(unb64(header), unb64(payload), key)
    assert (await alone.ask(ME, token=resigned)).data == {"mePerson": {"name": "Ada"}}
    tried = 0
    for what, forged in forgeries(token, pair["refreshToken"], key):
        answer = await alone.ask(ME, token=forged)
        assert (answer.code, answer.messages, answer.data) == (
            "UNAUTHENTICATED",
            ["The token is not valid."],
            None,
        ), what
        tried += 1
    assert tried > 40
    assert (await alone.ask(ME, token=token)).code is None


async def test_access_token_says_who_calls_by_its_session_alone(alone: Serving) -> None:
    """Even under the server's own signature other claims about the user make nobody else of the caller."""
    token, key = (await alone.pair(*ADA))["jwtToken"], alone.server.keystore.secret("access-token")
    header, payload, _ = token.split(".")
    claims = unb64(payload) | {"user_id": 4, "roles": ["auditor", "manager"]}
    answer = await alone.ask(
        "{ mePerson { name } allPerson { totalCount } }", token=signed(unb64(header), claims, key)
    )
    assert answer.data == {"mePerson": {"name": "Ada"}, "allPerson": {"totalCount": 1}}


@pytest.mark.parametrize(
    "header", ["Basic YWRhOmFkYQ==", "Bearer", "Bearer ", "Token {}", "{}", "Bearer {} {}", "Bearer: {}"]
)
async def test_authorization_of_another_form_is_refused(alone: Serving, header: str) -> None:
    token = (await alone.pair(*ADA))["jwtToken"]
    answer = await alone.ask("{ __typename }", headers={"authorization": header.format(token, token)})
    assert (answer.code, answer.data) == ("UNAUTHENTICATED", None)


def later(**by: float) -> type[datetime]:
    """A clock that is ahead."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(**by)

    return Later


async def test_tokens_expire_although_they_have_been_seen_before(
    alone: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = await alone.pair(*ADA)
    monkeypatch.setattr(tokens, "datetime", later(seconds=7_190))
    assert (await alone.ask(ME, token=pair["jwtToken"])).code is None
    monkeypatch.setattr(tokens, "datetime", later(seconds=7_200))
    await refused(alone, ME, pair["jwtToken"])
    renewed = (await refresh(alone, pair["refreshToken"])).data["refreshToken"]
    assert (await alone.ask(ME, token=renewed["jwtToken"])).code is None
    # A refresh does not lengthen the session: three days after the login it is over.
    monkeypatch.setattr(tokens, "datetime", later(days=3))
    assert (await refresh(alone, renewed["refreshToken"])).code == "UNAUTHENTICATED"


async def test_access_token_of_a_session_that_has_ended_is_refused_although_it_says_it_is_good(
    alone: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, key = (await alone.pair(*ADA))["jwtToken"], alone.server.keystore.secret("access-token")
    header, payload, _ = token.split(".")
    claims = unb64(payload)
    long = signed(unb64(header), claims | {"exp": claims["exp"] + 10 * 86_400}, key)
    assert (await alone.ask(ME, token=long)).code is None
    for module in (tokens, standings):
        monkeypatch.setattr(module, "datetime", later(days=3))
    await refused(alone, ME, long)


async def test_change_by_another_process_counts_at_the_next_request(
    sqlite_database: str, tmp_path: Path
) -> None:
    async with serving(settings(sqlite_database, tmp_path)) as one:
        token = (await one.pair(*ADA))["jwtToken"]
        for _ in range(2):
            assert (await one.ask(ME, token=token)).data == {"mePerson": {"name": "Ada"}}
        with closing(sqlite3.connect(sqlite_database.removeprefix("sqlite:///"))) as other, other:
            other.execute("UPDATE actionql_session SET revoked = 1")
        await refused(one, ME, token)


async def test_tokens_of_another_application_are_refused(two: Serving) -> None:
    mine, others = await two.pair(*ADA), await two.pair(*ADA, application=1)
    await refused(two, ME, mine["jwtToken"], application=1)
    await refused(two, ME, others["jwtToken"])
    for token, application in ((mine["refreshToken"], 1), (others["refreshToken"], 0)):
        assert (await refresh(two, token, application)).code == "UNAUTHENTICATED"
        assert (await two.ask(REVOKE, {"t": token}, application=application)).code == "UNAUTHENTICATED"
    for pair, application in ((mine, 0), (others, 1)):
        assert (await two.ask(ME, token=pair["jwtToken"], application=application)).code is None
        assert (await refresh(two, pair["refreshToken"], application)).code is None


async def test_refresh_token_that_is_forged_is_refused(alone: Serving) -> None:
    pair = await alone.pair(*ADA)
    token = pair["refreshToken"]
    version, session, counter, mac = token.split(".")
    for forged in (
        f"{version}.{session}.1.{mac}",
        f"{version}.{session}.{counter}.{mac[:-1]}",
        f"v2.{session}.{counter}.{mac}",
        f"{version}.{b64(b'0' * 32)}.{counter}.{mac}",
        pair["jwtToken"],
        f"{token} ",
        "",
        "x" * 10_000,
    ):
        answer = await refresh(alone, forged)
        assert (answer.code, answer.messages) == ("UNAUTHENTICATED", ["The token is not valid."])
        assert answer.data == {"refreshToken": None}
    assert (await refresh(alone, token)).code is None


async def race(served: Serving, token: str) -> list[str]:
    """The refresh tokens that 64 requests at once get for one."""
    answers = await asyncio.gather(*(refresh(served, token) for _ in range(64)))
    assert {answer.code for answer in answers} <= {None, "UNAUTHENTICATED"}
    return [answer.data["refreshToken"]["refreshToken"] for answer in answers if answer.code is None]


async def test_race_of_refreshes_has_one_successor(callers: Serving) -> None:
    pair = await callers.pair(*ADA)
    successors = await race(callers, pair["refreshToken"])
    assert (len(successors), len(set(successors))) == (64, 1)
    assert (await refresh(callers, successors[0])).code is None
    assert (await callers.ask(ME, token=pair["jwtToken"])).code is None


async def test_race_of_refreshes_without_grace_has_one_successor_and_looks_like_theft(
    strict: Serving,
) -> None:
    pair = await strict.pair(*ADA)
    (successor,) = await race(strict, pair["refreshToken"])
    assert (await refresh(strict, successor)).code == "UNAUTHENTICATED"
    await refused(strict, ME, pair["jwtToken"])


async def old_one_ends_the_family(served: Serving, steps: int) -> None:
    pairs, bystander = [await served.pair(*ADA)], await served.pair(*ADA)
    for _ in range(steps):
        pairs.append((await refresh(served, pairs[-1]["refreshToken"])).data["refreshToken"])
    assert (await served.ask(ME, token=pairs[0]["jwtToken"])).code is None
    assert (await refresh(served, pairs[0]["refreshToken"])).code == "UNAUTHENTICATED"
    for pair in pairs:
        await refused(served, ME, pair["jwtToken"])
        assert (await refresh(served, pair["refreshToken"])).code == "UNAUTHENTICATED"
    assert (await served.ask(ME, token=bystander["jwtToken"])).code is None
    assert (await refresh(served, bystander["refreshToken"])).code is None


@pytest.mark.parametrize("steps", [2, 3])
async def test_refresh_token_that_is_old_ends_its_family(alone: Serving, steps: int) -> None:
    await old_one_ends_the_family(alone, steps)


@pytest.mark.parametrize("steps", [1, 3])
async def test_refresh_token_that_was_used_ends_its_family_where_there_is_no_grace(
    strict: Serving, steps: int
) -> None:
    await old_one_ends_the_family(strict, steps)


async def test_refresh_token_before_the_current_one_gets_the_current_one_again(alone: Serving) -> None:
    first = await alone.pair(*ADA)
    second = (await refresh(alone, first["refreshToken"])).data["refreshToken"]
    again = (await refresh(alone, first["refreshToken"])).data["refreshToken"]
    assert again["refreshToken"] == second["refreshToken"] != first["refreshToken"]
    assert (await refresh(alone, second["refreshToken"])).code is None


async def test_revoked_session_ends_with_all_its_tokens(callers: Serving) -> None:
    first = await callers.pair(*ADA)
    second = (await refresh(callers, first["refreshToken"])).data["refreshToken"]
    # Any token of the family ends it, an old one too.
    revoked = await callers.ask(REVOKE, {"t": first["refreshToken"]})
    assert revoked.data == {"revokeRefreshToken": {"removed": True}}
    for pair in (first, second):
        await refused(callers, ME, pair["jwtToken"])
        assert (await refresh(callers, pair["refreshToken"])).code == "UNAUTHENTICATED"
    again = await callers.ask(REVOKE, {"t": first["refreshToken"]})
    assert again.data == {"revokeRefreshToken": {"removed": False}}


@pytest.mark.parametrize(
    ("name", "action", "input"),
    [
        ("rex", "Remove person", {"id": 10}),
        ("bob", "Change password", {"id": 2, "password": "another password"}),
    ],
)
async def test_user_that_is_gone_or_has_a_new_password_refreshes_no_more(
    changing: Serving, name: str, action: str, input: dict[str, Any]
) -> None:
    login = ("Staff", f"{name}@example.org", f"{name} password")
    pair = await changing.pair(*login)
    assert (await changing.ask(ME, token=pair["jwtToken"])).code is None
    assert (await changing.act(action, changing.tokens["eve"], input)).code is None
    await refused(changing, ME, pair["jwtToken"])
    assert (await refresh(changing, pair["refreshToken"])).code == "UNAUTHENTICATED"
    assert (await changing.login(*login)).code == "UNAUTHENTICATED"


async def test_role_that_is_taken_away_counts_at_once_and_is_not_in_the_next_token(changing: Serving) -> None:
    comments = "{ allComment { totalCount } }"
    pair = await changing.pair(*ADA)
    assert unb64(pair["jwtToken"].split(".")[1])["roles"] == ["member"]
    assert (await changing.ask(comments, token=pair["jwtToken"])).code is None
    assert (await changing.act("Take roles", changing.tokens["eve"], {"id": 1})).code is None
    assert (await changing.ask(comments, token=pair["jwtToken"])).code == "FORBIDDEN"
    renewed = (await refresh(changing, pair["refreshToken"])).data["refreshToken"]
    assert unb64(renewed["jwtToken"].split(".")[1])["roles"] == []


async def test_session_of_a_custom_profile_outlives_no_user_either(changing: Serving) -> None:
    badge = await changing.pair("Badges", "badge-max")
    assert (await changing.ask(ME, token=badge["jwtToken"])).data == {"mePerson": {"name": "Max"}}
    # Nobody who owns a note can be removed.
    assert (await changing.ask("mutation { deleteNote(id: 4) { id } }", token=badge["jwtToken"])).code is None
    assert (await changing.act("Remove person", changing.tokens["eve"], {"id": 3})).code is None
    await refused(changing, ME, badge["jwtToken"])
