"""Each operation through each door that has it, by who may, by who may not and by nobody: what the trail tells."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.audit.desk import ACTION, ADDRESS, Desk, Who, opened

Act = Callable[[Desk, Who], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """An operation at a door, and what is told of each who tries it."""

    name: str
    act: Act
    clerk: tuple[str, ...]
    guest: tuple[str, ...]
    nobody: tuple[str, ...]


def graphql(query: str) -> Act:
    return lambda desk, who: desk.ask(who, query.replace("KEPT", desk.kept))


def action(name: str, **input: Any) -> Act:
    return lambda desk, who: desk.ask(who, ACTION, id=name, input=input)


def request(kind: str, method: str, path: str, **options: Any) -> Act:
    def act(desk: Desk, who: Who) -> Awaitable[object]:
        authorization = desk.bearer(who) if kind == "token" else desk.key(kind, who)
        return desk.send(
            method, path.replace("MODULE", desk.module()).replace("KEPT", desk.kept), authorization, **options
        )

    return act


def by_token(name: str, act: Act, told: str, door: str = "graphql", *, guest: str = "") -> Case:
    """An operation of records or actions for who comes with a token: what a refusal tells reads alike."""
    operation, subject, *_ = told.split(" ")
    rights = "application" if operation == "run" else "caller"
    refused = guest or f"{operation} {subject}"
    return Case(
        name,
        act,
        (f"Member:1 as {rights} by {door}: {told}",),
        (f"Member:2 as caller by {door}: {refused} FORBIDDEN",),
        (f"system as caller by {door}: {refused} UNAUTHENTICATED",),
    )


def by_key(name: str, act: Act, told: str, door: str, kind: str, *, operation: str = "") -> Case:
    """The same for who comes with a key; nobody is nobody before anything is looked at."""
    doing, subject, *_ = told.split(" ")
    rights = "application" if doing in ("run", "start") else "caller"
    return Case(
        name,
        act,
        (f"user:clerk as {rights} by {door}: {told}",),
        (f"user:guest as caller by {door}: {operation or doing} {subject} FORBIDDEN",),
        (f"system as caller by {door}: authenticate UNAUTHENTICATED",),
    )


def cases() -> Iterator[Case]:
    upload = {"files": {"file": ("a.txt", b"words", "text/plain")}}
    paper = {"files": {"paper": ("a.txt", b"words", "text/plain")}}
    yield by_token("create", graphql('mutation { createNote(input: {text: "a"}) { id } }'), "create Note ok")
    yield by_token(
        "update", graphql('mutation { updateNote(id: KEPT, input: {text: "b"}) { id } }'), "update Note ok"
    )
    yield by_token(
        "upsert",
        graphql('mutation { upsertNote(input: {text: "c"}, uniqueBy: ["text"]) { id } }'),
        "upsert Note ok",
    )
    yield by_token("delete", graphql("mutation { deleteNote(id: KEPT) { id } }"), "delete Note ok")
    yield by_token("run", action("Write", text="d"), "run Write ok")
    yield Case(
        "run that fails",
        action("Spoil"),
        ("Member:1 as application by graphql: run Spoil ACTION_FAILED",),
        ("Member:2 as caller by graphql: run Spoil FORBIDDEN",),
        ("system as caller by graphql: run Spoil UNAUTHENTICATED",),
    )
    yield Case(
        "public run",
        action("Open"),
        ("Member:1 as application by graphql: run Open ok",),
        ("Member:2 as application by graphql: run Open ok",),
        ("system as application by graphql: run Open ok",),
    )
    yield Case(
        "write of what is wrong",
        graphql('mutation { createNote(input: {text: ""}) { id } }'),
        (),
        *REFUSED_CREATE,
    )
    yield Case(
        "write of what is taken",
        graphql('mutation { createNote(input: {text: "kept"}) { id } }'),
        (),
        *REFUSED_CREATE,
    )
    yield Case("input that is wrong", action("Write"), (), *REFUSED_WRITE)
    yield Case(
        "read",
        graphql("{ allNote { totalCount } }"),
        (),
        ("Member:2 as caller by graphql: read allNote FORBIDDEN",),
        ("system as caller by graphql: read allNote UNAUTHENTICATED",),
    )
    yield by_token(
        "form for an upload",
        graphql(
            'mutation { generateFileUploadRequest(contentType: "text/plain", fileName: "a.txt", '
            'modelName: "Note", propertyName: "paper") { url } }'
        ),
        "upload_request Note.paper ok",
    )
    yield by_token("hook", request("token", "POST", "/api/runtime/desk/action/Hook"), "run Hook ok", "http")
    # REST
    records = "/api/models/note/records"
    yield by_key(
        "REST create",
        request("rest", "POST", records, json={"record": {"text": "e"}}),
        "create Note ok",
        "rest",
        "rest",
    )
    yield by_key(
        "REST update",
        request("rest", "PUT", f"{records}/KEPT", json={"record": {"text": "f"}}),
        "update Note ok",
        "rest",
        "rest",
    )
    yield by_key(
        "REST delete", request("rest", "DELETE", f"{records}/KEPT"), "delete Note ok", "rest", "rest"
    )
    yield by_key(
        "REST replace",
        request("rest", "PUT", records, json=[{"text": "g"}]),
        "replace Note ok",
        "rest",
        "rest",
    )
    yield by_key("REST delete all", request("rest", "DELETE", records), "delete Note ok", "rest", "rest")
    yield by_key(
        "REST upload", request("rest", "POST", "/api/assets", **upload), "upload asset ok", "rest", "rest"
    )
    yield Case(
        "REST read",
        request("rest", "GET", records),
        (),
        ("user:guest as caller by rest: read Note FORBIDDEN",),
        ("system as caller by rest: authenticate UNAUTHENTICATED",),
    )
    # endpoints
    yield by_token("endpoint", request("token", "POST", "/v1/write", json="h"), "run Write ok", "endpoint")
    yield by_token(
        "generated create",
        request("token", "POST", "/v1/notes", json={"text": "i"}),
        "create Note ok",
        "endpoint",
    )
    yield by_token(
        "generated update",
        request("token", "PUT", "/v1/notes/KEPT", json={"text": "j"}),
        "update Note ok",
        "endpoint",
    )
    yield by_token(
        "generated delete", request("token", "DELETE", "/v1/notes/KEPT"), "delete Note ok", "endpoint"
    )
    yield Case(
        "endpoint with a file",
        request("token", "POST", "/v1/file", **paper),
        (
            "Member:1 as caller by endpoint: upload asset ok",
            "Member:1 as application by endpoint: run File ok",
        ),
        ("Member:2 as caller by endpoint: run File FORBIDDEN",),
        ("system as caller by endpoint: run File UNAUTHENTICATED",),
    )
    # incoming
    yield by_key(
        "trigger",
        request("incoming", "POST", "/phixflow/api/1/action/desk/Write/trigger?text=k"),
        "run Write ok",
        "incoming",
        "incoming",
    )
    yield by_key(
        "trigger that fails",
        request("incoming", "POST", "/phixflow/api/1/action/desk/Spoil/trigger"),
        "run Spoil ACTION_FAILED",
        "incoming",
        "incoming",
    )
    yield by_key(
        "trigger to be polled",
        request("incoming", "POST", "/phixflow/api/1/action/desk/Later/trigger"),
        "start Later ok",
        "incoming",
        "incoming",
        operation="run",
    )
    anonymous = ("system as application by incoming: run Open ok",)
    yield Case(
        "anonymous trigger",
        request("incoming", "POST", "/phixflow/api/1/action/desk/Open/trigger"),
        anonymous,
        anonymous,
        anonymous,
    )
    # execution
    yield Case(
        "session",
        request("module", "POST", "/api/execution/MODULE/sessions"),
        ("key:clerk's as application by execution: start Question ok",),
        ("system as caller by execution: authenticate key:stranger UNAUTHENTICATED",),
        ("system as caller by execution: authenticate UNAUTHENTICATED",),
    )


REFUSED_CREATE = (
    ("Member:2 as caller by graphql: create Note FORBIDDEN",),
    ("system as caller by graphql: create Note UNAUTHENTICATED",),
)
REFUSED_WRITE = (
    ("Member:2 as caller by graphql: run Write FORBIDDEN",),
    ("system as caller by graphql: run Write UNAUTHENTICATED",),
)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(database_url, tmp_path) as desk:
        yield desk


async def test_every_operation_leaves_its_entries(desk: Desk) -> None:
    wrong = {}
    for case in cases():
        expected = {"clerk": case.clerk, "guest": case.guest, None: case.nobody}
        for who in (None, "guest", "clerk"):
            await desk.keep()
            await desk.forget()
            await case.act(desk, who)
            told = await desk.told()
            if told != [*expected[who]]:
                wrong[case.name, who] = told
            for one in await desk.entries():
                assert (one.entry.address, bool(one.entry.request_id)) == (ADDRESS, True), one
    assert wrong == {}
