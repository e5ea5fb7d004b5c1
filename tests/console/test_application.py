"""What the console shows of the application itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from app.definition.model import ScheduleTrigger
from app.errors import ActionQLError, Forbidden, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.resolvers.actions import run_action
from app.resolvers.context import Context
from app.resolvers.entrances import Entrance, entrances, following_slots
from tests.console.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALL = dict.fromkeys(("anybody", "any user", "clerk", "viewer", "chief", "caller"), "all")
NOBODY = dict.fromkeys(ALL, "none")


def operator(shop: Shop) -> Context:
    """Who may read the console."""
    privileges = frozenset({"read_console"})
    return shop.anybody._replace(principal=Principal(record={"id": "1"}, privileges=privileges))


def ways(shop: Shop) -> dict[tuple[str, str], Entrance]:
    return {(way.door, way.name): way for way in entrances(operator(shop))}


async def test_entrances_are_open_to_whom_the_definition_names(shop: Shop) -> None:
    assert {name: way.who for name, way in ways(shop).items() if not way.by} == {
        ("GraphQL, REST", "Say"): ALL,
        ("GraphQL, REST", "Fail order"): ALL,
        ("GraphQL, REST", "Ask"): ALL,
        ("GraphQL, REST", "Fail once"): ALL,
        ("GraphQL, REST", "Write to"): ALL,
        ("GraphQL, REST", "Odd"): ALL,
        ("GraphQL, REST", "Count orders"): {**NOBODY, "viewer": "all"},
        ("Incoming API", "/phixflow/api/1/action/counted/trigger"): ALL,
        ("Incoming API", "/phixflow/api/1/action/shop/Import orders/trigger"): {**NOBODY, "caller": "all"},
        ("endpoint", "GET /v1/count"): ALL,
        ("endpoint", "GET /v1/staff/count"): {**NOBODY, "viewer": "all"},
        ("endpoint", "GET /v1/staff/all"): {**NOBODY, "viewer": "all"},
        ("generated endpoint", "GET /v1/ledgers"): {**NOBODY, "chief": "all"},
        ("generated endpoint", "POST, PUT, DELETE /v1/ledgers"): {**NOBODY, "chief": "all"},
        ("generated endpoint", "GET /v1/notes"): {**NOBODY, "clerk": "some"},
        ("generated endpoint", "POST, PUT, DELETE /v1/notes"): ALL,
        ("GraphQL, REST", "write Member"): {**NOBODY, "chief": "all"},
        ("GraphQL, REST", "read Order"): ALL,
        ("GraphQL, REST", "write Order"): {**NOBODY, "clerk": "all"},
        ("GraphQL, REST", "read Note"): {**NOBODY, "clerk": "some"},
        ("GraphQL, REST", "write Note"): ALL,
    }


async def test_entrances_say_what_opens_them_where_no_role_does(shop: Shop) -> None:
    (module,) = (way for way in ways(shop).values() if way.door == "Execution API")
    assert (module.action, module.by, module.who) == ("Import orders", "a key of the module", {})
    login = ways(shop)["endpoint", "POST /v1/login"]
    assert (login.by, login.public) == ("user name and password", False)


async def test_entrance_says_whether_it_changes_something(shop: Shop) -> None:
    changing = {name for (_, name), way in ways(shop).items() if way.changes}
    assert {"Say", "Write to", "write Note"} <= changing
    assert changing.isdisjoint({"Count orders", "GET /v1/count", "read Order", "Fail order"})


@pytest.mark.parametrize("role", ["clerk", "viewer", "chief", None])
async def test_entrances_agree_with_who_may_run_actions(shop: Shop, role: str | None) -> None:
    roles = frozenset([role] if role else [])
    profile = Principal("Staff", "Member", {"id": 1}, roles) if role else ANYBODY
    for (door, name), way in ways(shop).items():
        if door != "GraphQL, REST" or way.action is None or name in ("Ask", "Write to"):
            continue
        try:
            await run_action(shop.anybody._replace(principal=profile), name, {})
            let_in = True
        except (Unauthenticated, Forbidden):
            let_in = False
        except ActionQLError:
            let_in = True
        assert way.who[role or "anybody"] == ("all" if let_in else "none"), (name, role)


async def test_entrances_are_for_who_may_read_the_console(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        entrances(shop.anybody)


async def test_page_lists_what_is_open_with_line_and_remedy(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as person:
        page = (await person.look("application")).text
    section = page[page.index('id="open"') : page.index('id="models"')]
    lines = (shop.definition.read_text()).split("\n")
    rows = dict(
        re.findall(r'<th scope="row">([^<]+)</th>.*?<code>application.yaml:(\d+)</code>', section, re.S)
    )
    assert rows.keys() == {way.name for way in ways(shop).values() if way.public}
    assert lines[int(rows["write Note"]) - 1].strip().startswith("write: {public: all}")
    assert "Count" in lines[int(rows["GET /v1/count"]) - 1]
    assert "Write roles under write instead of public" in section and "Take anonymous away" in section
    assert section.index("write Note") < section.index("read Order")


async def test_page_shows_models_actions_and_doors(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as person:
        page = (await person.look("application")).text
        for name in ("Member", "Order", "Note", "Ledger", "Role"):
            assert f'class="kind" x="10" y="20">{name}</text>' in page
        assert page.count('<th scope="row"><a href=') == len(shop.generation.application.actions)
        assert "application.yaml" in page and str(shop.definition.parent) not in page
        assert "as the files are" in page


async def test_action_shows_its_steps_doors_callers_and_next_starts(shop: Shop) -> None:
    id = shop.generation.application.actions["Count orders"].uuid.hex
    async with shop.person("viewer@example.org") as person:
        page = (await person.look(f"application/actions/{id}")).text
        assert (await person.look("application/actions/none")).status_code == 404
    assert "How many there are." in page and ">Import orders</a>" in page and "Europe/Amsterdam" in page
    for door in ("counted/trigger", "/v1/count", "/v1/staff/count"):
        assert door in page
    slots = following_slots(
        ScheduleTrigger(cron="0 6 * * 1", timezone="Europe/Amsterdam"), datetime.now(UTC), 3
    )
    assert len(slots) == 3
    for slot in slots:
        assert f'datetime="{slot.isoformat()}"' in page


async def test_pages_need_a_login_with_read_console(shop: Shop) -> None:
    id = shop.generation.application.actions["Say"].uuid.hex
    async with shop.person() as person:
        for path in ("application", f"application/actions/{id}", "outbox", "outbox/x"):
            answer = await person.look(path)
            assert (answer.status_code, "Say" in answer.text) == (303, False)
