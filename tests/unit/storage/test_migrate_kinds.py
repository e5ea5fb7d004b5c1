"""Another kind whose column is of the same type: the definition that was served last tells that it is another."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.json_text import write_json
from app.storage.migrate import migrate
from app.storage.system import REVISION, SYSTEM
from app.storage.tables import Tables
from tests.unit.storage.definitions import UUID
from tests.unit.storage.migrations import bring, refusal, shoes
from tests.unit.storage.rows import NOW, insert, run

LIST = {"kind": "multi_list", "options": ["a", "b"]}


async def serve(url: str, properties: dict[str, Any]) -> Tables:
    """The tables of a definition, which is then the last that was served."""
    built = shoes(properties)
    await bring(url, built)
    document = write_json({"models": {"Shoe": {"properties": properties}}})
    revision = {"application": UUID.replace("-", ""), "digest": "1", "definition": document, "created": NOW}
    await run(url, REVISION.delete(), REVISION.insert().values(revision))
    return built


@pytest.mark.parametrize(
    ("before", "value", "after", "made"),
    [
        ({"kind": "text"}, "ada@example.org", {"kind": "email"}, "ada@example.org"),
        ({"kind": "number"}, 5, {"kind": "minutes"}, 5),
        ({"kind": "json"}, ["b", "a", "b"], LIST, ["b", "a"]),
        ({"kind": "json"}, "a", LIST, ["a"]),
        ({"kind": "text"}, "b", LIST, ["b"]),
    ],
)
async def test_values_become_values_of_the_new_kind(
    database_url: str, before: dict[str, Any], value: Any, after: dict[str, Any], made: Any
) -> None:
    old = await serve(database_url, {"size": before})
    await insert(database_url, old.models["Shoe"].table, {"size": value}, {})
    new = shoes({"length": {**after, "was": "size"}})
    changes = await migrate(database_url, [SYSTEM, new.metadata])
    assert [change.kind for change in changes] == ["rename_column", "alter_column"]
    table = new.models["Shoe"].table
    found = await run(database_url, select(table.c.length).order_by(table.c.id))
    assert [row.length for row in found] == [made, None]


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ({"kind": "text"}, "ada", {"kind": "email"}),
        ({"kind": "number"}, -5, {"kind": "minutes"}),
        ({"kind": "json"}, {"a": 1}, LIST),
        ({"kind": "json"}, ["c"], LIST),
        ({"kind": "text"}, "long enough", {"kind": "password"}),
        ({"kind": "password"}, "$argon2id$v=19$x", {"kind": "text"}),
        ({"kind": "text"}, "a.png", {"kind": "file"}),
    ],
)
async def test_value_that_is_none_of_the_new_kind_is_refused(
    database_url: str, before: dict[str, Any], value: Any, after: dict[str, Any]
) -> None:
    old = await serve(database_url, {"size": before})
    await insert(database_url, old.models["Shoe"].table, {}, {"size": value})
    reason = await refusal(database_url, shoes({"size": after}))
    assert reason.startswith(
        f"Shoe.size becomes {after['kind']}, but 1 value cannot: see the records with id 2;"
    )
    assert "argon2" not in reason


async def test_other_options_of_the_same_kind_leave_values_alone(database_url: str) -> None:
    old = await serve(database_url, {"size": {"kind": "text"}})
    await insert(database_url, old.models["Shoe"].table, {"size": "long"})
    assert await bring(database_url, shoes({"size": {"kind": "text", "length": 2}})) == []
