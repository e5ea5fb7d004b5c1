"""Every caller against every kind of write: the answer, and the whole of the database afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.permissions import oracle
from tests.permissions.oracle import CALLERS, Caller, World
from tests.permissions.oracle_writes import Case, seen, write
from tests.permissions.requests import request_of
from tests.permissions.serving import Answer, Serving

pytestmark = pytest.mark.asyncio(loop_scope="package")
PERSON = {"email": "new@example.org", "name": "New", "password": "new password"}
CREATES = [
    *(
        Case("create", "Note", values={"title": "New", "status": "draft", "owner": id})
        for id in (1, 2, 3, 5, None, 77)
    ),
    Case("create", "Note", values={"title": "New", "status": "published"}),
    Case("create", "Note", values={"title": "Alpha", "status": "draft", "owner": 1}),
    Case("create", "Note", values={"title": "New", "status": "draft", "owner": 1, "mark": 9}),
    Case("create", "Note", values={"title": "New", "status": "draft", "owner": 1, "comments": {"_add": [2]}}),
    *(Case("create", "Comment", values={"text": "new", "note": id}) for id in (1, 2, 3, 4, 7, 77)),
    Case("create", "Entry", values={"amount": 1, "note": 4}),
    Case("create", "Message", values={"text": "new"}),
    *(Case("create", "Person", values={**PERSON, "team": id}) for id in (1, 2, None)),
    Case("create", "Person", values={**PERSON, "team": 1, "salary": 9}),
    Case("create", "Person", values={**PERSON, "team": 1, "badge": "mine"}),
    Case("create", "Person", values={**PERSON, "team": 1, "roles": [3]}),
    Case("create", "Team", values={"name": "new"}),
    Case("create", "Client", values={"login": "new", "secret": "new password"}),
]
UPDATES = [
    *(Case("update", "Note", id, {"title": "Changed"}) for id in (*range(1, 8), 77)),
    *(Case("update", "Note", 1, {"owner": id}) for id in (2, 3, 6, None)),
    Case("update", "Note", 1, {"title": "Beta"}),
    Case("update", "Note", 1, {"mark": 1}),
    Case("update", "Note", 1, {"status": "published", "owner": 1}),
    *(Case("update", "Comment", id, {"text": "changed"}) for id in (1, 2, 3, 77)),
    *(Case("update", "Comment", 1, {"note": id}) for id in (2, 4)),
    *(Case("update", "Entry", 1, {"amount": 1}) for id in (1, 2)),
    Case("update", "Message", 1, {"text": "changed"}),
    *(Case("update", "Person", id, {"name": "Changed"}) for id in range(1, 10)),
    *(Case("update", "Person", id, {"team": team}) for id in (1, 2) for team in (1, 2, None)),
    Case("update", "Person", 1, {"salary": 1}),
    Case("update", "Person", 1, {"roles": [3]}),
]
LINKS = [
    *(Case("update", "Person", 1, {"notes": {"_add": [id]}}) for id in (3, 4, 77)),
    *(Case("update", "Person", 1, {"notes": {"_remove": [id]}}) for id in (1, 3)),
    *(Case("update", "Person", 1, {"notes": {"_replace": ids}}) for ids in ([], [1], [4, 5], [3])),
    # Ina is theirs to change, her notes are not: what would become one may not.
    *(Case("update", "Person", 7, {"notes": {"_add": [id]}}) for id in (4, 3)),
    Case("update", "Person", 7, {"notes": {"_replace": []}}),
    *(Case("update", "Person", 5, {"notes": {"_add": [id]}}) for id in (3, 1)),
    *(Case("update", "Note", 1, {"comments": {"_add": [id]}}) for id in (2, 77)),
    Case("update", "Note", 1, {"comments": {"_replace": []}}),
    Case("update", "Note", 1, {"comments": {"_remove": [2]}}),
    *(Case("update", "Note", 1, {"entries": {"_add": [id]}}) for id in (1, 2)),
]
DELETES = [
    Case("delete", model, id) for model in oracle.FIELDS for id in (*sorted(oracle.seeded()[model]), 77)
]
UPSERTS = [
    *(
        Case("upsert", "Note", values={"title": title, "status": "review", "owner": 1}, unique_by="title")
        for title in ("Alpha", "Gamma", "Eta", "New")
    ),
    Case("upsert", "Message", values={"text": "first"}, unique_by="text"),
    *(
        Case("upsert", "Comment", values={"text": text, "note": 2}, unique_by="text")
        for text in ("on Alpha", "new")
    ),
    Case("upsert", "Entry", values={"amount": 10, "note": 2}, unique_by="amount"),
]
MANY = [
    Case(
        "create_many",
        "Note",
        items=[{"title": title, "status": "draft", "owner": 1} for title in ("N1", "N2")],
    ),
    Case(
        "create_many",
        "Note",
        items=[{"title": title, "status": "draft", "owner": 1} for title in ("N1", "Beta")],
    ),
    Case("create_many", "Message", items=[{"text": "a"}, {"text": "b"}]),
    *(
        Case("update_many", "Note", values={"status": "review"}, where=("status", status))
        for status in ("draft", "review")
    ),
    Case("update_many", "Note", values={"owner": 2}, where=("status", "draft")),
    Case("update_many", "Person", values={"name": "All"}, where=("name", "Ada")),
    Case("update_many", "Message", values={"text": "changed"}, where=("text", "first")),
    *(Case("delete_many", "Note", where=("status", status)) for status in ("draft", "review", "published")),
    Case("delete_many", "Comment", where=("text", "on Gamma")),
    Case("delete_many", "Message", where=("text", "first")),
    Case("delete_many", "Team", where=("name", "red")),
]


@pytest.mark.parametrize(
    "cases",
    [CREATES, UPDATES, LINKS, DELETES, UPSERTS, MANY],
    ids=["create", "update", "links", "delete", "upsert", "many"],
)
async def test_write_changes_what_the_caller_may_change_and_nothing_else(
    trial: Serving, cases: list[Case]
) -> None:
    differences = []
    for caller in CALLERS:
        for case in cases:
            difference = await _difference(trial, caller, case)
            if difference is not None:
                differences.append(f"{caller.name}: {case}\n   {difference}")
    if differences:
        pytest.fail(f"{len(differences)} differ:\n" + "\n".join(differences[:20]), pytrace=False)


async def _difference(served: Serving, caller: Caller, case: Case) -> str | None:
    before = oracle.seeded()
    code, after, ids = write(before, caller, case)
    served.watched.seen = before
    query, variables = request_of(case)
    answer = await served.ask(query, variables, served.tokens.get(caller.name))
    stored: World = served.watched.seen
    if set(answer.codes) != ({code} if code else set()):
        return f"{answer.body} not {code}"
    if unnumbered(stored, before) != unnumbered(after, before):
        return f"stored {_changes(stored, before)} not {_changes(after, before)}"
    if code is None:
        return _wrong_answer(caller, case, answer, stored, ids)
    return None if answer.data is None or set(answer.data.values()) == {None} else f"{answer.body}"


def _wrong_answer(
    caller: Caller, case: Case, answer: Answer, stored: World, ids: list[int | None]
) -> str | None:
    """The ids that were written, and null for a record that the caller may not read."""
    (found,) = answer.data.values()
    got = [row if row is None else row["id"] for row in (found if isinstance(found, list) else [found])]
    new = sorted(set(stored[case.model]) - set(oracle.seeded()[case.model]))
    wanted = [new.pop(0) if id is None else id for id in ids]
    # What is gone is answered as it was.
    world = oracle.seeded() if case.op.startswith("delete") else stored
    expected = [id if seen(world, caller, case.model, id) else None for id in wanted]
    return None if got == expected else f"answered {got} not {expected}"


def unnumbered(world: World, before: World) -> Any:
    """The rows with those that are new in a list of their own, as nobody knows their ids beforehand."""
    return {
        model: (
            {id: row for id, row in rows.items() if id in before[model]},
            [_without_id(row) for id, row in sorted(rows.items()) if id not in before[model]],
        )
        for model, rows in _renumbered(world, before).items()
    }


def _renumbered(world: World, before: World) -> World:
    """The world with "new" for a reference to a new row."""
    new = {model: set(rows) - set(before[model]) for model, rows in world.items()}
    columns = {"owner": "Person", "note": "Note", "team": "Team"}
    return {
        model: {
            id: {
                name: "new" if name in columns and value in new[columns[name]] else value
                for name, value in row.items()
            }
            for id, row in rows.items()
        }
        for model, rows in world.items()
    }


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _changes(world: World, before: World) -> Any:
    return {
        model: {id: rows.get(id) for id in {*rows, *before[model]} if rows.get(id) != before[model].get(id)}
        for model, rows in world.items()
        if rows != before[model]
    }


async def test_write_answers_no_more_than_the_caller_may_read(trial: Serving) -> None:
    """Messages are written by everybody and read by auditors; who asks for more than the id writes nothing."""
    for caller in CALLERS:
        token = trial.tokens.get(caller.name)
        for query in (
            'mutation { createMessage(input: {text: "first"}) { text } }',
            "mutation { deleteMessage(id: 1) { text } }",
            'mutation { updateMessage(id: 1, input: {text: "first"}) { text } }',
        ):
            trial.watched.seen = oracle.seeded()
            answer = await trial.ask(query, token=token)
            if "auditor" in caller.roles:
                assert next(iter(answer.data.values())) == {"text": "first"}
                continue
            assert answer.code == caller.refusal
            assert trial.watched.seen == oracle.seeded()
