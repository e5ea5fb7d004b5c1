"""The media library from the first login to a file that was uploaded by an action which called the server itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import PASSWORD, QUICK, SECRETS, SYSTEM, NewDatabase
from tests.end_to_end.databases import run_sql, scalar
from tests.end_to_end.pictures import png
from tests.support.files import FileServer
from tests.support.server import running_server

UPLOAD = "7a4e0b0e5d5c4c0fb3a4f0a1b2c3d4e5"
TRIGGER = "9b3d1f0c2e4a4a5b8c7d6e5f4a3b2c1d"
SESSIONS = "SELECT count(*) FROM actionql_session"
TOKENS = "SELECT count(*) FROM taskings__jwt_token"


@dataclass(frozen=True, slots=True)
class Walk:
    """A media library of its own, its user, and the database behind it."""

    system: Caller
    database: str

    async def logins(self) -> int:
        """How often somebody has logged in."""
        return int(await scalar(self.database, SESSIONS))


@pytest.fixture(scope="module")
def walk(
    new_database: NewDatabase,
    tmp_path_factory: pytest.TempPathFactory,
    client: httpx.Client,
    outbound: dict[str, str],
) -> Iterator[Walk]:
    data = tmp_path_factory.mktemp("state") / "data"
    with new_database() as url:
        env = {**SECRETS, **QUICK, **outbound, "DATABASE_URL": url}
        with running_server(data=data, env=env) as server:
            anybody = Caller(client, f"{server.url}/graphql", secrets=(PASSWORD, str(data)))
            yield Walk(anybody.login(SYSTEM, "system", PASSWORD), url)


def test_login_answers_a_pair_of_the_profiles_lifetimes(walk: Walk) -> None:
    pair = walk.system.tokens(SYSTEM, "system", PASSWORD)
    assert (pair["accessExpiresIn"], pair["refreshExpiresIn"], pair["isValid"]) == (7200, 259_200, True)


def test_uploaded_file_comes_back_byte_for_byte(walk: Walk, files: FileServer) -> None:
    picture = png(shade=1)
    url = files.serve("/holiday%20snap.png", picture, headers={"Content-Type": "text/html"})
    made = walk.system.action(UPLOAD, {"file": url})
    media = "{ allMedia(sort: {field: id, order: DESC}, take: 1) { results { id file { name url } } totalCount } }"
    (newest,) = walk.system.ask(media)["allMedia"]["results"]
    assert (newest["id"], newest["file"]["name"]) == (made, "holiday snap.png")
    answer = walk.system.client.get(newest["file"]["url"])
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_file_address_that_was_touched_leads_nowhere(walk: Walk, files: FileServer) -> None:
    walk.system.action(UPLOAD, {"file": files.serve("/touched.png", png(shade=2))})
    media = "{ allMedia(sort: {field: id, order: DESC}, take: 1) { results { file { url } } } }"
    url = walk.system.ask(media)["allMedia"]["results"][0]["file"]["url"]
    for touched in (url[:-2], url.replace("touched.png", "other.png"), url.partition("?")[0]):
        assert walk.system.client.get(touched).status_code == 404


async def test_trigger_logs_in_once_for_as_long_as_its_token_is_good(walk: Walk, files: FileServer) -> None:
    url = files.serve("/triggered.png", png(shade=3))
    before, had = await walk.logins(), total(walk)
    first = walk.system.action(TRIGGER, {"file_url": url})
    assert (await walk.logins(), total(walk)) == (before + 1, had + 1)
    second = walk.system.action(TRIGGER, {"file_url": url})
    assert (await walk.logins(), total(walk)) == (before + 1, had + 2)
    assert (isinstance(first, int), second) == (True, first + 1)
    assert await scalar(walk.database, TOKENS) == 1

    past = "UPDATE taskings__jwt_token SET expires_at = '2020-01-01T00:00:00.000000+00:00'"
    await run_sql(walk.database, past)
    walk.system.action(TRIGGER, {"file_url": url})
    assert (await walk.logins(), total(walk)) == (before + 2, had + 3)
    assert await scalar(walk.database, TOKENS) == 1


async def test_runs_are_recorded_with_the_steps_they_took(walk: Walk, files: FileServer) -> None:
    walk.system.action(TRIGGER, {"file_url": files.serve("/recorded.png", png(shade=4))})
    runs = await run_sql(
        walk.database, "SELECT action_name, state, door, principal FROM actionql_run ORDER BY ended"
    )
    assert runs[-2:] == [
        ("Upload file", "completed", "graphql", "System:1"),
        ("Trigger next-gen file upload", "completed", "graphql", "System:1"),
    ]


async def test_run_that_fails_is_recorded_and_leaves_no_media(walk: Walk, files: FileServer) -> None:
    had = total(walk)
    assert walk.system.refused(UPLOAD, {"file": f"{files.url}/missing.png"}) == "STEP_FAILED"
    assert total(walk) == had
    failed = await run_sql(
        walk.database, "SELECT action_name, reason FROM actionql_run WHERE state = 'fatal_errored'"
    )
    assert failed == [("Upload file", "STEP_FAILED")]


def total(walk: Walk) -> int:
    """How many media there are."""
    return int(walk.system.ask("{ allMedia(take: 0) { totalCount } }")["allMedia"]["totalCount"])
