"""Who gets into the console, and how the session ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.definition.source import Outline
from app.edge import NotRenewed
from app.errors import Problem
from app.pages.rendering import HEADERS
from app.resolvers.users import disable_user
from tests.console.shop import HERE, Shop, form_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("name", "password"), [("Viewer@example.org", None), ("ada", "ada-secret-1")])
async def test_users_with_read_console_log_in_and_out(shop: Shop, name: str, password: str | None) -> None:
    async with shop.person() as person:
        came = await (person.log_in(name, password) if password else person.log_in(name))
        cookie = came.headers["set-cookie"]
        assert came.status_code == 303
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
        assert (await person.look("runs")).status_code == 200
        token = dict(person.client.cookies)
        assert (await person.send("logout")).status_code == 303
        person.client.cookies.update(token)
        assert (await person.look("runs")).headers["location"].endswith("console/shop/login")


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [
        ("viewer@example.org", "wrong", 401),
        ("nobody@example.org", "wrong", 401),
        ("ada", "wrong", 401),
        ("a\0", "\0", 401),
        ("clerk@example.org", None, 403),
        ("bob", "bob-secret-1", 403),
    ],
)
async def test_others_are_refused(shop: Shop, name: str, password: str | None, status: int) -> None:
    async with shop.person() as person:
        refused = await (person.log_in(name, password) if password else person.log_in(name))
        assert refused.status_code == status
        assert ("Wrong credentials" in refused.text) is (status == 401)
        assert (await person.look("runs")).status_code == 303


async def test_disabled_user_and_their_session_are_out(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as person:
        await disable_user(shop.server, shop.generation.application, "viewer@example.org")
        assert (await person.look("runs")).status_code == 303
        assert (await person.log_in("viewer@example.org")).status_code == 401


async def test_forged_session_is_none(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as person:
        ((name, token),) = [one for one in person.client.cookies.items() if "console" in one[0]]
        for forged in (token[:-2], token.split(".")[0], "0" * 32 + "." + token.split(".")[1], ""):
            person.client.cookies.clear()
            person.client.cookies.set(name, forged)
            assert (await person.look("runs")).status_code == 303


async def test_guesses_are_limited(own_shop: Shop) -> None:
    async with own_shop.person() as person:
        answers = [await person.log_in("viewer@example.org", "wrong") for _ in range(6)]
    assert [one.status_code for one in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_plain_http_from_other_machines_is_refused(shop: Shop) -> None:
    async with shop.person(address="192.0.2.1") as person:
        assert (await person.look("login")).status_code == 400
    async with shop.person(url="https://test", address="192.0.2.1") as person:
        came = await person.log_in("viewer@example.org")
        cookie = came.headers["set-cookie"]
        assert cookie.startswith("__Host-actionql-console-") and "Secure" in cookie


async def test_form_without_its_token_changes_nothing(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as person, shop.person("chief@example.org") as other:
        foreign = form_of((await other.look("runs")).text)
        for token in ("", "x", foreign):
            answer = await person.client.post(f"{HERE}/logout", data={"form": token})
            assert (answer.status_code, "could not be recognized" in answer.text) == (403, True)
        assert (await person.look("runs")).status_code == 200


async def test_pages_have_strict_headers_and_escape_what_they_show(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as person:
        page = await person.look("runs", params={"text": '"><script>x</script>'})
        assert {name: page.headers[name] for name in HEADERS} == HEADERS
        assert "<script" not in page.text and "Shop &lt;b&gt;" in page.text and "style=" not in page.text


async def test_problems_of_a_changed_definition_stand_above_every_page(shop: Shop) -> None:
    (file,) = shop.generation.outline.files
    problem = Problem(file, 3, "models.Order", "unknown <word>")
    shop.edge.applications.reloads.refuse(NotRenewed(datetime.now(UTC), (problem, "Rows would go.")))
    async with shop.person("viewer@example.org") as person:
        for path in ("runs", "application"):
            page = (await person.look(path)).text
            assert (
                "application.yaml:3 models.Order: unknown &lt;word&gt;" in page and "Rows would go." in page
            )
            assert str(shop.definition.parent) not in page and "outside this application" not in page
        assert ">refused<" in page
    async with shop.person() as stranger:
        assert "application.yaml:3" not in (await stranger.look("login")).text


async def test_problems_of_another_application_are_not_told_here(shop: Shop) -> None:
    other = replace(shop.generation, outline=Outline(frozenset({"theirs.yaml"})))
    shop.edge.applications.generations = [shop.generation, other]
    theirs = Problem("theirs.yaml", 7, "models.Salary", "unknown kind")
    new = Problem("new.yaml", 1, "", "the file is not UTF-8")
    refused = NotRenewed(datetime.now(UTC), (theirs, new, "3 rows of Salary would go."))
    shop.edge.applications.reloads.refuse(refused)
    async with shop.person("viewer@example.org") as person:
        page = (await person.look("runs")).text
    assert "Salary" not in page and "theirs" not in page
    assert "outside this application" in page and "new.yaml:1 the file is not UTF-8" in page


async def test_role_and_password_count_at_the_next_request(shop: Shop) -> None:
    async with shop.person() as ada, shop.person() as eve:
        await ada.log_in("ada", "ada-secret-1")
        await eve.log_in("eve", "eve-secret-1")
        login = 'mutation { login(authProfileUuid: "Staff", username: "eve", password: "eve-secret-1") { jwtToken } }'
        token = (await eve.client.post("/graphql", json={"query": login})).json()["data"]["login"]["jwtToken"]

        async def change(id: int, input: str) -> None:
            query = f"mutation {{ updateMember(id: {id}, input: {{{input}}}) {{ id }} }}"
            headers = {"Authorization": f"Bearer {token}"}
            answer = (await eve.client.post("/graphql", json={"query": query}, headers=headers)).json()
            assert "errors" not in answer, answer

        assert [(await one.look("runs")).status_code for one in (ada, eve)] == [200, 200]
        await change(1, "roles: []")
        assert (await ada.look("runs")).status_code == 403
        assert (await ada.send("runs/x/cancel")).status_code == 403
        await change(3, 'password: "another-secret-1"')
        assert (await eve.look("runs")).headers["location"].endswith("console/shop/login")
