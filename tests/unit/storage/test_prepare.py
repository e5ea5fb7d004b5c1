"""Clauses rendered for the drivers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, bindparam, insert, select, update
from sqlalchemy.engine import Dialect

from app.storage.columns import Json, ScaledDecimal, UtcDateTime, identifier
from app.storage.prepare import DialectName, dialect_of, none_of, one_of, prepare
from app.storage.work import Statement, Work
from tests.unit.storage.blog import open_database

THING = Table(
    "thing",
    MetaData(),
    Column("id", identifier(), primary_key=True),
    Column("at", UtcDateTime()),
    Column("price", ScaledDecimal(2)),
    Column("data", Json()),
)
DDL = {
    "sqlite": "CREATE TABLE thing (id INTEGER PRIMARY KEY, at TEXT, price INTEGER, data TEXT)",
    "postgresql": "CREATE TABLE thing (id bigint, at timestamptz, price numeric(19, 2), data jsonb)",
}
AT = datetime(2026, 11, 22, 3, 7, 1, 5, tzinfo=UTC)


async def test_prepare_gives_back_the_values_it_took(database_url: str) -> None:
    database = open_database(database_url)
    names = ("id", "at", "price", "data")
    put = prepare(insert(THING).values({name: bindparam(f"new_{name}") for name in names}), database.dialect)
    get = prepare(select(THING).where(THING.c.id == bindparam("one")), database.dialect)
    values = (1, AT, Decimal("1.50"), {"a": [Decimal("0.1"), None]})

    def create() -> Work[None]:
        yield Statement(DDL[database.dialect])
        yield put.statement({f"new_{name}": value for name, value in zip(names, values, strict=True)})
        yield put.statement({"new_id": 2, "new_at": None, "new_price": None, "new_data": None})

    def read(id: int) -> Work[list[tuple[object, ...]]]:
        return get.rows((yield get.statement({"one": id})))

    await database.write(create)
    assert await database.read(lambda: read(1)) == [values]
    assert await database.read(lambda: read(2)) == [(2, None, None, None)]
    await database.close()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_prepare_keeps_written_values_as_constants(dialect: str) -> None:
    changed = update(THING).values(id=THING.c.id + 5).where(THING.c.id == bindparam("one"))
    statement = prepare(changed, "sqlite" if dialect == "sqlite" else "postgresql").statement({"one": 1})
    assert list(statement.parameters) == [5, 1]


def test_clause_is_rendered_once_and_not_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    def counted(name: DialectName) -> Dialect:
        rendered.append(name)
        return dialect_of(name)

    monkeypatch.setattr("app.storage.prepare.dialect_of", counted)
    prepared = prepare(select(THING.c.id).where(THING.c.id == bindparam("one")), "sqlite")
    assert rendered == []
    assert (
        prepared.statement({"one": 1}).sql
        == prepared.sql
        == "SELECT thing.id \nFROM thing \nWHERE thing.id = ?"
    )
    assert rendered == ["sqlite"]
    with pytest.raises(AttributeError):
        prepared.other  # type: ignore[attr-defined]  # noqa: B018


def test_prepare_wants_every_value() -> None:
    prepared = prepare(select(THING.c.id).where(THING.c.id == bindparam("one")), "sqlite")
    with pytest.raises(KeyError):
        prepared.statement({})


@pytest.mark.parametrize(
    ("dialect", "values", "packed"),
    [
        ("sqlite", [1, 2], "[1,2]"),
        ("sqlite", [], "[]"),
        ("sqlite", None, "[null]"),
        ("postgresql", [1, 2], [1, 2]),
        ("postgresql", None, None),
    ],
)
def test_list_is_one_parameter(dialect: str, values: list[int] | None, packed: object) -> None:
    for listed in (one_of, none_of):
        name = "sqlite" if dialect == "sqlite" else "postgresql"
        clause = listed(THING.c.id, "ids", BigInteger(), name)  # type: ignore[arg-type]
        prepared = prepare(select(THING.c.id).where(clause), name)  # type: ignore[arg-type]
        assert list(prepared.statement({"ids": values}).parameters) == [packed]
