from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.errors import ActionQLError, PrivateDataMode, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.resolvers.authenticate import authenticate

ADA = Principal(profile="Staff", model="Person", record={"id": 1})


class Tokens:
    """Knows one token."""

    def read(self, text: str) -> str:
        if text != "good":
            raise Unauthenticated("The token is not valid.")
        return text


class Standings:
    """Knows whom it stands for."""

    async def find(self, token: str) -> Principal:
        assert token == "good"
        return ADA


def generation(private: bool = False) -> Any:
    return SimpleNamespace(
        tokens=Tokens(), standings=Standings(), permissions=SimpleNamespace(private=private)
    )


@pytest.mark.parametrize("header", [None, "", "   "])
async def test_authenticate_without_credentials_is_anybody(header: str | None) -> None:
    assert await authenticate(generation(), header) is ANYBODY


@pytest.mark.parametrize("header", ["Bearer good", "bearer good", "BEARER  good "])
async def test_authenticate_with_a_bearer_token_is_who_it_stands_for(header: str) -> None:
    assert await authenticate(generation(), header) is ADA


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer  ", "Basic good", "good", "Bearer bad", "Bearergood", "Bearer good good"]
)
async def test_authenticate_with_other_credentials_refuses(header: str, private: bool) -> None:
    refusal: type[ActionQLError] = PrivateDataMode if private else Unauthenticated
    with pytest.raises(refusal):
        await authenticate(generation(private), header)
