"""Private Data Mode: nobody but builders gets in, and nobody else is told anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.permissions.requests import every_operation
from tests.permissions.serving import Answer, Serving, definition, serving, settings

pytestmark = pytest.mark.asyncio(loop_scope="package")
REFUSAL = {"code": "PRIVATE_DATA_MODE", "statusCode": 401}
MESSAGE = "redirect_to_login"
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("{ __typename }", {}),
    ("{ __schema { types { name } } }", {}),
    ("{ allNothing { id } }", {}),
    ("{ allNote { results { nothing } } }", {}),
    ("{ allNote(where: {title: {eq: 1}}) { totalCount } }", {}),
    ("{ broken", {}),
    *(("mutation ($id: ID!) { action(id: $id) }", {"id": id}) for id in ("Ping", "For nobody", "Nothing")),
    ('mutation { refreshToken(token: "x") { jwtToken } }', {}),
    ('mutation { revokeRefreshToken(token: "x") { removed } }', {}),
    (
        'mutation { generateFileUploadRequest(contentType: "a/b", fileName: "f", modelName: "X", propertyName: "y")'
        " { url } }",
        {},
    ),
]
LOGINS = [
    ("Staff", "ada@example.org", "ada password"),
    ("Staff", "ada@example.org", "wrong"),
    ("Staff", "nobody@example.org", "wrong"),
    ("Staff", "ben@example.org", "wrong"),
    ("Clients", "cal", "cal password"),
    ("Badges", "badge-ada", None),
    ("Badges", "no badge", None),
    ("no profile", "ben@example.org", "ben password"),
]


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def private(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """The application, of which ada and eve have tokens from before it went into Private Data Mode."""
    folder = tmp_path_factory.mktemp("private")
    chosen = settings(f"sqlite:///{folder / 'x.sqlite'}", folder)
    before = {}
    async with serving(chosen) as running:
        for name in ("ada", "eve"):
            before[name] = await running.pair("Staff", f"{name}@example.org", f"{name} password")
    async with serving(chosen, definition(private_data_mode=True)) as running:
        for name, pair in before.items():
            running.tokens[name] = pair["jwtToken"]
            running.tokens[f"{name} refresh"] = pair["refreshToken"]
        yield running


def refused(answer: Answer) -> None:
    """The answer is the refusal, and there is nothing beside it."""
    for error in answer.body["errors"]:
        extensions = {key: value for key, value in error["extensions"].items() if key != "requestId"}
        assert (error["message"], extensions) == (MESSAGE, REFUSAL), answer.body
    assert answer.data is None or set(answer.data.values()) == {None}
    assert answer.status == 200


async def test_private_application_refuses_everything_from_outside(private: Serving) -> None:
    for token in (None, private.tokens["ada"], private.tokens["eve"], "no.token.really"):
        for query, variables in [*every_operation(), *OTHERS]:
            refused(await private.ask(query, variables, token))


async def test_private_application_refuses_logins_of_all_but_builders(private: Serving) -> None:
    for login in LOGINS:
        refused(await private.login(*login))


async def test_private_application_refuses_tokens_from_before(private: Serving) -> None:
    refresh = private.tokens["eve refresh"]
    for operation in ("refreshToken(token: $t) { jwtToken }", "revokeRefreshToken(token: $t) { removed }"):
        refused(await private.ask(f"mutation ($t: String!) {{ {operation} }}", {"t": refresh}))


async def test_private_application_refuses_the_http_form_of_actions(private: Serving) -> None:
    uuid = private.generation.application.uuid.hex
    for action in ("Ping", "Nothing"):
        answered = await private.client.get(f"/api/runtime/{uuid}/action/{action}/x")
        assert answered.status_code == 401
        assert (answered.json()["error"]["code"], answered.json()["error"]["message"]) == (
            REFUSAL["code"],
            MESSAGE,
        )


async def test_private_application_lets_builders_in(private: Serving) -> None:
    ben = await private.pair("Staff", "ben@example.org", "ben password")
    read = await private.ask("{ allNote { totalCount } mePerson { name } }", token=ben["jwtToken"])
    assert read.body == {"data": {"allNote": {"totalCount": 7}, "mePerson": {"name": "Ben"}}}
    renew = "mutation ($t: String!) { refreshToken(token: $t) { jwtToken refreshToken } }"
    renewed = await private.ask(renew, {"t": ben["refreshToken"]})
    assert renewed.code is None
    assert (await private.act("Ping", renewed.data["refreshToken"]["jwtToken"])).data == {
        "action": {"results": "pong"}
    }
    # A builder gets in, but no further than the grants go.
    assert (await private.ask("{ allComment { totalCount } }", token=ben["jwtToken"])).code == "FORBIDDEN"


async def test_private_application_shows_browsers_no_names_of_models(private: Serving) -> None:
    page = await private.client.get("/graphql", headers={"accept": "text/html"})
    assert not any(name in page.text for name in ("allNote", "allTeam", "Person"))


async def test_live_application_is_never_private(sqlite_database: str, tmp_path: Path) -> None:
    application = definition(private_data_mode=True, status="live")
    async with serving(settings(sqlite_database, tmp_path), application) as running:
        assert (await running.ask("{ allTeam { totalCount } }")).data == {"allTeam": {"totalCount": 2}}
        assert (await running.login("Staff", "ada@example.org", "wrong")).code == "UNAUTHENTICATED"
        await running.pair("Staff", "ada@example.org", "ada password")
