from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from app.errors import ActionQLError, PrivateDataMode, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.resolvers.authenticate import authenticate
from app.resolvers.tokens import Standing

LATER = datetime(2100, 1, 1, tzinfo=UTC)
ADA = Principal(profile="Staff", model="Person", record={"id": 1})


class Tokens:
    """Knows one token."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], Principal] = {}

    def read(self, text: str) -> str:
        if text != "good":
            raise Unauthenticated("The token is not valid.")
        return text

    def recall(self, claims: str, version: int) -> Principal | None:
        return self.known.get((claims, version))

    def find(self, claims: str) -> Standing:
        return Standing(ADA, LATER)

    def remember(self, claims: str, found: Standing, version: int) -> None:
        self.known[claims, version] = found.principal


class Database:
    def __init__(self) -> None:
        self.now = 1
        self.reads = 0

    def version(self) -> int:
        return self.now

    async def read(self, work: Any) -> Any:
        self.reads += 1
        return work()


class Unreachable:
    async def read(self, work: Any) -> NoReturn:
        raise AssertionError("the database was asked")


def generation(private: bool = False) -> Any:
    return SimpleNamespace(tokens=Tokens(), permissions=SimpleNamespace(private=private))


def server(database: Any) -> Any:
    return SimpleNamespace(database=database)


@pytest.mark.parametrize("header", [None, "", "   "])
async def test_authenticate_without_credentials_is_anybody(header: str | None) -> None:
    assert await authenticate(server(Unreachable()), generation(), header) is ANYBODY


@pytest.mark.parametrize("header", ["Bearer good", "bearer good", "BEARER  good "])
async def test_authenticate_with_a_bearer_token_is_who_it_stands_for(header: str) -> None:
    assert await authenticate(server(Database()), generation(), header) is ADA


async def test_authenticate_reads_again_once_the_database_has_changed() -> None:
    database, known = Database(), generation()
    for now, reads in ((1, 1), (1, 1), (2, 2), (2, 2)):
        database.now = now
        assert await authenticate(server(database), known, "Bearer good") is ADA
        assert database.reads == reads


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer  ", "Basic good", "good", "Bearer bad", "Bearergood", "Bearer good good"]
)
async def test_authenticate_with_other_credentials_refuses(header: str, private: bool) -> None:
    refusal: type[ActionQLError] = PrivateDataMode if private else Unauthenticated
    with pytest.raises(refusal):
        await authenticate(server(Unreachable()), generation(private), header)
