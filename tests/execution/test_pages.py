"""The page of a session: what it shows, and what comes of its form."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.definition.names import short_uuid
from app.engine.questions import belongs
from app.pages.rendering import HEADERS
from app.resolvers.runs import start_action
from tests.end_to_end.databases import run_sql
from tests.end_to_end.pictures import png
from tests.execution.office import HIRE, LEAKS, Office, at_page, opened, run_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADA = {"who": "Ada <b>"}


async def asking(office: Office, name: str = "Hire", body: Any = None) -> str:
    """The id of a session that waits for its first answer."""
    id = await office.start(name, ADA if name == "Hire" and body is None else body)
    await office.until(name, id, "waiting_for_input")
    return id


async def test_form_is_answered_question_by_question_to_the_end(office: Office) -> None:
    id = await asking(office)
    async with at_page(office, "Hire", id) as person:
        first = await person.look()
        assert "A laptop for Ada &lt;b&gt;" in first.text
        sent = await person.send(first, {"laptop": "Linux", "note": "a\r\nb"})
        assert (sent.status_code, sent.headers["location"], sent.content) == (303, id, b"")
        await office.until("Hire", id, "waiting_for_input")
        second = await person.look()
        assert "Second question" in second.text
        assert (await person.send(second, {"amount": "12.5"})).status_code == 303
        await office.until("Hire", id, "completed")
        assert "Everything is done." in (await person.look()).text
    assert json.loads((await office.entries(id))[1]) == {"laptop": "Linux", "note": "a\nb", "amount": 12.50}


async def test_page_tells_until_when_an_answer_is_waited_for(office: Office) -> None:
    id, other = await asking(office, "Hurry"), await asking(office)
    async with at_page(office, "Hurry", id) as person:
        page = (await person.look()).text
    ((asked,),) = await run_sql(
        office.database_url, f"SELECT wait FROM actionql_run WHERE id = '{run_id(id)}'"
    )
    until = datetime.fromisoformat(json.loads(asked)["asked"]) + timedelta(days=14)
    assert f'Please answer before <time datetime="{until.isoformat()}">' in page
    assert '<h1 dir="auto">مرحبا</h1>' in page
    async with at_page(office, "Hire", other) as person:
        assert "Please answer before" not in (await person.look()).text


async def test_page_has_the_headers_of_a_page_that_runs_and_loads_nothing_foreign(office: Office) -> None:
    async with at_page(office, "Hire", await asking(office)) as person:
        for page in (await person.look(), await person.client.get(f"/{HIRE}/sessions/{short_uuid(uuid4())}")):
            assert {name: page.headers[name] for name in HEADERS} == HEADERS
            policy = page.headers["content-security-policy"]
            assert policy.startswith("default-src 'none';")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert not any(word in page.text for word in ("<script", "style=", "http://", "https://", *LEAKS))


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({}, {"laptop": "Laptop is required."}),
        ({"laptop": "linux"}, {"laptop": "Laptop is none of the options. Did you mean &#39;Linux&#39;?"}),
        (
            {"laptop": "<i>", "note": "x" * 21},
            {
                "laptop": "Laptop is none of the options.",
                "note": "Anything else has more than 20 characters.",
            },
        ),
    ],
)
async def test_wrong_answer_is_told_at_its_field_and_in_the_summary(
    office: Office, values: dict[str, str], errors: dict[str, str]
) -> None:
    id = await asking(office)
    async with at_page(office, "Hire", id) as person:
        page = await person.send(await person.look(), values)
        assert page.status_code == 400
        assert "<title>Error: " in page.text
        for name, error in errors.items():
            assert f'<a href="#field-{name}">{error}</a>' in page.text
            assert f'id="{name}-error"><span class="unseen">Error:</span> {error}</p>' in page.text
            assert f'id="field-{name}"' in page.text
        assert ("note-error" in page.text) is ("note" in errors)
        assert "<i>" not in page.text
        assert values.get("note", "") in page.text
        assert (await person.send(page, {"laptop": "Mac"})).status_code == 303


async def test_same_form_sent_twice_counts_once(office: Office) -> None:
    id = await asking(office)
    async with at_page(office, "Hire", id) as person:
        page = await person.look()
        assert (await person.send(page, {"laptop": "Mac"})).status_code == 303
        await office.until("Hire", id, "waiting_for_input")
        again = await person.send(page, {"laptop": "Linux"})
        assert again.status_code == 409
        assert "This form has been answered already" in again.text
        assert "Second question" in again.text
        assert (await person.send(await person.look(), {"amount": "1"})).status_code == 303
        await office.until("Hire", id, "completed")
        assert (await person.send(page, {"laptop": "Mac"})).status_code == 409
    assert json.loads((await office.entries(id))[1])["laptop"] == "Mac"


async def test_form_from_before_a_restart_is_taken(database_url: str, tmp_path: Path) -> None:
    async with opened(tmp_path, database_url) as office:
        id = await asking(office)
        async with at_page(office, "Hire", id) as person:
            page, cookies = await person.look(), person.client.cookies
    async with opened(tmp_path, database_url) as office, at_page(office, "Hire", id) as person:
        person.client.cookies.update(cookies)
        assert (await person.send(page, {"laptop": "Mac"})).status_code == 303


@pytest.mark.parametrize("hidden", [{"form": ""}, {"form": "é"}, {"form": "A" * 43}, {"token": "other"}])
async def test_form_that_is_not_ours_changes_nothing(office: Office, hidden: dict[str, str]) -> None:
    id = await asking(office)
    async with at_page(office, "Hire", id) as person:
        refused = await person.send(await person.look(), {"laptop": "Mac", **hidden})
        assert refused.status_code == 403
        assert "Please allow cookies" in refused.text
    assert await office.state("Hire", id) == "waiting_for_input"


async def test_form_of_another_browser_or_session_changes_nothing(office: Office) -> None:
    id, other = await asking(office), await asking(office)
    async with at_page(office, "Hire", id) as person, at_page(office, "Hire", id) as stranger:
        page = await person.look()
        assert (await stranger.send(page, {"laptop": "Mac"})).status_code == 403
        await stranger.look()
        assert (await stranger.send(page, {"laptop": "Mac"})).status_code == 403
    async with at_page(office, "Hire", other) as person:
        shown = await person.look()
        async with at_page(office, "Hire", id) as first:
            first.client.cookies.update(person.client.cookies)
            assert (await first.send(shown, {"laptop": "Mac"})).status_code == 403
    assert await office.state("Hire", id) == "waiting_for_input"
    assert await office.state("Hire", other) == "waiting_for_input"


async def test_cookie_is_for_this_host_and_no_script(office: Office) -> None:
    id = await asking(office)
    async with at_page(office, "Hire", id) as person:
        cookie = (await person.look()).headers["set-cookie"]
        assert "set-cookie" not in (await person.look()).headers
    assert cookie.startswith("actionql-page=")
    assert "HttpOnly; Path=/; SameSite=Lax" in cookie
    async with at_page(office, "Hire", id, "https://test") as person:
        secure = (await person.look()).headers["set-cookie"]
    assert secure.startswith("__Host-actionql-page=")
    assert "Secure" in secure


@pytest.mark.parametrize(
    ("module", "state", "shown"),
    [
        ("Nothing", "completed", "Everything is done."),
        ("Refuse", "fatal_errored", "We are &lt;b&gt;closed&lt;/b&gt; today."),
        ("Sleep", "running", "This is being worked on."),
    ],
)
async def test_page_tells_how_it_stands(office: Office, module: str, state: str, shown: str) -> None:
    id = await office.start(module)
    await office.until(module, id, state)
    async with at_page(office, module, id) as person:
        page = await person.look()
    assert shown in page.text
    assert ('http-equiv="refresh"' in page.text) is (state == "running")
    assert "<form" not in page.text


@pytest.mark.parametrize(
    ("times", "delay"), [("", 1), ("3", 2), ("9", 30), ("200", 30), ("x", 1), ("9999999", 1)]
)
async def test_page_looks_again_less_and_less_often(office: Office, times: str, delay: int) -> None:
    id = await office.start("Sleep")
    async with at_page(office, "Sleep", id) as person:
        page = await person.client.get(person.path, params={"n": times})
    assert f'content="{delay}; url={id}?n=' in page.text


async def test_session_that_is_not_there_has_no_page(office: Office) -> None:
    id = await office.start("Nothing")
    here, none = short_uuid(office.action("Nothing").uuid), short_uuid(uuid4())
    async with office.client() as client:
        for path in (f"/{here}/sessions/{none}", f"/{none}/sessions/{id}", f"/{HIRE}/sessions/{id}"):
            for method in ("GET", "POST"):
                page = await client.request(method, path)
                assert page.status_code == 404
                assert "There is no session with this id." in page.text


async def test_run_of_another_door_has_a_page_without_a_form(database_url: str, tmp_path: Path) -> None:
    text = (Path(__file__).parent / "application.yaml").read_text()
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace("  Everything:\n", "  Everything:\n    allow: [public]\n"))
    async with opened(tmp_path, database_url, changed) as office:
        started = await start_action(office.anybody, "Everything", None)
        await office.until("Everything", started.id, "waiting_for_input")
        async with at_page(office, "Everything", short_uuid(UUID(started.id))) as person:
            page = await person.look()
            assert "An answer is waited for where this was started." in page.text
            assert "<form" not in page.text
            assert (await person.send(page, {"sure": "true"})).status_code == 403
        sql = f"SELECT wait FROM actionql_run WHERE id = '{started.id}'"
        ((wait,),) = await run_sql(database_url, sql)
        assert belongs(json.loads(wait)["token"], json.loads(wait))


async def test_custom_endpoints_keep_paths_that_look_alike(office: Office) -> None:
    async with office.client() as client:
        for path in ("/v1/sessions/7", f"/v1/sessions/{'A' * 22}", f"/{'A' * 22}/sessions/7"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")


EVERYTHING = {
    "a_text": "text",
    "lines": "a\r\nb",
    "rich": "<b>x</b>",
    "mail": "ada@example.com",
    "site": "https://example.com",
    "phone": "+31 20 1234567",
    "account": "NL91 ABNA 0417 1643 00",
    "code": "1234 AB",
    "whole": "5",
    "length": "90",
    "exact": "1.5",
    "cost": "2.50",
    "agreed": "true",
    "sure": "false",
    "day": "2026-12-01",
    "moment": "2026-12-01T10:30",
    "clock": "13:05",
    "one": "f",
    "some": ["x", "z"],
    "data": '{"a": [1]}',
    "thing": '{"b": 2}',
    "secret": "a-long-password",
}


async def test_field_of_every_kind_is_answered(office: Office) -> None:
    id = await asking(office, "Everything")
    files = [("paper", ("a.txt", b"text")), ("papers", ("b.txt", b"b")), ("papers", ("c.txt", b"c"))]
    async with at_page(office, "Everything", id) as person:
        page = await person.look()
        assert 'value="preset"' in page.text
        sent = await person.send(page, EVERYTHING, files=[*files, ("photo", ("p.png", png()))])
        assert sent.status_code == 303, sent.text
    await office.until("Everything", id, "completed")
    stored = json.loads((await office.entries(id))[0])
    references = {name: stored.pop(name) for name in ("paper", "papers", "photo")}
    assert references["paper"].endswith("/a.txt")
    assert [one.partition("/")[2] for one in references["papers"]] == ["b.txt", "c.txt"]
    assert stored == {
        **{
            name: EVERYTHING[name]
            for name in ("a_text", "rich", "mail", "site", "phone", "code", "day", "one", "some", "secret")
        },
        "lines": "a\nb",
        "account": "NL91ABNA0417164300",
        "whole": 5,
        "length": 90,
        "exact": 1.5,
        "cost": 2.5,
        "agreed": True,
        "sure": False,
        "moment": "2026-12-01T10:30:00.000000+00:00",
        "clock": "13:05:00",
        "data": {"a": [1]},
        "thing": {"b": 2},
    }


async def test_file_stays_where_another_field_is_wrong(office: Office) -> None:
    id = await asking(office, "Everything")
    async with at_page(office, "Everything", id) as person:
        page = await person.send(
            await person.look(), {"secret": "a-long-password"}, files={"paper": ("ä.txt", b"text")}
        )
        assert page.status_code == 400
        assert "ä.txt has arrived." in page.text
        assert 'href="#field-sure">sure is required.' in page.text
        assert "a-long-password" not in page.text
        sent = await person.send(page, {"sure": "true"}, files={"photo": ("", b"")})
        assert sent.status_code == 303, sent.text
    await office.until("Everything", id, "completed")
    stored = json.loads((await office.entries(id))[0])
    assert stored["paper"].endswith("/ä.txt")
    assert (stored["agreed"], stored["sure"], stored["photo"]) == (False, True, None)


async def test_file_that_is_no_picture_and_text_that_is_no_json_are_told_at_their_fields(
    office: Office,
) -> None:
    id = await asking(office, "Everything")
    given = {"sure": "true", "secret": "a-long-password", "data": "{oops"}
    files = {"paper": ("a.txt", b"text"), "photo": ("b.png", b"no picture")}
    async with at_page(office, "Everything", id) as person:
        page = await person.send(await person.look(), given, files=files)
        assert page.status_code == 400
        assert 'href="#field-data">data is no JSON: the text is not JSON at line 1 column 2.' in page.text
        page = await person.send(page, {**given, "data": "{}"}, files={"photo": ("", b"")})
        assert page.status_code == 400
        assert 'href="#field-photo">photo is no image.' in page.text
        assert await office.state("Everything", id) == "waiting_for_input"
        sent = await person.send(page, {**given, "data": "{}"}, files={"photo": ("c.png", png())})
        assert sent.status_code == 303, sent.text
    await office.until("Everything", id, "completed")
    stored = json.loads((await office.entries(id))[0])
    assert (stored["photo"].endswith("/c.png"), stored["data"]) == (True, {})


async def test_reference_to_a_file_that_was_not_stored_is_told_at_its_field(office: Office) -> None:
    id = await asking(office, "Everything")
    async with at_page(office, "Everything", id) as person:
        missing = {"paper.kept": f"{'0' * 32}/a.txt", "papers.kept": f"{'1' * 32}/a.txt"}
        page = await person.send(
            await person.look(), {"sure": "true", **missing}, files={"photo": ("p.png", png())}
        )
        assert page.status_code == 400
        assert 'href="#field-paper">paper is no file that was stored.' in page.text
        assert 'href="#field-papers">papers is no file that was stored.' in page.text
        assert "field-photo-error" not in page.text
    assert await office.state("Everything", id) == "waiting_for_input"


async def test_file_of_a_form_that_is_not_ours_is_not_kept(office: Office) -> None:
    id = await asking(office, "Everything")
    async with at_page(office, "Everything", id) as person:
        page = await person.look()
        await person.send(page, {"form": ""}, files={"paper": ("a.txt", b"text")})
    assert await run_sql(office.database_url, "SELECT id FROM actionql_asset") == []


async def test_form_over_the_limit_is_refused(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(tmp_path, sqlite_database, upload_bytes=1000, body_bytes=10_000) as office:
        id = await asking(office, "Everything")
        async with at_page(office, "Everything", id) as person:
            page = await person.look()
            large = await person.send(page, {}, files={"paper": ("a.txt", b"x" * 2_000)})
            assert large.status_code == 400
            assert "paper is too large. A file may have at most 1,000 bytes." in large.text
            larger = await person.send(page, {}, files={"paper": ("a.txt", b"x" * 20_000)})
            assert (larger.status_code, "The form is larger than" in larger.text) == (413, True)
        assert await office.state("Everything", id) == "waiting_for_input"


async def test_page_is_closed_in_private_data_mode(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(tmp_path, sqlite_database) as office:
        id = await asking(office)
    text = (Path(__file__).parent / "application.yaml").read_text()
    private = tmp_path / "private.yaml"
    private.write_text(text.replace("title: The office", "title: The office\nprivate_data_mode: true"))
    async with opened(tmp_path, sqlite_database, private) as office, at_page(office, "Hire", id) as person:
        page = await person.look()
        assert page.status_code == 401
        assert "closed to the public" in page.text
        answer = await office.send("POST", office.path("Hire"), await office.key("Hire"), json={"who": "a"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "PRIVATE_DATA_MODE")
