"""Logins can't be told apart or guessed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import pytest_asyncio
from argon2 import PasswordHasher, extract_parameters

from tests.permissions.serving import PROFILES, Answer, Serving, serving, settings

pytestmark = pytest.mark.asyncio(loop_scope="package")
WRONG = "Wrong credentials, please try again"
FAILURES = {
    "wrong password": ("Staff", "ada@example.org", "wrong password"),
    "unknown user": ("Staff", "nobody@example.org", "wrong password"),
    "no such form of a name": ("Staff", "nobody", "wrong password"),
    "no name": ("Staff", None, None),
    "empty": ("Staff", "", ""),
    "user of another profile": ("Clients", "ada@example.org", "ada password"),
    "unknown profile": ("0" * 32, "ada@example.org", "ada password"),
    "no uuid": ("nothing", "ada@example.org", "ada password"),
    "zero byte": ("Staff", "ada@example.org\0", "ada password"),
    "password in other case": ("Staff", "ada@example.org", "ADA password"),
    "name in other case": ("Staff", "ADA@example.org", "ada password"),
    "a hash for a password": ("Staff", "ada@example.org", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"),
    "a password of 100 kB": ("Staff", "ada@example.org", "p" * 100_000),
    "wildcards": ("Staff", "%", "%"),
    "unknown badge": ("Badges", "no badge", None),
    "no badge at all": ("Badges", None, None),
}


def told(answer: Answer) -> tuple[Any, ...]:
    """All that a caller sees of a failed login, but for the request id."""
    (error,) = answer.body["errors"]
    extensions = {key: value for key, value in error["extensions"].items() if key != "requestId"}
    return answer.status, answer.data, error["message"], error.get("path"), extensions


@pytest.mark.parametrize("login", FAILURES.values(), ids=FAILURES)
async def test_login_that_fails_says_the_same_whatever_is_wrong(
    alone: Serving, login: tuple[str, str | None, str | None]
) -> None:
    wrong = {"code": "UNAUTHENTICATED", "statusCode": 401}
    assert told(await alone.login(*login)) == (200, {"login": None}, WRONG, ["login"], wrong)


class Verifications:
    """Counts what argon2 verifies, and with which parameters."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[Any] = []
        real = PasswordHasher.verify

        def verify(hasher: PasswordHasher, stored: Any, password: Any) -> Any:
            self.seen.append(extract_parameters(stored))
            return real(hasher, stored, password)

        monkeypatch.setattr(PasswordHasher, "verify", verify)


async def test_login_that_fails_costs_the_same_whatever_is_wrong(
    alone: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifications = Verifications(monkeypatch)
    costs = {}
    for what, login in FAILURES.items():
        if login[0] == "Badges":
            continue
        del verifications.seen[:], alone.watched.statements[:]
        await alone.login(*login)
        costs[what] = list(verifications.seen), set(alone.watched.statements)
    ((expected,), asked) = costs["wrong password"]
    assert (expected.memory_cost, expected.time_cost, expected.parallelism) == (8, 1, 1)
    assert all(seen == [expected] for seen, _ in costs.values())
    # The statements tell nothing either: of a user that is there and of one that is not they are the same.
    assert len(asked) == 1
    for what in ("unknown user", "no such form of a name", "name in other case", "wildcards", "empty"):
        assert costs[what][1] == asked, what


def auc(first: Sequence[float], second: Sequence[float]) -> float:
    """How often a sample of the first is above one of the second; a half says that nothing can be told."""
    above = sum((one > other) + (one == other) / 2 for one in first for other in second)
    return above / (len(first) * len(second))


async def test_login_that_fails_takes_the_same_time_for_known_and_unknown_users(
    sqlite_database: str, tmp_path: Path
) -> None:
    """By the processor's time, which does not depend on what else the machine does; taken in turns."""
    chosen = settings(sqlite_database, tmp_path, argon2_memory_kib=4096, argon2_time_cost=1)
    logins = [FAILURES[what] for what in ("wrong password", "unknown user", "unknown profile")]
    async with serving(chosen) as served:
        taken: list[list[float]] = [[] for _ in logins]
        await take_in_turns(served, logins, taken)
        # Chance tells them apart once in a hundred times; what differs is told by more samples too.
        while len(taken[0]) < 400 and not alike(taken):
            await take_in_turns(served, logins, taken)
    assert alike(taken)
    known, _, elsewhere = taken
    # An unknown profile is no secret, but it is as slow all the same.
    assert median(elsewhere) > median(known) * 0.7


def alike(taken: Sequence[Sequence[float]]) -> bool:
    """Whether the first two kinds of login cannot be told apart by what they cost."""
    return 0.40 <= auc(taken[0], taken[1]) <= 0.60


async def take_in_turns(served: Serving, logins: list[Any], taken: list[list[float]]) -> None:
    """Adds what each of the logins costs 130 times, after some that warm up."""
    for round in range(140):
        for index in (0, 1, 2) if round % 2 else (2, 1, 0):
            before = time.process_time()
            await served.login(*logins[index])
            if round >= 10:
                taken[index].append(time.process_time() - before)


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def limits(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """The application with the limits that it has by default."""
    folder = tmp_path_factory.mktemp("limits")
    given = {"login_per_account_minute": 5, "login_per_address_minute": 20}
    async with serving(settings(f"sqlite:///{folder / 'x.sqlite'}", folder, **given)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def limited(limits: Serving, request: pytest.FixtureRequest) -> AsyncIterator[Serving]:
    """The same, called from an address that is the test's own."""
    async with limits.client_at(request.node.name) as client:
        yield replace(limits, client=client)


def too_many(answer: Answer) -> None:
    (error,) = answer.body["errors"]
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("TOO_MANY_REQUESTS", 429)
    assert 0 < error["extensions"]["retryAfter"] <= 60
    assert answer.data == {"login": None}


async def test_logins_to_one_account_are_limited(limited: Serving) -> None:
    for _ in range(5):
        assert (await limited.login("Staff", "ada@example.org", "wrong")).code == "UNAUTHENTICATED"
    # The right password comes too late, for as long as somebody guesses.
    too_many(await limited.login("Staff", "ada@example.org", "ada password"))
    assert (await limited.login("Staff", "bob@example.org", "bob password")).code is None


async def test_logins_to_one_account_are_limited_across_profiles(limited: Serving) -> None:
    for profile in ("Staff", PROFILES["Staff"].upper(), "Clients", "Badges", "nothing"):
        assert (await limited.login(profile, "ada@example.org", "wrong")).code == "UNAUTHENTICATED"
    for profile in ("Staff", "Clients", "Badges", "nothing"):
        too_many(await limited.login(profile, "ada@example.org", "ada password"))


async def test_logins_from_one_address_are_limited(limited: Serving) -> None:
    for number in range(20):
        assert (await limited.login("Staff", f"user{number}@example.org", "wrong")).code == "UNAUTHENTICATED"
    too_many(await limited.login("Staff", "ada@example.org", "ada password"))
    async with limited.client_at("elsewhere") as client:
        answer = await replace(limited, client=client).login("Staff", "ada@example.org", "ada password")
        assert answer.code is None


SEVERAL = [
    "mutation { a: login(%s) { isValid } b: login(%s) { isValid } }",
    "mutation { login(%s) { isValid } again: login(%s) { isValid } }",
    "mutation { ...one ...two } fragment one on Mutation { a: login(%s) { isValid } } "
    "fragment two on Mutation { b: login(%s) { isValid } }",
    "mutation { a: login(%s) { isValid } ... on Mutation { b: login(%s) { isValid } } }",
    "mutation A { login(%s) { isValid } } mutation B { login(%s) { isValid } }",
]


@pytest.mark.parametrize("query", SEVERAL)
async def test_document_with_several_logins_tries_none(
    limited: Serving, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    verifications = Verifications(monkeypatch)
    arguments = 'authProfileUuid: "Staff", username: "ada@example.org", password: "wrong"'
    document = query % (arguments, arguments)
    answer = await limited.ask(document)
    assert (answer.code, answer.data) == ("GRAPHQL_VALIDATION_FAILED", None)
    batch = await limited.client.post("/graphql", json=[{"query": document}, {"query": document}])
    assert batch.status_code == 400
    assert verifications.seen == []


async def test_login_by_get_is_not_tried(limited: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    verifications = Verifications(monkeypatch)
    query = 'mutation { login(authProfileUuid: "Staff", username: "a", password: "b") { isValid } }'
    answered = await limited.client.get("/graphql", params={"query": query})
    assert answered.status_code == 405
    assert verifications.seen == []
