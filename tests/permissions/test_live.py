"""The schema of a live application is for those with the privilege `read_schema`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from app.auth.keystore import Keystore
from tests.permissions.serving import Serving, definition, serving, settings

pytestmark = pytest.mark.asyncio(loop_scope="package")
INTROSPECTIONS = [
    "{ __schema { types { name } } }",
    '{ __type(name: "Note") { name } }',
    '{ again: __type(name: "Note") { name } }',
    "query A { ... on Query { __schema { types { name } } } }",
    "{ ...a } fragment a on Query { ...b } fragment b on Query { __schema { types { name } } }",
    "{ allTeam { totalCount } __schema { types { name } } }",
]
BROWSER = {"accept": "text/html"}


@pytest_asyncio.fixture(loop_scope="package", scope="module", params=["live", "production"])
async def live(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Serving]:
    """A live application, or one under development on a server that is in production."""
    folder = tmp_path_factory.mktemp("live")
    given: dict[str, Any] = {}
    application = definition(status="live")
    if request.param == "production":
        Keystore.load(folder / "keystore.json", create=True)
        given = {"environment": "production", "keystore": folder / "keystore.json"}
        application = definition()
    async with serving(settings(f"sqlite:///{folder / 'x.sqlite'}", folder, **given), application) as running:
        for name in ("ada", "ina"):
            pair = await running.pair("Staff", f"{name}@example.org", f"{name} password")
            running.tokens[name] = pair["jwtToken"]
        yield running


async def test_introspection_of_a_live_application_wants_the_privilege(live: Serving) -> None:
    for query in INTROSPECTIONS:
        anonymous, ada, ina = [
            await live.ask(query, token=live.tokens.get(name)) for name in ("", "ada", "ina")
        ]
        assert (anonymous.code, anonymous.data) == ("UNAUTHENTICATED", None), query
        assert (ada.code, ada.data) == ("FORBIDDEN", None), query
        assert ina.code is None, query


async def test_introspection_by_get_wants_the_privilege(live: Serving) -> None:
    answered = await live.client.get("/graphql", params={"query": INTROSPECTIONS[0]})
    assert answered.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_typename_is_answered_to_anybody(live: Serving) -> None:
    assert (await live.ask("{ __typename allTeam { __typename } }")).data == {
        "__typename": "Query",
        "allTeam": {"__typename": "TeamPage"},
    }


async def test_errors_of_a_live_application_suggest_no_names(live: Serving) -> None:
    for query, variables in (
        ("{ allTeams { totalCount } }", {}),
        ("{ allTeam { results { nam } } }", {}),
        ("{ allTeam(wher: {}) { totalCount } }", {}),
        ("query ($w: JSON) { allTeam(where: $w) { totalCount } }", {"w": {"nam": {"eq": "x"}}}),
    ):
        answer = await live.ask(query, variables)
        assert answer.codes
        assert not any("Did you mean" in message for message in answer.messages), answer.messages


async def test_graphiql_of_a_live_application_wants_the_privilege(live: Serving) -> None:
    for name, status in (("", 403), ("ada", 403), ("ina", 200)):
        bearer = {"authorization": f"Bearer {live.tokens[name]}"} if name else {}
        page = await live.client.get("/graphql", headers={**BROWSER, **bearer})
        assert page.status_code == status, name
        assert ("graphiql" in page.text) is (status == 200)


async def test_schema_of_an_application_under_development_is_open(alone: Serving) -> None:
    assert (await alone.client.get("/graphql", headers=BROWSER)).status_code == 200
    for query in INTROSPECTIONS:
        assert (await alone.ask(query)).code is None
